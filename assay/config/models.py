"""The sections of the settings: what may stand in assay.toml, with units and defaults."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assay.model.assets import split_identifier

_KEY_PARTS = _RELATION_PARTS = 3
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def _connection_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a connection's name is lower-case letters, digits, - and _, at most 63 of them")
    return name


ConnectionName = Annotated[str, AfterValidator(_connection_name)]
Price = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=6)]


class Section(BaseModel):
    """A table of assay.toml: unknown keys are refused and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(Section):
    """Where assets, runs, roll-ups and watermarks are kept."""

    url: str = Field(default="", description="SQLAlchemy URL; empty: sqlite:///<dir>/.assay/assay.db")


class FactsSettings(Section):
    """Where the query history is kept, in Parquet files."""

    root: str = Field(default="", description="A folder or s3://bucket/prefix; empty: <dir>/.assay/facts")


class MoneySettings(Section):
    """What a credit and a terabyte cost where the account has no rate sheet."""

    currency: str = Field(
        default="USD", pattern="^[A-Z]{3}$", description="ISO 4217 code of the prices below"
    )
    price_per_credit: Price | None = Field(default=None, description="Currency units per credit")
    price_per_terabyte_month: Price | None = Field(
        default=None, description="Currency units per terabyte and month"
    )


class PrivacySettings(Section):
    """What is kept of people."""

    user_names: Literal["hashed", "plain"] = Field(
        default="hashed", description="How the names of users are stored"
    )


def _asset_name(name: str) -> str:
    if ":" in name and '"' not in name.partition(":")[0]:
        parts = name.split(":", 2)
        named = len(parts) == _KEY_PARTS and all(parts)
    else:
        named = bool(name.strip(". ")) and len(split_identifier(name)) >= _RELATION_PARTS
    if not named:
        raise ValueError(
            "an asset is named platform:account:path, e.g. bi:acme:looker.dashboards, or database.schema.table"
        )
    return name


class MappingRule(Section):
    """Queries that match every given pattern worked for `asset`; patterns are globs without case."""

    asset: Annotated[str, AfterValidator(_asset_name)] = Field(
        description="Asset key, e.g. bi:acme:looker.dashboards, or database.schema.table"
    )
    application: str = Field(default="*", description="What the session says it is, else its driver")
    tag: str = Field(default="*", description="The query tag")
    role: str = "*"
    warehouse: str = "*"
    user: str = Field(default="*", description="As stored: hashed, unless privacy.user_names is plain")

    @property
    def patterns(self) -> dict[str, str]:
        """What the rule asks of a query, without what it leaves open."""
        asked = ((name, getattr(self, name)) for name in type(self).model_fields if name != "asset")
        return {name: pattern for name, pattern in asked if pattern != "*"}

    @model_validator(mode="after")
    def _says_which(self) -> MappingRule:
        if not self.patterns:
            raise ValueError("a rule needs an application, tag, role, warehouse or user pattern")
        return self

    def __str__(self) -> str:
        asked = ", ".join(f'{name} = "{pattern}"' for name, pattern in self.patterns.items())
        return f"{asked} → {self.asset}"


class MappingSettings(Section):
    """How queries that name no asset themselves meet one."""

    rules: tuple[MappingRule, ...] = Field(
        default=(), description="The first rule that matches a query decides"
    )


class CheckSettings(BaseModel):
    """A check of an asset: what every check has, and the options of its kind's own config class."""

    model_config = ConfigDict(extra="allow", frozen=True)

    asset: str = Field(description="Asset key, e.g. snowflake:acme:shop.marts.orders", min_length=1)
    kind: str = Field(description="The name of a kind of check, e.g. freshness", min_length=1)
    severity: Literal["warn", "error"] = Field(default="error", description="How grave its failing is")
    owner: str = Field(default="", description="Who is told; empty: the asset's owner")
    description: str = ""
    every: str = Field(default="", description="How often a cycle runs it, e.g. 1h, 1d; cycle: every time")


class IncidentSettings(Section):
    """When results become an incident, and when one is over."""

    open_after: int = Field(default=1, ge=1, le=100, description="Bad results in a row that open an incident")
    resolve_after: int = Field(
        default=1, ge=1, le=100, description="Good results in a row, of each of its checks, that resolve it"
    )
    reopen_within_h: int = Field(
        default=24,
        ge=0,
        le=8760,
        description="Hours after its end in which an incident is the same one again",
    )
    group_window_min: int = Field(
        default=30, ge=0, le=10080, description="Minutes within which incidents along lineage share a root"
    )
    lineage_depth: int = Field(
        default=8, ge=1, le=50, description="Steps of lineage followed for roots and impact"
    )


class ConnectionSettings(BaseModel):
    """A system Assay reads: its kind, and the options of that kind's own config class."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(description="The name of a collector, e.g. snowflake or dbt", min_length=1)

    @property
    def options(self) -> dict[str, Any]:
        """The options as written, to be read by the kind's config class."""
        return dict(self.model_extra or {})
