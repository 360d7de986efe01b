"""What is proposed: the models that could go, the evidence, the changes, and the names it all goes by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from assay.model.money import to_credits, to_currency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assay.cleanup.forges.base import Changes
    from assay.model.decisions import Verdict

PREFIX = "assay/cleanup-"
"""What the names of our branches begin with."""
TRAILER = "Assay-Cleanup"
_NAMED = 2
_LONGEST_NAME = 60


class Step(StrEnum):
    """How far a proposal goes: disabling can be taken back by one word, deleting by a revert."""

    DISABLE = "disable"
    DELETE = "delete"


class GateLine(Protocol):
    """A gate as the pull request tells it."""

    @property
    def name(self) -> str:
        """What was looked at."""

    @property
    def passed(self) -> bool | None:
        """Whether it is as it should be; None where it could not be looked at."""

    @property
    def detail(self) -> str:
        """What was found."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could go, and why. What costs something does so in 30 days.

    `reads` are statements in the window by class of reader; `builds` how often it was built in 30 days; `since` when
    it was first seen; `upstream` the unique ids it is built from, those within the proposal among them.
    """

    unique_id: str
    name: str
    asset: str
    verdict: Verdict
    path: str = ""
    last_read: datetime | None = None
    reads: Mapping[str, int] = field(default_factory=dict)
    builds: int | None = None
    nano_per_month: int = 0
    micro_per_month: int | None = None
    currency: str = ""
    bytes: int | None = None
    since: datetime | None = None
    owner: str = ""
    upstream: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request as it should be. `models` are in the order they can go, leaves first.

    `fingerprint` is the dead set's; `changes` are whole files by path from the repository's root (None deletes),
    made from `base_sha`; `also` names what goes besides the models; `sql` is what people may run afterwards and Assay
    never does; `page_url` is where the evidence is. It stays a draft unless it `is_seen_whole`.
    """

    fingerprint: str
    step: Step
    models: tuple[Candidate, ...]
    base_sha: str
    changes: Changes
    evidence_at: datetime
    window_days: int
    coverage: float
    gates: tuple[GateLine, ...] = ()
    also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sql: str = ""
    parse_verified: bool = False
    page_url: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{12}", self.fingerprint):
            raise ValueError(f"a fingerprint is 12 hexadecimal digits: {self.fingerprint!r}")
        if not self.models or not self.changes:
            raise ValueError("a proposal has models and changes")

    @property
    def branch(self) -> str:
        """The branch it is made on: the same proposal has the same branch, so there is never a second."""
        return branch_of(self.fingerprint, self.step)

    @property
    def assets(self) -> list[str]:
        """The assets it is about."""
        return [model.asset for model in self.models]

    @property
    def nodes(self) -> list[str]:
        """The models' unique ids."""
        return [model.unique_id for model in self.models]

    @property
    def nano_per_month(self) -> int:
        """What all of it costs in 30 days, in nano-credits."""
        return sum(model.nano_per_month for model in self.models)

    @property
    def is_seen_whole(self) -> bool:
        """Whether dbt parsed it, and there was no gate that could not be looked at."""
        return self.parse_verified and all(gate.passed is not None for gate in self.gates)

    @property
    def title(self) -> str:
        """One line that names the first models; of their names only what no forge takes for more."""
        named = [_name(model.name) for model in self.models[:_NAMED]]
        more = len(self.models) - len(named)
        verb = "Disable" if self.step is Step.DISABLE else "Remove"
        what = "model" if len(self.models) == 1 else "models"
        rest = f" (+{more})" if more else ""
        return f"{verb} {len(self.models)} unused {what}: {', '.join(named)}{rest}"

    @property
    def message(self) -> str:
        """The commit's message; its last line names the proposal."""
        told = (
            f"No consumer has read them in the {self.window_days} days before {self.evidence_at:%Y-%m-%d %H:%M} UTC; "
            f"they cost {self.cost} in 30 days."
        )
        return f"{self.title}\n\n{told}\n\n{TRAILER}: {self.fingerprint} {self.step.value}"

    @property
    def cost(self) -> str:
        """What all of it costs in 30 days: credits, and money where every model has a price in one currency."""
        currencies = {model.currency for model in self.models}
        micros = [model.micro_per_month for model in self.models if model.micro_per_month is not None]
        whole = len(micros) == len(self.models) and len(currencies) == 1
        return cost(self.nano_per_month, sum(micros) if whole else None, min(currencies))


def branch_of(fingerprint: str, step: Step) -> str:
    """The branch of a step of a dead set."""
    return f"{PREFIX}{fingerprint}-{step.value}"


def cost(nano: int, micro: int | None, currency: str) -> str:
    """Credits and, where known, money, as people write them."""
    credits_told = f"{to_credits(nano).quantize(Decimal('0.01')):,} credits"
    if micro is None or not currency:
        return credits_told
    return f"{credits_told} ({currency} {to_currency(micro).quantize(Decimal('0.01')):,})"


def _name(name: str) -> str:
    """A model's name without what a forge would read as a mention, a link or a command."""
    return re.sub(r"[^\w.\-]+", "_", name)[:_LONGEST_NAME] or "_"
