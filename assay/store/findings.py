"""Findings of waste: when each was first seen, whether it still is, and what people did about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.errors import UsageError
from assay.model.decisions import FindingState
from assay.model.waste import BUILD_POOL, KINDS_OF_HALF
from assay.store import savings
from assay.store.bulk import insert_rows
from assay.store.keys import find_ids, is_id
from assay.store.tables import FindingRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.model.waste import Finding

OPEN, ACTED = FindingState.OPEN.value, FindingState.ACTED.value
DISMISSED, GONE = FindingState.DISMISSED.value, FindingState.GONE.value
_Key = tuple[str, str, str]


def refresh(session: Session, findings: Sequence[Finding], now_ms: int, connections: Iterable[str]) -> None:
    """Let the store say what was found just now in the accounts of `connections`; what others found is left as it is.

    A finding keeps its number and when it was first seen. An open one that is found no more is gone, and open again
    when it comes back. What was marked done is open again only when a window that began after the deed still shows
    it. What was dismissed stays so.
    """
    looked_at = set(connections)
    known = {_key_of(row): row for row in session.scalars(select(FindingRow))}
    found = {(one.kind.value, one.subject, one.connection): one for one in findings}
    ids = find_ids(session, [one.subject for one in findings if one.is_asset])
    for key, row in known.items():
        if key in found:
            _see_again(row, found[key], ids, now_ms)
        elif row.connection in looked_at:
            _miss(session, row, now_ms)
    new = [_new(one, ids, now_ms) for key, one in found.items() if key not in known]
    insert_rows(session, FindingRow, new)


def _miss(session: Session, row: FindingRow, now_ms: int) -> None:
    """What is found no more is gone; where something was done about it, the ledger is told that it shows."""
    if row.state == OPEN:
        _move(row, GONE, now_ms)
    elif row.state == ACTED:
        savings.note_gone(session, row, now_ms)


def _key_of(row: FindingRow) -> _Key:
    return row.kind, row.subject, row.connection


def _told(finding: Finding, ids: dict[str, int]) -> dict[str, Any]:
    """What each look at the account says anew."""
    return {
        "asset_id": ids.get(finding.subject) if finding.is_asset else None,
        "title": finding.title,
        "change": finding.change,
        "confidence": finding.confidence.value,
        "nano_per_month": finding.nano_per_month,
        "micro_per_month": finding.micro_per_month,
        "currency": finding.currency,
        "evidence": finding.evidence(),
    }


def _new(finding: Finding, ids: dict[str, int], now_ms: int) -> dict[str, Any]:
    named = {"kind": finding.kind.value, "subject": finding.subject, "connection": finding.connection}
    seen = {"first_seen_ms": now_ms, "last_seen_ms": now_ms}
    return {**named, **_told(finding, ids), **seen, "state": OPEN, "state_ms": now_ms, "state_by": ""}


def _see_again(row: FindingRow, finding: Finding, ids: dict[str, int], now_ms: int) -> None:
    """What was done is not told anew while its window still holds days before the deed: they show what was."""
    if row.state == ACTED and finding.from_ms < row.state_ms:
        return
    for name, value in _told(finding, ids).items():
        setattr(row, name, value)
    row.last_seen_ms = now_ms
    if row.state in {GONE, ACTED}:
        _move(row, OPEN, now_ms)


def _move(row: FindingRow, state: str, now_ms: int, by: str = "") -> None:
    row.state, row.state_ms, row.state_by = state, now_ms, by


def act(session: Session, finding_id: int, now_ms: int, by: str = "") -> FindingRow:
    """Mark a finding as done: the change was made just now, and the savings ledger measures what comes of it.

    UsageError when there is none of that number.
    """
    row = _moved(session, finding_id, ACTED, now_ms, by)
    savings.promise(session, _promised(row), now_ms)
    return row


def _promised(row: FindingRow) -> savings.Promise:
    """What the ledger measures: idle time for a change of auto-suspend, all compute for one of size, else busy time.

    Changes about an asset are measured on every asset whose builds they claim.
    """
    claimed = [claim["pool"] for claim in row.evidence["claims"]]
    builds = {pool.removeprefix(BUILD_POOL) for pool in claimed if pool.startswith(BUILD_POOL)}
    is_asset = row.evidence["dimension"] == "asset"
    halves = {pool.partition(":")[0] for pool in claimed}
    kinds = [kind for half in sorted(halves) for kind in KINDS_OF_HALF[half]]
    return savings.Promise(
        source=savings.FINDING,
        source_id=savings.name_of(row),
        title=row.title,
        subjects=sorted({row.subject} | (builds if is_asset else set())),
        connection=row.connection,
        acted_ms=row.state_ms,
        nano=row.nano_per_month,
        dimension=row.evidence["dimension"],
        kinds=kinds,
        claims=row.evidence["claims"],
        currency=row.currency,
    )


def dismiss(session: Session, finding_id: int, now_ms: int, by: str = "") -> FindingRow:
    """Mark a finding as not wanted: it is not told again. UsageError when there is none of that number."""
    return _moved(session, finding_id, DISMISSED, now_ms, by)


def undo(session: Session, finding_id: int, now_ms: int, by: str = "") -> FindingRow:
    """Take a deed or a dismissal back: the finding is open. UsageError when there is none of that number."""
    return _moved(session, finding_id, OPEN, now_ms, by)


def _moved(session: Session, finding_id: int, state: str, now_ms: int, by: str) -> FindingRow:
    row = one(session, finding_id)
    if row.state == state:
        return row
    if row.state == ACTED:
        savings.take_back(session, row)
    _move(row, state, now_ms, by)
    return row


def one(session: Session, finding_id: int) -> FindingRow:
    """The finding of that number; UsageError when there is none."""
    row = session.get(FindingRow, finding_id) if is_id(finding_id) else None
    if row is None:
        raise UsageError(
            f"There is no finding {finding_id}.", hint="`assay waste --all` lists them with their numbers."
        )
    return row


def listed(session: Session, states: Iterable[str] = (OPEN,)) -> list[FindingRow]:
    """The findings in these states, what saves most first."""
    order = (FindingRow.nano_per_month.desc(), FindingRow.kind, FindingRow.subject, FindingRow.id)
    return list(
        session.scalars(select(FindingRow).where(FindingRow.state.in_(list(states))).order_by(*order))
    )


def counts(session: Session) -> Counter[str]:
    """How many findings there are in each state."""
    return Counter(session.scalars(select(FindingRow.state)))
