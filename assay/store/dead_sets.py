"""Dead sets for pages: what each comes to, what is in it and how it hangs together, and the pull requests about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, union_all

from assay.store.bulk import chunked
from assay.store.tables import AssetRow, EdgeRow, PullRequestRow, RunRow, UsageRow, VerdictRow
from assay.store.verdict_list import DEAD, VerdictEntry, entries

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Executable
    from sqlalchemy.orm import Session

MOST_STEPS = 8
"""How many assets without a verdict (ephemeral models) in a row are looked through from one member to the next."""


@dataclass(frozen=True, slots=True)
class SetSum:
    """How many assets of a dead set have a verdict, how many of them nothing holds back, and what it costs in 30 days.

    No money where prices are in several currencies.
    """

    id: str
    assets: int
    free: int
    nano_per_month: int
    micro_per_month: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Dead:
    """What is dead in all, and when that was judged (ms); None where nothing was judged yet."""

    sum: SetSum
    judged_ms: int | None


def members(session: Session, set_id: str) -> list[VerdictEntry]:
    """The assets of a dead set in the order they can go; none where there is no such set."""
    rows = entries().where(VerdictRow.set_id == set_id, VerdictRow.set_id != "").order_by(VerdictRow.place)
    return [VerdictEntry(*row) for row in session.execute(rows)]


def sets(session: Session, set_ids: Collection[str] | None = None) -> dict[str, SetSum]:
    """What each dead set comes to, the dearest first; only those asked for, where any are named."""
    row, found = VerdictRow, list[SetSum]()
    chunks: list[list[str] | None] = [None] if set_ids is None else [*chunked(sorted(set_ids))]
    for chunk in chunks:
        which = row.set_id != "" if chunk is None else row.set_id.in_(chunk)
        rows = session.execute(select(row.set_id, *_sums()).where(which).group_by(row.set_id))
        found += [SetSum(set_id, *_summed(*sums)) for set_id, *sums in rows]
    return {one.id: one for one in sorted(found, key=lambda one: (-one.nano_per_month, one.id))}


def dead(session: Session) -> Dead:
    """All that is dead as if it were one set, and when the verdicts were made."""
    judged = select(func.max(VerdictRow.judged_ms)).scalar_subquery()
    *sums, judged_ms = session.execute(select(*_sums(), judged).where(VerdictRow.verdict.in_(DEAD))).one()
    return Dead(SetSum("", *_summed(*sums)), judged_ms)


def proposable(session: Session) -> SetSum:
    """What is dead and held back by nothing of its own, as if it were one set."""
    which = VerdictRow.verdict.in_(DEAD), func.json_array_length(VerdictRow.warnings) == 0
    return SetSum("", *_summed(*session.execute(select(*_sums()).where(*which)).one()))


def ties(session: Session, asset_ids: Collection[int]) -> list[tuple[int, int]]:
    """(upstream, downstream) between these assets; what has no verdict, as an ephemeral model, is looked through."""
    wanted = set(asset_ids)
    heads: dict[int, set[int]] = {one: {one} for one in wanted}
    found: set[tuple[int, int]] = set()
    for _ in range(MOST_STEPS):
        further: dict[int, set[int]] = {}
        for up, down, is_judged in _edges_from(session, heads):
            if down in wanted:
                found |= {(head, down) for head in heads[up] if head != down}
            elif not is_judged:
                further.setdefault(down, set()).update(heads[up])
        heads = further
        if not heads:
            break
    return sorted(found)


def _edges_from(session: Session, up_ids: Collection[int]) -> list[tuple[int, int, bool]]:
    """(upstream, downstream, whether the latter has a verdict)."""
    up, down, judged = EdgeRow.upstream_id, EdgeRow.downstream_id, VerdictRow.asset_id
    edges = select(up, down, judged.is_not(None)).outerjoin(VerdictRow, judged == down).distinct()
    chunks = (session.execute(edges.where(up.in_(chunk))) for chunk in chunked(sorted(up_ids)))
    return [(upstream, downstream, is_judged) for rows in chunks for upstream, downstream, is_judged in rows]


def proposals(session: Session) -> dict[str, PullRequestRow]:
    """The newest pull request that names each asset, by the asset's key."""
    rows = session.scalars(select(PullRequestRow).order_by(PullRequestRow.made_ms, PullRequestRow.id))
    return {str(key): row for row in rows for key in row.assets}


def _sums() -> tuple[ColumnElement[Any], ...]:
    row, priced = VerdictRow, func.nullif(VerdictRow.currency, "")
    free = case((func.json_array_length(row.warnings) == 0, 1), else_=0)
    money = func.sum(row.micro_per_month), func.min(priced), func.max(priced)
    return func.count(), func.sum(free), func.sum(row.nano_per_month), *money


def _summed(  # noqa: PLR0913, PLR0917 - the columns of one row
    assets: int, free: int | None, nano: int | None, micro: int | None, least: str | None, most: str | None
) -> tuple[int, int, int, int | None, str]:
    alike = micro is not None and least == most
    return (
        assets,
        int(free or 0),
        int(nano or 0),
        int(micro or 0) if alike else None,
        (most or "") if alike else "",
    )


def orders(session: Session, set_ids: Collection[str]) -> dict[str, list[int]]:
    """The ids of each set's assets in the order they can go, by the set's own id."""
    found: dict[str, list[int]] = {}
    for chunk in chunked(sorted(set_ids)):
        rows = select(VerdictRow.set_id, VerdictRow.asset_id).where(VerdictRow.set_id.in_(chunk))
        for set_id, asset_id in session.execute(rows.order_by(VerdictRow.set_id, VerdictRow.place)):
            found.setdefault(set_id, []).append(asset_id)
    return found


def known_since(session: Session, asset_ids: Collection[int]) -> dict[int, int]:
    """The first trace (ms) of each asset: when it was made or told of first, was built, read or built from.

    What is made anew with each build is older than it says itself.
    """
    found: dict[int, int] = {}
    for chunk in chunked(sorted(asset_ids)):
        for asset_id, first_ms in session.execute(_traces(chunk)):
            found[asset_id] = min(first_ms, found.get(asset_id, first_ms))
    return found


def _traces(asset_ids: Sequence[int]) -> Executable:
    told = func.coalesce(AssetRow.created_ms, AssetRow.first_seen_ms)
    sources = (
        (AssetRow.id, told),
        (AssetRow.id, AssetRow.first_seen_ms),
        (RunRow.asset_id, RunRow.started_ms),
        (UsageRow.asset_id, UsageRow.day_ms),
        (EdgeRow.upstream_id, EdgeRow.first_seen_ms),
        (EdgeRow.downstream_id, EdgeRow.first_seen_ms),
    )
    return union_all(
        *(select(one, func.min(at)).where(one.in_(asset_ids)).group_by(one) for one, at in sources)
    )
