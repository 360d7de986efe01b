"""Checks and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, select, update

from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckSource, Outcome, Severity
from assay.model.time import to_ms
from assay.store.bulk import chunked, insert_missing, upsert
from assay.store.keys import asset_ids
from assay.store.locks import only_recorder
from assay.store.tables import AssetRow, CheckResultRow, CheckRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.orm import Session

    from assay.model.checks import CheckResult
    from assay.model.time import Window

_DECLARED = ("asset_id", "kind", "cause", "severity", "config", "source", "owner", "description", "every_ms")
_LOOKED_FOR = ("asset_id", "kind", "config")
_OF_PEOPLE = {CheckSource.CONFIG, CheckSource.PYTHON, CheckSource.PAGE}


@dataclass(frozen=True, slots=True)
class Known:
    """A check as the store knows it: its row's id, its asset's, and when it last spoke (None: never)."""

    id: int
    asset_id: int
    last_ms: int | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a check last spoke and was changed (None: never), and whether it then could not be run."""

    at_ms: int | None
    changed_ms: int | None = None
    could_not_run: bool = False


@dataclass(frozen=True, slots=True)
class LastTold:
    """What a check of an asset said last, when (None: never), and of which time it spoke (None: it did not say)."""

    asset_id: int
    outcome: str
    at_ms: int | None
    start_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """A check and its newest result; `result` is None before the first."""

    row: CheckRow
    asset: str
    result: CheckResultRow | None


def save(session: Session, checks: Iterable[Check], now_ms: int) -> dict[str, Known]:
    """Keep checks by their names, and bring back removed ones; what the store then knows of each, by name."""
    wanted = {check.name: check for check in checks}
    ids = asset_ids(session, (check.asset for check in wanted.values()), now_ms)
    only_recorder(session)
    rows = [_row(check, ids[str(check.asset)], now_ms) for check in wanted.values()]
    _mark_changed(session, rows, now_ms)
    for chunk in chunked(rows):
        upsert(session, CheckRow, chunk, key=("name",), settle=_declared_anew)
    return known(session, wanted)


def _declared_anew(old: Table, new: Any) -> dict[str, Any]:  # noqa: ANN401 - the columns of an insert
    changed = func.coalesce(new["changed_ms"], old.c.changed_ms)
    return {**{name: new[name] for name in _DECLARED}, "changed_ms": changed, "removed_ms": None}


def _mark_changed(session: Session, rows: Sequence[dict[str, Any]], now_ms: int) -> None:
    """Write on the rows of checks that people declare whether they look for something else than those kept."""
    new = {row["name"]: row for row in rows if row["source"] in _OF_PEOPLE}
    columns = [getattr(CheckRow, name) for name in _LOOKED_FOR]
    for chunk in chunked(new):
        for name, *old in session.execute(select(CheckRow.name, *columns).where(CheckRow.name.in_(chunk))):
            if old != [new[name][column] for column in _LOOKED_FOR]:
                new[name]["changed_ms"] = now_ms


def last_runs(session: Session, names: Iterable[str]) -> dict[str, LastRun]:
    """When checks last spoke, by name; unknown ones are absent."""
    found: dict[str, LastRun] = {}
    for chunk in chunked(names):
        rows = select(CheckRow.name, CheckRow.last_ms, CheckRow.changed_ms, CheckRow.last_outcome)
        for name, at_ms, changed_ms, outcome in session.execute(rows.where(CheckRow.name.in_(chunk))):
            found[name] = LastRun(at_ms, changed_ms, outcome == Outcome.ERROR)
    return found


def known(session: Session, names: Iterable[str]) -> dict[str, Known]:
    """What the store knows of checks, by name; unknown ones are absent."""
    found: dict[str, Known] = {}
    for chunk in chunked(names):
        rows = select(CheckRow.name, CheckRow.id, CheckRow.asset_id, CheckRow.last_ms)
        told = session.execute(rows.where(CheckRow.name.in_(chunk)))
        found |= {name: Known(row_id, asset_id, last_ms) for name, row_id, asset_id, last_ms in told}
    return found


