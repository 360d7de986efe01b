"""Gather the evidence from the store: one query for each sort, whatever the number of assets."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal_column, select

from assay.model.assets import AssetKind
from assay.model.time import DAY_MS, to_ms
from assay.model.usage import CONSUMERS, ReaderClass
from assay.store.tables import (
    AssetRow,
    AssetSummaryRow,
    DeclaredUseRow,
    EdgeRow,
    RunRow,
    UsageRow,
)
from costs.unused.evidence import UNREADABLE, YEAR_DAYS, Evidence, Place, Reads, Subject, Use
from costs.unused.history import Seen, histories_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from assay.config.decisions import UnusedSettings

OUTLIVED_MS = 30 * DAY_MS
"""A project still has an exposure it told of so long before its newest telling; later it counts as removed."""

_NO_RELATION = frozenset({"assay", "dbt", "rule"})
_NO_DATA = frozenset({AssetKind.EXPOSURE.value, AssetKind.TEST.value})
_OTHER = AssetKind.OTHER.value
_UNSORTED = UsageRow.connection.concat(literal_column("''"))
"""The connection as a condition: by the bare column, SQLite walks the index of days and looks each row up again."""


def gather(session: Session, policy: UnusedSettings, now: datetime) -> Evidence:
    """All that is known of who needs what, as of `now`; nothing outside the store is asked."""
    now_ms = to_ms(now)
    seen = histories_of(session, policy.window_days, now_ms)
    edges = session.execute(select(EdgeRow.upstream_id, EdgeRow.downstream_id, EdgeRow.first_seen_ms)).all()
    reads, first = _reads(session, seen.values(), policy.window_days)
    for upstream, downstream, first_ms in edges:
        for asset_id in (upstream, downstream):
            first[asset_id] = min(first_ms, first.get(asset_id, first_ms))
    for asset_id, started_ms in session.execute(_first_runs()):
        first[asset_id] = min(started_ms, first.get(asset_id, started_ms))
    return Evidence(
        now_ms=now_ms,
        subjects=_subjects(session, seen, first),
        edges=[(upstream, downstream) for upstream, downstream, _ in edges],
        reads=reads,
        uses=_uses(session),
        histories={place: each.history for place, each in seen.items()},
    )


def _first_runs() -> Select[int, int]:
    return select(RunRow.asset_id, func.min(RunRow.started_ms)).group_by(RunRow.asset_id)


def _uses(session: Session) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    use = DeclaredUseRow
    rows = session.execute(
        select(use.asset_id, use.kind, use.name).order_by(use.asset_id, use.kind, use.name)
    )
    for asset_id, kind, name in rows:
        found[asset_id].append(Use(kind, name))
    return dict(found)


def _reads(
    session: Session, seen: Iterable[Seen], window_days: int
) -> tuple[dict[int, Reads], dict[int, int]]:
    """Each asset's reads, and the first day (ms) anybody was seen to read it."""
    reads: dict[int, Reads] = {}
    first: dict[int, int] = {}
    for each in seen:
        until_ms = each.history.until_ms
        since = (until_ms - window_days * DAY_MS, until_ms - YEAR_DAYS * DAY_MS)
        for connection in each.connections:
            for asset_id, reader, unsure, window, year, last_ms, first_ms in session.execute(
                _usage(connection, *since)
            ):
                first[asset_id] = min(first_ms, first.get(asset_id, first_ms))
                told = reads.setdefault(asset_id, Reads())
                _add(told, reader, (int(window), int(year)), last_ms, unsure=bool(unsure))
    return reads, first


def _usage(connection: str, window_ms: int, year_ms: int) -> Select[int, str, int, int, int, int, int]:
    unsure = case((UsageRow.tool == UNREADABLE, 1), else_=0)
    return (
        select(
            UsageRow.asset_id,
            UsageRow.reader_class,
            unsure,
            func.sum(case((UsageRow.day_ms >= window_ms, UsageRow.reads), else_=0)),
            func.sum(case((UsageRow.day_ms >= year_ms, UsageRow.reads), else_=0)),
            func.max(UsageRow.last_read_ms),
            func.min(UsageRow.day_ms),
        )
        .where(_UNSORTED == connection)
        .group_by(UsageRow.asset_id, UsageRow.reader_class, unsure)
    )


def _add(told: Reads, reader: str, counts: tuple[int, int], last_ms: int, *, unsure: bool) -> None:
    window, year = counts
    if not unsure:
        for sums, count in ((told.window, window), (told.year, year)):
            if count:
                sums[reader] = sums.get(reader, 0) + count
        if reader in CONSUMERS:
            told.last_ms = max(last_ms, told.last_ms or last_ms)
    elif reader != ReaderClass.MONITOR:
        told.maybe_window += window
        told.maybe_year += year


def _subjects(session: Session, seen: Mapping[Place, Seen], first: Mapping[int, int]) -> dict[int, Subject]:
    asset, summary = AssetRow, AssetSummaryRow
    rows = session.execute(
        select(
            asset.id, asset.key, asset.platform, asset.kind, asset.owner, asset.tags, asset.meta, asset.created_ms,
            asset.altered_ms, asset.first_seen_ms, asset.last_seen_ms, summary.nano_credits,
            summary.micro_currency, summary.currency,
        ).outerjoin(summary, summary.asset_id == asset.id)
    ).all()  # fmt: skip
    newest: dict[Place, int] = {}
    for row in rows:
        if row.platform == "dbt":
            place = _place(row)
            newest[place] = max(row.last_seen_ms, newest.get(place, 0))
    return {row.id: _subject(row, seen.get(_place(row)), first, newest) for row in rows}


def _place(row: Any) -> Place:  # noqa: ANN401 - a row of the query above
    return Place(row.platform, row.key.split(":", 2)[1])


def _subject(row: Any, seen: Seen | None, first: Mapping[int, int], newest: Mapping[Place, int]) -> Subject:  # noqa: ANN401 - as above
    place = _place(row)
    is_exposure = row.kind == AssetKind.EXPOSURE.value
    return Subject(
        id=row.id,
        key=row.key,
        kind=row.kind,
        place=place,
        owner=row.owner,
        tags=tuple(map(str, row.tags)),
        judged=_is_judged(row, seen),
        alive=is_exposure and row.last_seen_ms >= newest.get(place, 0) - OUTLIVED_MS,
        created_ms=row.created_ms,
        altered_ms=_altered_ms(row),
        first_ms=min(first.get(row.id, row.first_seen_ms), row.first_seen_ms),
        nano_per_month=int(row.nano_credits or 0),
        micro_per_month=None if row.micro_currency is None else int(row.micro_currency),
        currency=row.currency or "",
    )


def _is_judged(row: Any, seen: Seen | None) -> bool:  # noqa: ANN401 - as above
    """Whether it is a relation that still stands, as far as its account tells what stands."""
    if row.platform in _NO_RELATION or row.kind in _NO_DATA:
        return False
    if seen is None or seen.listed_ms is None:
        return seen is not None or bool(row.kind != _OTHER)
    return bool(row.kind != _OTHER and row.last_seen_ms >= seen.listed_ms)


def _altered_ms(row: Any) -> int | None:  # noqa: ANN401 - as above
    """When its definition changed: dbt tells it by the code, the warehouse of views it does not rebuild for dbt."""
    if "dbt" in row.meta:
        told = str(row.meta.get("code_changed_ms", ""))
        return int(told) if told.isdigit() else None
    return row.altered_ms if row.kind == AssetKind.VIEW.value else None
