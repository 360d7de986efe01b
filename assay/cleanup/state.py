"""What the models a change touches cost today: their cost a month, who reads them, what is built from them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.time import DAY_MS
from assay.store.bulk import chunked
from assay.store.tables import AliasRow, AssetRow, AssetSummaryRow, EdgeRow, UsageRow
from costs.unused.graph import links

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.cleanup.changes import Change, Kind

DAYS = 30
"""The days "a month" means here: the last of them is the newest day with costs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A change and what it is about costs in 30 days today; `asset` is '' for what was never built.

    `readers` are consumers' statements of those days by class; `downstream` counts the assets built from it, of any
    number of steps, and `downstream_nano` is what these cost.
    """

    change: Change
    asset: str = ""
    nano_per_month: int = 0
    micro_per_month: int | None = None
    currency: str = ""
    builds: int = 0
    readers: Mapping[str, int] = field(default_factory=dict)
    last_read_ms: int | None = None
    downstream: int = 0
    downstream_nano: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it was ever seen in the warehouse."""
        return bool(self.asset)


@dataclass(frozen=True, slots=True)
class State:
    """What all the changes are about, dearest first; `until_ms` is the end of the 30 days, None before any cost."""

    standings: tuple[Standing, ...]
    until_ms: int | None
    downstream: int
    downstream_nano: int

    @property
    def nano_per_month(self) -> int:
        """What the changed and deleted models cost in 30 days, in nano-credits."""
        return sum(each.nano_per_month for each in self.standings)

    def nano_of(self, kind: Kind) -> int:
        """What the models of one kind of change cost in 30 days, in nano-credits."""
        return sum(each.nano_per_month for each in self.standings if each.change.kind is kind)

    @property
    def money(self) -> tuple[int | None, str]:
        """The same in micro-currency, where every model that costs something has a price in one currency."""
        priced = [each for each in self.standings if each.nano_per_month or each.micro_per_month]
        currencies = {each.currency for each in priced}
        micros = [each.micro_per_month for each in priced if each.micro_per_month is not None]
        if len(micros) != len(priced) or len(currencies) != 1:
            return None, ""
        return sum(micros), max(currencies)


def state(session: Session, changes: Sequence[Change]) -> State:
    """What each change is about costs today, from the last cycle's sums; a few queries, whatever the number."""
    ids = _assets(session, [change.unique_id for change in changes])
    until_ms = session.scalar(select(func.max(AssetSummaryRow.until_ms)))
    edges = session.execute(select(EdgeRow.upstream_id, EdgeRow.downstream_id)).all()
    children = links((upstream, downstream) for upstream, downstream in edges)[1]
    below = {asset_id: _below([asset_id], children) for asset_id, _ in ids.values()}
    everything = _below(below, children)
    rows = _summaries(session, {*below, *everything})
    readers = _readers(session, list(below), until_ms)
    found = [_standing(change, ids, rows, readers, below) for change in changes]
    return State(
        standings=tuple(sorted(found, key=lambda each: (-each.nano_per_month, each.change.unique_id))),
        until_ms=until_ms,
        downstream=len(everything),
        downstream_nano=sum(rows[i].nano_credits for i in everything if i in rows),
    )


def _standing(
    change: Change,
    ids: Mapping[str, tuple[int, str]],
    rows: Mapping[int, AssetSummaryRow],
    readers: Mapping[int, Mapping[str, int]],
    below: Mapping[int, set[int]],
) -> Standing:
    if change.unique_id not in ids:
        return Standing(change)
    asset_id, key = ids[change.unique_id]
    row = rows.get(asset_id)
    return Standing(
        change,
        key,
        nano_per_month=row.nano_credits if row else 0,
        micro_per_month=row.micro_currency if row else None,
        currency=row.currency if row else "",
        builds=row.runs if row else 0,
        readers=dict(readers.get(asset_id, {})),
        last_read_ms=row.last_read_ms if row else None,
        downstream=len(below[asset_id]),
        downstream_nano=sum(rows[i].nano_credits for i in below[asset_id] if i in rows),
    )


def _assets(session: Session, unique_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The asset (id and key) each dbt name stands for; a name that two claim stands for none."""
    found: dict[str, tuple[int, str]] = {}
    for chunk in chunked(unique_ids):
        named = (
            select(AliasRow.name, AssetRow.id, AssetRow.key)
            .join(AssetRow, AssetRow.id == AliasRow.asset_id)
            .where(AliasRow.system == "dbt", AliasRow.name.in_(chunk), AliasRow.ambiguous.is_(False))
        )
        found |= {name: (asset_id, key) for name, asset_id, key in session.execute(named)}
    return found


def _summaries(session: Session, ids: Collection[int]) -> dict[int, AssetSummaryRow]:
    found: dict[int, AssetSummaryRow] = {}
    for chunk in chunked(sorted(ids)):
        rows = session.scalars(select(AssetSummaryRow).where(AssetSummaryRow.asset_id.in_(chunk)))
        found |= {row.asset_id: row for row in rows}
    return found


def _readers(session: Session, ids: Sequence[int], until_ms: int | None) -> dict[int, dict[str, int]]:
    """Statements of the 30 days that read each asset, by class of reader."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    if until_ms is None:
        return found
    usage = UsageRow
    for chunk in chunked(ids):
        counted = (
            select(usage.asset_id, usage.reader_class, func.sum(usage.reads))
            .where(
                usage.asset_id.in_(chunk), usage.day_ms >= until_ms - DAYS * DAY_MS, usage.day_ms < until_ms
            )
            .group_by(usage.asset_id, usage.reader_class)
        )
        for asset_id, reader, reads in session.execute(counted):
            found[asset_id][reader] = int(reads)
    return found


def _below(starts: Collection[int], children: Mapping[int, Sequence[int]]) -> set[int]:
    """All that is built from any of the starts, in any number of steps, without the starts themselves."""
    seen, waiting = set(starts), list(starts)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return seen - set(starts)