def sources(session: Session, names: Iterable[str]) -> dict[str, CheckSource]:
    """Who declares checks that stand, by name; unknown and removed ones are absent."""
    found: dict[str, CheckSource] = {}
    for chunk in chunked(names):
        rows = select(CheckRow.name, CheckRow.source).where(
            CheckRow.name.in_(chunk), CheckRow.removed_ms.is_(None)
        )
        found |= {name: CheckSource(source) for name, source in session.execute(rows)}
    return found


def last_told(session: Session, names: Iterable[str]) -> dict[str, LastTold]:
    """What checks said last, by name; unknown ones are absent."""
    found: dict[str, LastTold] = {}
    for chunk in chunked(names):
        rows = select(
            CheckRow.name, CheckRow.asset_id, CheckRow.last_outcome, CheckRow.last_ms, CheckResultRow.details
        ).outerjoin(CheckResultRow, _newest())
        for name, asset_id, outcome, at_ms, details in session.execute(rows.where(CheckRow.name.in_(chunk))):
            found[name] = LastTold(asset_id, outcome, at_ms, (details or {}).get("start_ms"))
    return found


def forget_results(session: Session, before_ms: int) -> None:
    """Forget the results from before that moment that belong to no incident."""
    old = delete(CheckResultRow).where(CheckResultRow.at_ms < before_ms, CheckResultRow.incident_id.is_(None))
    session.execute(old)


def mark_removed(
    session: Session, sources: Collection[CheckSource], names: Collection[str], now_ms: int
) -> int:
    """Mark the checks of these sources that are not among `names` as no longer declared; how many those are."""
    return _end(session, CheckRow.source.in_([source.value for source in sources]), names, now_ms)


def mark_gone(session: Session, prefix: str, names: Collection[str], now_ms: int) -> int:
    """The same of those whose name begins with `prefix`: checks another tool no longer makes."""
    return _end(session, CheckRow.name.startswith(prefix, autoescape=True), names, now_ms)


def _end(session: Session, chosen: ColumnElement[bool], names: Collection[str], now_ms: int) -> int:
    rows = select(CheckRow.id, CheckRow.name).where(chosen, CheckRow.removed_ms.is_(None))
    gone = [row_id for row_id, name in session.execute(rows) if name not in names]
    for chunk in chunked(gone):
        session.execute(update(CheckRow).where(CheckRow.id.in_(chunk)).values(removed_ms=now_ms))
    return len(gone)


def checks(session: Session, source: CheckSource | None = None) -> list[Check]:
    """The checks that are declared (by that source), by asset and name."""
    rows = select(CheckRow, AssetRow.key).join(AssetRow, AssetRow.id == CheckRow.asset_id)
    rows = rows.where(CheckRow.removed_ms.is_(None)).order_by(AssetRow.key, CheckRow.name)
    if source is not None:
        rows = rows.where(CheckRow.source == source.value)
    return [as_check(row, key) for row, key in session.execute(rows)]


def removed(session: Session, names: Collection[str]) -> set[str]:
    """Those of the names whose checks are no longer declared, or unknown."""
    standing: set[str] = set()
    for chunk in chunked(names):
        rows = select(CheckRow.name).where(CheckRow.name.in_(chunk), CheckRow.removed_ms.is_(None))
        standing.update(session.scalars(rows))
    return set(names) - standing


def as_check(row: CheckRow, key: str) -> Check:
    """The check a row stands for; `key` is its asset's."""
    return Check(
        row.name, AssetKey.parse(key), row.kind, Cause(row.cause), Severity(row.severity), row.config,
        CheckSource(row.source), row.owner, row.description, row.every_ms,
    )  # fmt: skip


