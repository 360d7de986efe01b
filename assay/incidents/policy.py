"""How incidents are opened, grouped and told: one frozen value made of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assay.incidents.machine import Rules
from assay.incidents.outbox import enqueue
from assay.incidents.routing import Routing, routable
from assay.model.time import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.model.incidents import Transition
    from assay.store.tables import IncidentRow

    Tell = Callable[[Session, IncidentRow, Transition, int, Routing], int]

_MINUTE_MS = 60_000


class Change(NamedTuple):
    """Something that happened to an incident, as its timeline has it."""

    incident_id: int
    transition: Transition
    at: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the state machine, the group window, how deep lineage is followed, and who is told.

    `tell` writes the outbox rows of a transition and gives their number.
    """

    rules: Rules = field(default_factory=Rules)
    group_window_ms: int = 30 * _MINUTE_MS
    lineage_depth: int = 8
    routing: Routing = field(default_factory=Routing)
    tell: Tell = enqueue

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """The policy of the settings; where their routes cannot be used, without them: that stops nobody's act."""
        said = settings.incidents
        return cls(
            rules=Rules(said.open_after, said.resolve_after, said.reopen_within_h * HOUR_MS),
            group_window_ms=said.group_window_min * _MINUTE_MS,
            lineage_depth=said.lineage_depth,
            routing=Routing.of(routable(settings)[0]),
        )
