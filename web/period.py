"""Assets by what happened to them in a period: what they cost, who read them, which of their runs failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from assay.facts.streams import ACCESS
from assay.model.usage import CONSUMERS
from assay.store import costs, search, summaries
from assay.store.keys import find_ids
from assay.store.tables import FactFileRow, RunRow, UsageRow
from web.figures import amount_of
from web.format import Amount
from web.names import holds_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from assay.model.time import Window
    from assay.store.search import AssetLine
    from web.ask import Ask


@dataclass(frozen=True, slots=True)
class Spender:
    """What an asset cost in a period and in the one before; `reads` is None for what holds no rows to read."""

    asset: AssetLine
    spent: Amount
    before: Amount
    reads: int | None

    @property
    def unread(self) -> bool:
        """Whether it could be read, nobody does, and nothing is built on it."""
        return self.reads == 0 and not self.asset.downstream


@dataclass(frozen=True, slots=True)
class Failing:
    """An asset whose builds failed in a period, and how many there were."""

    asset: AssetLine
    failed: int
    runs: int


def knows_readers(session: Session) -> bool:
    """Whether an account's own record of reads was read: what SQL alone shows proves nobody's absence."""
    told = select(FactFileRow.id).where(FactFileRow.stream == ACCESS.name).limit(1)
    return session.scalar(told) is not None


def knows_runs(session: Session, window: Window) -> bool:
    """Whether any build of the period is known: without one, that none failed tells nothing."""
    return session.scalar(select(RunRow.id).where(*_builds(window)).limit(1)) is not None


def spenders(session: Session, ask: Ask, limit: int) -> list[Spender]:
    """The assets that cost most in the period, dearest first."""
    keys = summaries.dearest(session, ask.window, limit)
    ids = find_ids(session, keys)
    assets = {line.key: line for line in search.lines(session, list(ids.values()))}
    spent, before = (
        {line.group[0]: amount_of(line) for line in costs.totals(session, "asset", window, among=keys)}
        for window in (ask.window, ask.before)
    )
    read = _reads(session, list(ids.values()), ask.window)
    return [
        Spender(
            assets[key],
            spent.get(key, Amount(0)),
            before.get(key, Amount(0)),
            read.get(assets[key].id, 0 if holds_rows(assets[key].kind) else None),
        )
        for key in keys
        if key in assets
    ]


def failing(session: Session, window: Window, limit: int) -> list[Failing]:
    """The assets whose builds failed most often in the period."""
    failed = func.sum(case((RunRow.status == "error", 1), else_=0))
    rows = session.execute(
        select(RunRow.asset_id, failed, func.count())
        .where(*_builds(window))
        .group_by(RunRow.asset_id)
        .having(failed > 0)
        .order_by(failed.desc(), RunRow.asset_id)
        .limit(limit)
    ).all()
    assets = {line.id: line for line in search.lines(session, [row[0] for row in rows])}
    return [Failing(assets[id_], int(count), runs) for id_, count, runs in rows]


def _builds(window: Window) -> tuple[ColumnElement[bool], ...]:
    at = RunRow.started_ms
    return RunRow.kind == "build", at >= window.start_ms, at < window.end_ms


def _reads(session: Session, asset_ids: Sequence[int], window: Window) -> dict[int, int]:
    rows = session.execute(
        select(UsageRow.asset_id, func.sum(UsageRow.reads))
        .where(
            UsageRow.asset_id.in_(asset_ids),
            UsageRow.reader_class.in_(CONSUMERS),
            UsageRow.day_ms >= window.start_ms,
            UsageRow.day_ms < window.end_ms,
        )
        .group_by(UsageRow.asset_id)
    )
    return {asset_id: int(reads) for asset_id, reads in rows}
