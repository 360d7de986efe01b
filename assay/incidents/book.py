"""One transaction's changes of incidents: their rows, their timelines, and whom to tell, all at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.incidents import grouping, lineage, weighing
from assay.incidents.policy import Change
from assay.model.checks import Cause
from assay.model.incidents import IncidentState, Transition
from assay.model.time import from_ms, to_ms
from assay.store import incidents
from assay.store.tables import IncidentEventRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.incidents.policy import Policy
    from assay.store.tables import IncidentRow

_MOVES_GROUPS = {Transition.OPENED, Transition.REOPENED, Transition.RESOLVED}
_TOLD_IN_A_SNOOZE = {Transition.SNOOZED, Transition.RESOLVED}
"""The snooze itself, and the end of the trouble: it calls nobody, and goes only where the trouble was told."""
_WEIGHED = {Transition.SEEN, Transition.OPENED, Transition.REOPENED, Transition.UNSNOOZED}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a timeline to be written; `told` when channels are to hear of it."""

    row: IncidentRow
    transition: Transition
    at_ms: int
    actor: str = ""
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    told: bool = True


@dataclass(slots=True)
class Book:
    """What happens to incidents in this session at `now`, under the policy."""

    session: Session
    now: datetime
    policy: Policy
    entries: list[Entry] = field(default_factory=list)

    @property
    def now_ms(self) -> int:
        """Now, in epoch milliseconds."""
        return to_ms(self.now)

    def write(self, entry: Entry) -> None:
        """Note what happened; it is written when the book is closed."""
        self.entries.append(entry)

    def close(self) -> list[Change]:
        """Weigh and group what changed, write the timelines, and tell whom the policy tells."""
        self.session.flush()
        if any(entry.transition in _MOVES_GROUPS for entry in self.entries):
            self._group()
        self._weigh()
        self.session.add_all(_line(entry) for entry in self.entries)
        self.session.flush()
        self._tell()
        return [Change(entry.row.id, entry.transition, from_ms(entry.at_ms)) for entry in self.entries]

    def _tell(self) -> None:
        for entry in self.entries:
            if entry.told and not _is_silent(entry, self.now_ms):
                self.policy.tell(self.session, entry.row, entry.transition, self.now_ms, self.policy.routing)

    def _weigh(self) -> None:
        rows = {entry.row.id: entry.row for entry in self.entries if entry.transition in _WEIGHED}
        weighing.weigh(self.session, list(rows.values()), self.policy.lineage_depth)

    def _group(self) -> None:
        rows = {row.id: row for row in incidents.all_live(self.session) if row.state in incidents.TOLD}
        near = lineage.below(self.session, {row.asset_id for row in rows.values()}, self.policy.lineage_depth)
        begun = [
            grouping.Begun(_since_ms(row), row.id, row.asset_id, row.cause != Cause.CHECK)
            for row in rows.values()
        ]
        begins = {entry.row.id for entry in self.entries if entry.transition in _MOVES_GROUPS}
        for incident_id, root_id in grouping.roots(begun, near, self.policy.group_window_ms).items():
            row = rows[incident_id]
            if row.root_id != root_id:
                row.root_id = root_id
                text = (
                    f"Grouped under #{root_id}: {rows[root_id].title}" if root_id else "Stands alone again."
                )
                told = incident_id not in begins
                self.write(
                    Entry(
                        row, Transition.GROUPED, self.now_ms, text=text, details={"root": root_id}, told=told
                    )
                )


def _since_ms(row: IncidentRow) -> int:
    since: int = row.details.get("since_ms", row.opened_ms)
    return since


def _is_silent(entry: Entry, now_ms: int) -> bool:
    """Whether its incident is snoozed, so that this is not told."""
    until = entry.row.snoozed_until_ms
    return until is not None and until > now_ms and entry.transition not in _TOLD_IN_A_SNOOZE


def _line(entry: Entry) -> IncidentEventRow:
    return IncidentEventRow(
        incident_id=entry.row.id, at_ms=entry.at_ms, transition=entry.transition.value, actor=entry.actor,
        text=entry.text, details=entry.details,
    )  # fmt: skip


def is_told(row: IncidentRow) -> bool:
    """Whether the incident is one that people know of: open, or acknowledged."""
    return IncidentState(row.state) in {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}
