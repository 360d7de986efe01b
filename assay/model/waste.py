"""Waste: what is spent for nothing, the change to make, and the part of the bill it would take away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assay.model.charges import ChargeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.model.decisions import Confidence

MONTH_DAYS = 30
"""How long a month is where something is told per month."""


class WasteKind(StrEnum):
    """What sort of waste a finding is."""

    REBUILT_UNREAD = "rebuilt_unread"
    REBUILT_UNCHANGED = "rebuilt_unchanged"
    FULL_REFRESH = "full_refresh"
    FAILED_WORK = "failed_work"
    IDLE = "idle"
    OVERSIZED = "oversized"
    SPILLING = "spilling"

    @property
    def words(self) -> str:
        """The kind as people say it."""
        return _WORDS[self]


_WORDS = {
    WasteKind.REBUILT_UNREAD: "rebuilt more than it is read",
    WasteKind.REBUILT_UNCHANGED: "rebuilt more than its inputs change",
    WasteKind.FULL_REFRESH: "full refresh",
    WasteKind.FAILED_WORK: "failed work",
    WasteKind.IDLE: "idle",
    WasteKind.OVERSIZED: "oversized",
    WasteKind.SPILLING: "spilling",
}


class Lever(StrEnum):
    """By what a change takes cost away. Two changes of one lever do the same; of two, each acts on what is left."""

    DELETE = "delete"
    FREQUENCY = "frequency"
    METHOD = "method"
    FAILURES = "failures"
    SUSPEND = "suspend"
    SIZE = "size"
    SPILLS = "spills"


IDLE_POOL, BUSY_POOL = "idle", "busy"
"""The two halves of a warehouse's compute; a pool within a half is written behind it, as "busy:…"."""
BUILD_POOL = "busy:build:"
"""Before an asset's key: the pool of its builds."""
KINDS_OF_HALF = {
    IDLE_POOL: (ChargeKind.KEEPER_IDLE, ChargeKind.STARTUP, ChargeKind.MIN_60S, ChargeKind.NO_QUERY),
    BUSY_POOL: (ChargeKind.BUSY, ChargeKind.RESIZE),
}
"""The charges of compute each half is made of."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The part of a pool of the bill that a change would take away: `nano` of `whole_nano` in 30 days.

    A pool is a warehouse's idle or busy half, or a part of it such as the builds of an asset, "busy:build:KEY". A claim
    on a whole half is one on every pool within it, in the same share.
    """

    warehouse: str
    pool: str
    lever: Lever
    nano: int
    whole_nano: int

    def as_dict(self) -> dict[str, Any]:
        """The claim as it is kept in a finding's evidence."""
        return {
            "warehouse": self.warehouse,
            "pool": self.pool,
            "lever": self.lever.value,
            "nano": self.nano,
            "whole_nano": self.whole_nano,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Claim:
        """Read a kept claim back."""
        return cls(
            told["warehouse"], told["pool"], Lever(told["lever"]), int(told["nano"]), int(told["whole_nano"])
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number the finding rests on, in words a user can check it by; `unit` is the unit of `value`, '' for a count.

    Units: nano_credits, ms, bytes, rows, per mille.
    """

    name: str
    value: int
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The figure as it is kept in a finding's evidence."""
        return {"name": self.name, "value": self.value, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wasted between `from_ms` and `until_ms`, the change to make, and what it alone saves in 30 days.

    `subject` is an asset's key or a warehouse's name. `claims` are the parts of the bill it is about: they keep two
    findings from counting the same saving twice.
    """

    kind: WasteKind
    subject: str
    connection: str
    title: str
    change: str
    confidence: Confidence
    nano_per_month: int
    claims: tuple[Claim, ...]
    from_ms: int
    until_ms: int
    is_asset: bool = True
    figures: tuple[Figure, ...] = ()
    assumptions: tuple[str, ...] = ()
    micro_per_month: int | None = None
    currency: str = ""

    def evidence(self) -> dict[str, Any]:
        """What is kept of the finding beside its title and its figures of money."""
        return {
            "from_ms": self.from_ms,
            "until_ms": self.until_ms,
            "dimension": "asset" if self.is_asset else "warehouse",
            "figures": [figure.as_dict() for figure in self.figures],
            "assumptions": list(self.assumptions),
            "claims": [claim.as_dict() for claim in self.claims],
        }
