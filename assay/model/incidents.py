"""An incident: one trouble of one asset, from the first failed check to the mended state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.assets import AssetKey


class IncidentState(StrEnum):
    """Where an incident stands. PENDING: seen, but not yet often enough to be told."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"

    @property
    def is_live(self) -> bool:
        """Whether it still wants attention."""
        return self is not IncidentState.RESOLVED


class Impact(StrEnum):
    """How much an incident matters: from who reads downstream and what it costs there."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Transition(StrEnum):
    """What just happened to an incident; each is an entry of its timeline, most are told to channels."""

    SEEN = "seen"
    OPENED = "opened"
    WORSENED = "worsened"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    UNSNOOZED = "unsnoozed"
    JUDGED = "judged"
    UNJUDGED = "unjudged"
    GROUPED = "grouped"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    COMMENTED = "commented"


class Verb(StrEnum):
    """What a person says of an incident. Each re-trains the detector, and each can be undone."""

    EXPECTED_ONCE = "expected_once"
    NEW_NORMAL = "new_normal"
    REALLY_WRONG = "really_wrong"


@dataclass(frozen=True, slots=True)
class Note:
    """A judgement on a stretch [`start`, `end`) of an asset's metric, and who gave it.

    `metric` is '' for all of them, and a cause where no metric shows the trouble: then it trains nothing.

    EXPECTED_ONCE leaves the stretch out of training; NEW_NORMAL begins the history anew at `start`; REALLY_WRONG
    keeps the stretch from ever becoming normal.
    """

    asset: AssetKey
    metric: str
    verb: Verb
    start: datetime
    end: datetime
    author: str = ""
    text: str = ""
