"""What becomes of a finding: seen, seen again, done, dismissed, gone, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.errors import UsageError
from assay.model.decisions import Confidence, FindingState
from assay.model.waste import Claim, Finding, Lever, WasteKind
from assay.store import findings, savings
from assay.store.keys import asset_ids

if TYPE_CHECKING:
    from assay.store.engine import Store
    from assay.store.tables import FindingRow

KEY = "snowflake:acme:shop.marts.orders"


def finding(nano: int = 5, *, from_ms: int = 0, subject: str = KEY, connection: str = "acme") -> Finding:
    """A finding of one kind."""
    return Finding(
        kind=WasteKind.FULL_REFRESH, subject=subject, connection=connection, title="It is made anew.", change="x",
        confidence=Confidence.LOW, nano_per_month=nano, from_ms=from_ms, until_ms=from_ms + 10,
        claims=(Claim("WH", f"busy:build:{subject}", Lever.METHOD, nano, 2 * nano),),
    )  # fmt: skip


def look(store: Store, now_ms: int, *found: Finding, connections: tuple[str, ...] = ("acme",)) -> FindingRow:
    """Let the store say what was found; the row of the asset."""
    with store.write() as session:
        findings.refresh(session, found, now_ms, connections)
    with store.read() as session:
        return next(row for row in findings.listed(session, list(FindingState)) if row.subject == KEY)


def test_a_finding_keeps_its_number_and_its_first_day(store: Store) -> None:
    """Seen again it says what is so now."""
    with store.write() as session:
        asset_ids(session, [KEY])
    first = look(store, 1, finding(5))
    again = look(store, 2, finding(9))

    assert (first.id, 1, 2, 9) == (again.id, again.first_seen_ms, again.last_seen_ms, again.nano_per_month)
    assert first.asset_id is not None
    assert FindingState.OPEN.value == again.state


def test_what_is_found_no_more_is_gone_and_may_come_back(store: Store) -> None:
    """Only where somebody looked: what is not looked at stays."""
    look(store, 1, finding())

    assert FindingState.OPEN.value == look(store, 2, connections=()).state
    gone = look(store, 3)
    assert (FindingState.GONE.value, 3) == (gone.state, gone.state_ms)
    assert (FindingState.OPEN.value, 1) == ((back := look(store, 4, finding())).state, back.first_seen_ms)


def test_what_was_done_is_not_told_again_for_the_days_before_it(store: Store) -> None:
    """The window still holds them; once it began after the deed and shows it all the same, it is open."""
    number = look(store, 1, finding()).id
    with store.write() as session:
        findings.act(session, number, 100, "ann")

    assert (FindingState.ACTED.value, 5) == ((row := look(store, 110, finding(9))).state, row.nano_per_month)
    assert FindingState.OPEN.value == look(store, 200, finding(9, from_ms=100)).state


def test_what_shows_no_more_after_the_deed_is_noted_in_the_ledger(store: Store) -> None:
    """It stays done, and the ledger knows when it was seen to be gone, first."""
    number = look(store, 1, finding()).id
    with store.write() as session:
        findings.act(session, number, 100, "ann")
    look(store, 300)

    assert FindingState.ACTED.value == look(store, 400).state
    with store.read() as session:
        assert [300] == [line.details["gone_ms"] for line in savings.listed(session)]


def test_what_was_dismissed_stays_so(store: Store) -> None:
    """Whatever is found, until somebody takes it back; a deed that is dismissed is struck from the ledger."""
    number = look(store, 1, finding()).id
    with store.write() as session:
        findings.act(session, number, 2)
        findings.dismiss(session, number, 3, "bea")
        assert [] == savings.listed(session)
    look(store, 4)
    row = look(store, 5, finding(from_ms=99))

    assert (FindingState.DISMISSED.value, "bea", 3) == (row.state, row.state_by, row.state_ms)
    with store.write() as session:
        assert FindingState.OPEN.value == findings.undo(session, number, 6).state


def test_a_deed_is_done_once(store: Store) -> None:
    """Said twice, it keeps its moment and has one line."""
    number = look(store, 1, finding()).id
    with store.write() as session:
        findings.act(session, number, 2, "ann")
        assert 2 == findings.act(session, number, 9, "bea").state_ms
        assert 1 == len(savings.listed(session))
        assert {FindingState.ACTED.value: 1} == findings.counts(session)


@pytest.mark.parametrize("number", [0, 7, -1, 2**70])
def test_there_is_no_such_finding(sqlite_store: Store, number: int) -> None:
    """The next step is named."""
    with sqlite_store.write() as session, pytest.raises(UsageError, match="assay waste --all"):
        findings.act(session, number, 1)


def test_two_accounts_have_findings_of_their_own(store: Store) -> None:
    """The same warehouse name in another account is another finding, listed by what it saves."""
    with store.write() as session:
        both = [finding(1, subject="WH"), finding(8, subject="WH", connection="other")]
        findings.refresh(session, both, 1, ["acme", "other"])
    with store.read() as session:
        assert ["other", "acme"] == [row.connection for row in findings.listed(session)]