def save_results(session: Session, results: Sequence[CheckResult], ids: Mapping[str, Known]) -> None:
    """Keep results by check and moment; one already there stands. The checks remember their newest."""
    rows = [_result_row(result, ids[result.check.name].id) for result in results]
    for chunk in chunked(rows):
        insert_missing(session, CheckResultRow, chunk)
    newest = {row["check_id"]: row for row in sorted(rows, key=lambda row: row["at_ms"])}
    for chunk in chunked(newest.values()):
        _remember(session, chunk)


def link(session: Session, pairs: Mapping[tuple[int, int], int]) -> None:
    """Say of results, by (check id, moment in ms), to which incident they belong."""
    rows = [{"check_id": c, "at_ms": at, "incident_id": n} for (c, at), n in sorted(pairs.items())]
    if rows:
        session.execute(update(CheckResultRow), rows)


def latest(session: Session, asset_ids: Sequence[int] | None = None) -> list[Latest]:
    """The declared checks (of these assets) and their newest results, by asset and name."""
    rows = (
        select(CheckRow, AssetRow.key, CheckResultRow)
        .join(AssetRow, AssetRow.id == CheckRow.asset_id)
        .outerjoin(CheckResultRow, _newest())
        .where(CheckRow.removed_ms.is_(None))
        .order_by(AssetRow.key, CheckRow.name)
    )
    if asset_ids is not None:
        rows = rows.where(CheckRow.asset_id.in_(asset_ids))
    return [Latest(row, key, result) for row, key, result in session.execute(rows)]


def results(session: Session, check_id: int, window: Window) -> list[CheckResultRow]:
    """What a check found in the window, oldest first."""
    rows = select(CheckResultRow).where(
        CheckResultRow.check_id == check_id,
        CheckResultRow.at_ms >= window.start_ms,
        CheckResultRow.at_ms < window.end_ms,
    )
    return list(session.scalars(rows.order_by(CheckResultRow.at_ms)))


def outcomes(session: Session, asset_ids: Sequence[int] | None = None) -> dict[str, int]:
    """How many declared checks (of these assets) last had each outcome; '' are those that never ran."""
    rows = select(CheckRow.last_outcome, func.count()).where(CheckRow.removed_ms.is_(None))
    if asset_ids is not None:
        rows = rows.where(CheckRow.asset_id.in_(asset_ids))
    return dict(session.execute(rows.group_by(CheckRow.last_outcome)).all())


def _newest() -> ColumnElement[bool]:
    """Joins a check with the result it remembers as its newest."""
    return (CheckResultRow.check_id == CheckRow.id) & (CheckResultRow.at_ms == CheckRow.last_ms)


def _row(check: Check, asset_id: int, now_ms: int) -> dict[str, Any]:
    return {
        "name": check.name, "asset_id": asset_id, "kind": check.kind, "cause": check.cause.value,
        "severity": check.severity.value, "config": dict(check.config), "source": check.source.value,
        "owner": check.owner, "description": check.description, "every_ms": check.every_ms,
        "created_ms": now_ms, "changed_ms": None, "removed_ms": None,
        "last_outcome": "", "last_ms": None,
    }  # fmt: skip


def _result_row(result: CheckResult, check_id: int) -> dict[str, Any]:
    return {
        "check_id": check_id, "at_ms": to_ms(result.at), "outcome": result.outcome.value,
        "message": result.message, "observed": result.observed, "expected": result.expected,
        "low": result.low, "high": result.high, "details": dict(result.metadata), "incident_id": None,
    }  # fmt: skip


def _remember(session: Session, rows: list[dict[str, Any]]) -> None:
    """Bring checks to their newest result, unless they know a newer one: one statement for all."""
    at = case({row["check_id"]: row["at_ms"] for row in rows}, value=CheckRow.id)
    outcome = case({row["check_id"]: row["outcome"] for row in rows}, value=CheckRow.id)
    newer = CheckRow.last_ms.is_(None) | (CheckRow.last_ms < at)
    wanted = CheckRow.id.in_([row["check_id"] for row in rows])
    changed = update(CheckRow).where(wanted, newer).values(last_ms=at, last_outcome=outcome)
    session.execute(changed.execution_options(synchronize_session=False))
