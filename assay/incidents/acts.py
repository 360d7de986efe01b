"""What people do to an incident: each act is a line of its timeline, with who did it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assay.errors import UsageError
from assay.incidents import feedback
from assay.incidents.book import Book, Entry
from assay.incidents.rows import keep, put, standing_of
from assay.model.incidents import IncidentState, Transition, Verb
from assay.model.time import to_ms
from assay.store import notes
from assay.store.keys import is_id
from assay.store.locks import only_recorder
from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.incidents.policy import Change, Policy


class NoSuchIncidentError(UsageError):
    """There is no incident of that number."""


class NoSuchNoteError(UsageError):
    """There is no note of that number that still holds."""


class CannotActError(UsageError):
    """This cannot be done to the incident as it stands."""


class Done(NamedTuple):
    """What an act changed, and the note it left (None where it left none)."""

    changes: list[Change]
    note_id: int | None = None


def act(  # noqa: PLR0913 - who does what to which incident, when, until when and why
    session: Session,
    incident_id: int,
    deed: Transition | Verb,
    actor: str,
    now: datetime,
    *,
    policy: Policy,
    until: datetime | None = None,
    text: str = "",
) -> Done:
    """Do what a person asks: ACKNOWLEDGED, SNOOZED (`until`), RESOLVED, COMMENTED (`text`), or judge by a verb.

    What stands already (acknowledging twice) changes nothing. NoSuchIncidentError, CannotActError.
    """
    book = Book(session, now, policy)
    row = _held(session, incident_id)
    if isinstance(deed, Verb):
        note_id = feedback.judge(book, row, deed, actor, text)
        return Done(book.close(), note_id)
    if deed not in _ACTS:
        raise CannotActError(
            f"People do not make an incident {deed}.", hint=f"Choose one of {', '.join(_ACTS)}."
        )
    _ACTS[deed](book, row, actor, text, 0 if until is None else to_ms(until))
    return Done(book.close())


def undo(session: Session, note_id: int, actor: str, now: datetime, policy: Policy) -> Done:
    """Take a judgement back: it no longer trains anything, and an incident it resolved stands again."""
    book = Book(session, now, policy)
    only_recorder(session)
    note = notes.row(session, note_id)
    if note is None or note.undone_ms is not None:
        why = "There is no note" if note is None else "Somebody took back note"
        raise NoSuchNoteError(f"{why} {note_id}.", hint="`assay incidents show N` lists the notes that hold.")
    notes.undo(session, note_id, book.now_ms)
    if note.incident_id is not None:
        feedback.take_back(book, _held(session, note.incident_id), note_id, actor)
    return Done(book.close(), note_id)


def _held(session: Session, incident_id: int) -> IncidentRow:
    """The incident as it is now; nobody else changes it until the transaction ends."""
    only_recorder(session)
    row = session.get(IncidentRow, incident_id, populate_existing=True) if is_id(incident_id) else None
    if row is None:
        raise NoSuchIncidentError(
            f"There is no incident {incident_id}.", hint="`assay incidents` lists those that want attention."
        )
    return row


def _live(row: IncidentRow) -> None:
    if not IncidentState(row.state).is_live:
        raise CannotActError(f"Incident {row.id} is resolved.", hint="It can still be commented and judged.")


def _acknowledge(book: Book, row: IncidentRow, actor: str, text: str, _until_ms: int) -> None:
    _live(row)
    if IncidentState(row.state) is IncidentState.ACKNOWLEDGED:
        return
    put(row, replace(standing_of(row), state=IncidentState.ACKNOWLEDGED, was_open=True), book.now_ms)
    book.write(Entry(row, Transition.ACKNOWLEDGED, book.now_ms, actor, text))


def _snooze(book: Book, row: IncidentRow, actor: str, text: str, until_ms: int) -> None:
    _live(row)
    if until_ms <= book.now_ms:
        raise CannotActError("A snooze ends in the future.", hint="Say for how long, e.g. --for 1d.")
    row.snoozed_until_ms, row.changed_ms = until_ms, book.now_ms
    book.write(Entry(row, Transition.SNOOZED, book.now_ms, actor, text, {"until_ms": until_ms}))


def _resolve(book: Book, row: IncidentRow, actor: str, text: str, _until_ms: int) -> None:
    if IncidentState(row.state).is_live:
        feedback.resolve(book, row, actor, text)


def _comment(book: Book, row: IncidentRow, actor: str, text: str, _until_ms: int) -> None:
    if not text.strip():
        raise CannotActError(
            "A comment has words.", hint='e.g. assay incidents comment 3 "It is the loader."'
        )
    keep(row, commented_ms=book.now_ms)
    book.write(Entry(row, Transition.COMMENTED, book.now_ms, actor, text.strip()))


_ACTS: dict[Transition, Callable[[Book, IncidentRow, str, str, int], None]] = {
    Transition.ACKNOWLEDGED: _acknowledge,
    Transition.SNOOZED: _snooze,
    Transition.RESOLVED: _resolve,
    Transition.COMMENTED: _comment,
}
