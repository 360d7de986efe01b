"""Watermarks only advance, files are read once, and the log tells how each stream stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.store import collections, days
from assay.store.tables import CollectionRow

if TYPE_CHECKING:
    from assay.store.engine import Store


def _line(stream: str, at_ms: int, status: str = "ok", **said: str) -> CollectionRow:
    return CollectionRow(
        connection="acme", stream=stream, started_ms=at_ms, ended_ms=at_ms + 1, status=status, rows=3, **said
    )


def test_a_watermark_never_goes_back(store: Store) -> None:
    """A lower value changes nothing; streams and connections are apart."""
    with store.write() as session:
        for value in (5, 9, 7):
            collections.advance(session, "acme", "sessions", value, value)
        collections.advance(session, "other", "sessions", 1, 1)
        assert collections.watermarks(session, "acme") == {"sessions": 9}


def test_seen_files_are_remembered_once(store: Store) -> None:
    """Marking a file twice is no error."""
    with store.write() as session:
        collections.mark_seen(session, "acme", ["a", "b", "a"], 1)
        collections.mark_seen(session, "acme", ["b", "c"], 2)
        assert frozenset("abc") == collections.seen(session, "acme")
        assert frozenset() == collections.seen(session, "other")


def test_the_newest_line_of_each_stream_is_told_with_its_last_success(store: Store) -> None:
    """A stream that fails now shows why, since when it last worked, and how far it is read."""
    with store.write() as session:
        for line in (
            _line("b", 1),
            _line("b", 5, "failed", message="no grant", hint="GRANT …"),
            _line("a", 2),
        ):
            collections.log(session, line)
        collections.advance(session, "acme", "b", 77, 1)
        first, second = collections.latest(session)
        assert (first.stream, first.status, first.last_success_ms, first.watermark_ms) == ("a", "ok", 3, None)
        assert (
            second.stream,
            second.status,
            second.message,
            second.hint,
        ) == ("b", "failed", "no grant", "GRANT …")
        assert (second.last_success_ms, second.watermark_ms) == (2, 77)
        assert collections.latest(session, "other") == []


def test_old_lines_of_the_log_go_but_for_what_is_told(store: Store) -> None:
    """A stream that fails for long still tells its last success and why it fails."""
    with store.write() as session:
        for line in (
            _line("b", 1),
            _line("b", 2),
            _line("b", 3, "failed"),
            _line("b", 4, "failed"),
            _line("a", 2),
        ):
            collections.log(session, line)
        before = collections.latest(session)
        collections.forget_log(session, 50)
        assert before == collections.latest(session)
        assert [2, 4, 2] == list(session.scalars(select(CollectionRow.started_ms).order_by(CollectionRow.id)))


def test_day_states_are_replaced(store: Store) -> None:
    """The newest fingerprint of a day stands; steps are apart."""
    with store.write() as session:
        days.set_state(session, "acme", "mapping", 1, "x", 1)
        days.set_state(session, "acme", "mapping", 1, "y", 2)
        days.set_state(session, "acme", "ledger", 2, "z", 2)
        assert days.states(session, "acme", "mapping") == {1: "y"}
