"""What happens to incidents by time alone: a snooze ends, a check is no longer made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.incidents.book import Entry, is_told
from assay.incidents.machine import drop
from assay.incidents.rows import put, standing_of
from assay.model.incidents import Transition
from assay.store import checks, incidents

if TYPE_CHECKING:
    from assay.incidents.book import Book
    from assay.store.tables import IncidentRow


def tend(book: Book) -> None:
    """End the snoozes whose time has come, and let incidents go of checks that are no longer declared."""
    book.session.flush()
    for row in incidents.woken(book.session, book.now_ms):
        _wake(book, row)
    _let_go(book)


def _wake(book: Book, row: IncidentRow) -> None:
    """Tell again what still stands; what was resolved meanwhile was told of then."""
    row.snoozed_until_ms = None
    if is_told(row):
        book.write(Entry(row, Transition.UNSNOOZED, book.now_ms, text="It still stands."))


def _let_go(book: Book) -> None:
    held = {row.id: (row, standing_of(row)) for row in incidents.all_live(book.session)}
    gone = checks.removed(book.session, {name for _, standing in held.values() for name in standing.tallies})
    for row, standing in held.values():
        for name in sorted(gone & standing.tallies.keys()):
            _drop(book, row, name)


def _drop(book: Book, row: IncidentRow, name: str) -> None:
    told = is_told(row)
    after = drop(standing_of(row), name, book.now_ms)
    if after.standing is not None:
        put(row, after.standing, book.now_ms)
    for transition in after.happened:
        text = f"The check {name} is no longer made."
        book.write(Entry(row, transition, book.now_ms, text=text, details={"check": name}, told=told))
