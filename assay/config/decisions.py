"""The sections on decisions: what counts as unused and as waste, budgets, quotes, and cleaning up."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from assay.config.models import Section

Amount = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
Share = Annotated[float, Field(gt=0, le=10)]


class UnusedSettings(Section):
    """When an asset counts as unused. What is missing or unsure always speaks for keeping it."""

    window_days: int = Field(default=90, ge=7, le=400, description="Days without a reader that are asked for")
    min_age_days: int = Field(
        default=60, ge=1, le=3650, description="Assets younger than this are not judged"
    )
    rare_reads: int = Field(
        default=5, ge=0, le=1000, description="At most so many reads in the window are rare, never none"
    )
    min_coverage: float = Field(
        default=0.95, gt=0, le=1, description="The least share of the window's days that must have been read"
    )
    keep: tuple[str, ...] = Field(default=(), description="Globs over asset keys that are always needed")
    seasonal: tuple[str, ...] = Field(
        default=("annual", "audit", "fiscal", "month_end", "quarter", "tax", "year_end", "yearly"),
        description="Words in names and tags of what is read once a quarter or year: their window is a year",
    )
    modified_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="An unused asset whose code is younger is a warning, no proposal",
    )


class WasteSettings(Section):
    """What is worth telling as waste."""

    enabled: bool = Field(default=True, description="Whether a cycle looks for waste")
    window_days: int = Field(default=30, ge=7, le=90, description="Days that are looked at")
    min_credits_per_month: Amount = Field(
        default=Decimal("0.5"), description="What saves less in 30 days is not told"
    )
    ignore: tuple[str, ...] = Field(default=(), description="Globs over asset keys and warehouses left alone")


class BackfillSettings(Section):
    """How the price of a backfill is worked out."""

    history_days: int = Field(default=90, ge=7, le=400, description="Days of history prices are learned from")
    concurrency: int = Field(default=4, ge=1, le=1000, description="Units that run at once, unless told")
    limit_credits: Amount | None = Field(
        default=None, description="What a backfill may cost at most (its P90) where no limit is given"
    )


class BudgetSettings(Section):
    """What something may cost in a calendar month; of one asset, owner, group, tag or warehouse, or of everything."""

    asset: str = Field(default="", description="Asset key, or a glob over keys")
    owner: str = ""
    group: str = Field(default="", description="A dbt group")
    tag: str = Field(default="", description="A tag of assets")
    warehouse: str = ""
    credits: Amount | None = Field(default=None, description="Credits a month")
    amount: Amount | None = Field(default=None, description="Money a month, in the currency of the bill")
    alert_at: tuple[Share, ...] = Field(default=(0.8, 1.0), description="Shares of the budget that are told")
    on_forecast: bool = Field(
        default=True, description="Tell when the month is likely to end over the budget"
    )
    quota: bool = Field(default=False, description="A backfill that would break this budget is refused")
    told_to: str = Field(default="", description="The owner alerts go to; empty: the budget's own owner")

    @model_validator(mode="after")
    def _is_one(self) -> BudgetSettings:
        if sum(map(bool, (self.asset, self.owner, self.group, self.tag, self.warehouse))) > 1:
            raise ValueError(
                "a budget is of one thing: an asset, owner, group, tag or warehouse, or of everything"
            )
        if (self.credits is None) == (self.amount is None):
            raise ValueError("a budget needs credits or an amount, one of them")
        return self


class RepositorySettings(Section):
    """A repository with a dbt project that pull requests are opened in."""

    forge: Literal["github", "gitlab"] = "github"
    name: str = Field(description="owner/repository, or a GitLab project's path", min_length=3)
    base: str = Field(default="main", description="The branch pull requests go to")
    folder: str = Field(default=".", description="Where in the repository dbt_project.yml stands")
    connection: str = Field(
        default="", description="The dbt connection that reads its artifacts; the only one if empty"
    )
    project: str = Field(default="", description="The dbt project's name; found by its models if empty")
    checkout: str = Field(default="", description="A clone of it on this machine; else the forge is asked")
    api_url: str = Field(default="", description="The forge's API, for one on premise; empty: the public one")
    on_premise: bool = Field(default=False, description="The forge may have a private address and no TLS")
    token: str = Field(default="", description="A token, as env:NAME or file:PATH")
    app_id: str = Field(default="", description="A GitHub App's id, instead of a token")
    installation_id: str = Field(
        default="", description="The App's installation; found by repository if empty"
    )
    private_key: str = Field(default="", description="The App's private key, as env:NAME or file:PATH")
    allow: tuple[str, ...] = Field(
        default=("models/**", "tests/**", "snapshots/**", "seeds/**", "analyses/**", "docs/**", "*.yml"),
        description="Globs of paths, from the project's folder, that may be changed",
    )
    keep: tuple[str, ...] = Field(default=(), description="Globs of paths that are never changed")
    sql_folder: str = Field(
        default="",
        description="A folder, from the project's, that the SQL for afterwards is put in; empty: only told",
    )
    reviewers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("assay",)

    @property
    def has_credential(self) -> bool:
        """Whether anything can be opened there; without, clean-ups are only planned, from a checkout."""
        return bool(self.token or self.app_id)


class CleanupSettings(Section):
    """How unused models leave: by a pull request, never by a DROP."""

    mode: Literal["two_step", "delete"] = Field(
        default="two_step", description="Disable first and delete after a wait, or delete at once"
    )
    wait_days: int = Field(default=14, ge=1, le=365, description="Days between disabling and deleting")
    max_models: int = Field(default=30, ge=1, le=500, description="Models in a pull request, at most")
    max_open: int = Field(
        default=3, ge=1, le=100, description="Pull requests open at once in a repository, at most"
    )
    per_day: int = Field(default=3, ge=1, le=100, description="Pull requests opened in a day, at most")
    draft: bool = Field(default=True, description="Open as drafts")
    evidence_hours: int = Field(
        default=26, ge=1, le=720, description="Evidence older than this opens nothing"
    )
    closed_is_no_days: int = Field(
        default=180, ge=1, le=3650, description="Days in which what was closed unmerged is not proposed again"
    )
    untouched_days: int = Field(
        default=30, ge=0, le=3650, description="Models whose file was changed more recently are left alone"
    )
    dbt: str = Field(default="dbt", description="The dbt program that parses before and after")
    automatic: bool = Field(
        default=False, description="Whether a cycle opens pull requests itself; else it only follows them"
    )
    watch: tuple[str, ...] = Field(
        default=(),
        description="Folders whose text may name models too: a scheduler's code, a BI tool's models",
    )
    repositories: dict[str, RepositorySettings] = Field(default_factory=dict)
