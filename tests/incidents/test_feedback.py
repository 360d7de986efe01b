"""What people say of an incident holds for the stretch it is about, until it is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from incidents.conftest import at, check, found

from assay.incidents.acts import act, undo
from assay.incidents.machine import Rules
from assay.model.checks import Cause
from assay.model.incidents import Transition, Verb
from assay.store import notes

if TYPE_CHECKING:
    from incidents.conftest import Desk

    from assay.incidents.acts import Done

HOUR = 60
MIDNIGHT = 18 * HOUR
"""The end of the UTC day, in minutes after the start."""


def _said(desk: Desk, deed: Verb | Transition, minutes: float) -> Done:
    with desk.store.write() as session:
        return act(session, 1, deed, "ann", at(minutes), policy=desk.policy)


def test_what_was_expected_once_is_not_told_again_that_day(desk: Desk) -> None:
    """A check that goes on failing is silent to the end of its day, and is the same trouble on the next."""
    desk.record(found("fail", 0))
    _said(desk, Verb.EXPECTED_ONCE, 10)

    assert desk.record(found("fail", HOUR), found("fail", MIDNIGHT - 1)) == []
    assert desk.record(found("fail", MIDNIGHT)) == [(1, "reopened")]


def test_it_is_not_told_either_where_nothing_is_reopened(desk: Desk) -> None:
    """Also where each trouble is an incident of its own."""
    desk.policy = replace(desk.policy, rules=Rules(reopen_within_ms=0))
    desk.record(found("fail", 0))
    _said(desk, Verb.EXPECTED_ONCE, 10)

    assert desk.record(found("fail", HOUR)) == []
    assert desk.record(found("fail", MIDNIGHT)) == [(2, "opened")]


def test_what_was_expected_is_the_time_the_result_says(desk: Desk) -> None:
    """A result of one hour is excused for that hour only."""
    hour = {"start_ms": round(at(0).timestamp() * 1000), "end_ms": round(at(HOUR).timestamp() * 1000)}
    desk.record(found("fail", 0, metadata=hour))
    _said(desk, Verb.EXPECTED_ONCE, 10)

    assert desk.record(found("fail", HOUR - 1)) == []
    assert desk.record(found("fail", HOUR)) == [(1, "reopened")]


@pytest.mark.parametrize("deed", [Verb.NEW_NORMAL, Transition.RESOLVED])
def test_any_other_end_by_a_person_is_an_end_until_the_next_failure(
    desk: Desk, deed: Verb | Transition
) -> None:
    """Who says that it is mended, or normal, is told when the check says otherwise."""
    desk.record(found("fail", 0))
    _said(desk, deed, 10)

    assert desk.record(found("fail", HOUR)) == [(1, "reopened")]


def test_taken_back_it_stands_and_is_heard_again(desk: Desk) -> None:
    """The incident is open again, and the next good result resolves it."""
    desk.record(found("fail", 0))
    done = _said(desk, Verb.EXPECTED_ONCE, 10)
    with desk.store.write() as session:
        taken = undo(session, done.note_id or 0, "ann", at(20), desk.policy)

    assert [change.transition for change in taken.changes] == ["unjudged", "reopened"]
    assert desk.record(found("pass", HOUR)) == [(1, "resolved")]
    assert desk.record(found("fail", 2 * HOUR)) == [(1, "reopened")]


@pytest.mark.parametrize(
    ("cause", "metadata", "metric"),
    [
        (Cause.VOLUME, {"metric": "row_count"}, "row_count"),
        (Cause.VOLUME, {}, ""),
        (Cause.SCHEMA, {}, "schema"),
        (Cause.UNIQUENESS, {}, "uniqueness"),
    ],
)
def test_a_judgement_trains_what_shows_the_trouble(
    desk: Desk, cause: Cause, metadata: dict[str, str], metric: str
) -> None:
    """Columns that changed for good are no reason to forget how many rows are usual."""
    desk.record(found("fail", 0, check(cause=cause), metadata=metadata))
    _said(desk, Verb.NEW_NORMAL, 10)

    with desk.store.read() as session:
        assert [note.metric for note in notes.active(session)] == [metric]
