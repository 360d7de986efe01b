"""The flow of data between assets, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from assay.model.time import to_ms
from assay.store.bulk import chunked, earlier, later, upsert
from assay.store.keys import asset_ids
from assay.store.tables import AssetRow, EdgeRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session

    from assay.model.assets import Edge, EdgeSource


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An asset up or down the stream: how many steps away, and when a source last showed the way to it."""

    asset_id: int
    key: str
    name: str
    kind: str
    hops: int
    sources: int
    last_seen_ms: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What an asset is made of, and what is made of it; nearest first."""

    upstream: list[Neighbour]
    downstream: list[Neighbour]


def save_edges(session: Session, edges: Sequence[Edge], now_ms: int) -> None:
    """Keep edges, each per source, with when it was first and last seen whatever the order of reading.

    A source that names every edge into an asset takes back those it no longer names.
    """
    ids = asset_ids(session, (key for edge in edges for key in (edge.upstream, edge.downstream)), now_ms)
    upsert(
        session,
        EdgeRow,
        [
            {
                "upstream_id": ids[str(edge.upstream)],
                "downstream_id": ids[str(edge.downstream)],
                "source": edge.source.value,
                "first_seen_ms": to_ms(edge.seen_at),
                "last_seen_ms": to_ms(edge.seen_at),
            }
            for edge in edges
        ],
        key=("upstream_id", "downstream_id", "source"),
        settle=lambda old, new: {
            "first_seen_ms": earlier(old.c.first_seen_ms, new.first_seen_ms),
            "last_seen_ms": later(old.c.last_seen_ms, new.last_seen_ms),
        },
    )
    for source in sorted({edge.source for edge in edges if edge.source.is_complete}):
        _take_back(session, source, {ids[str(edge.downstream)] for edge in edges if edge.source is source})


def _take_back(session: Session, source: EdgeSource, downstream_ids: Iterable[int]) -> None:
    """Remove the edges into these assets that the newest telling of the source leaves out."""
    newer = aliased(EdgeRow)
    newest = select(func.max(newer.last_seen_ms)).where(
        newer.downstream_id == EdgeRow.downstream_id, newer.source == source.value
    )
    for chunk in chunked(sorted(downstream_ids)):
        session.execute(
            delete(EdgeRow).where(
                EdgeRow.downstream_id.in_(chunk),
                EdgeRow.source == source.value,
                EdgeRow.last_seen_ms < newest.correlate(EdgeRow).scalar_subquery(),
            )
        )


def among(session: Session, asset_ids_: Collection[int]) -> list[tuple[int, int]]:
    """The edges between some assets as (upstream id, downstream id), each once, in order."""
    found: set[tuple[int, int]] = set()
    for chunk in chunked(sorted(asset_ids_)):
        rows = select(EdgeRow.upstream_id, EdgeRow.downstream_id).where(EdgeRow.upstream_id.in_(chunk))
        found |= {(up, down) for up, down in session.execute(rows) if down in asset_ids_ and up != down}
    return sorted(found)


def neighbours(session: Session, asset_id: int, hops: int = 1) -> Neighbours:
    """The assets within `hops` steps, one query a step and direction; a cycle is walked once."""
    return Neighbours(
        upstream=_walk(session, asset_id, hops, EdgeRow.downstream_id, EdgeRow.upstream_id),
        downstream=_walk(session, asset_id, hops, EdgeRow.upstream_id, EdgeRow.downstream_id),
    )


def _walk(
    session: Session,
    asset_id: int,
    hops: int,
    here: InstrumentedAttribute[int],
    there: InstrumentedAttribute[int],
) -> list[Neighbour]:
    seen, front, found = {asset_id}, [asset_id], list[Neighbour]()
    for hop in range(1, hops + 1):
        step = [n for chunk in chunked(front) for n in _step(session, chunk, hop, here, there)]
        fresh = {n.asset_id: n for n in step if n.asset_id not in seen}
        found += fresh.values()
        seen |= fresh.keys()
        front = list(fresh)
        if not front:
            break
    return found


def _step(
    session: Session,
    front: list[int],
    hop: int,
    here: InstrumentedAttribute[int],
    there: InstrumentedAttribute[int],
) -> list[Neighbour]:
    rows = session.execute(
        select(
            AssetRow.id,
            AssetRow.key,
            AssetRow.name,
            AssetRow.kind,
            func.count(EdgeRow.source.distinct()),
            func.max(EdgeRow.last_seen_ms),
        )
        .join(EdgeRow, there == AssetRow.id)
        .where(here.in_(front))
        .group_by(AssetRow.id, AssetRow.key, AssetRow.name, AssetRow.kind)
        .order_by(AssetRow.key)
    )
    return [
        Neighbour(row_id, key, name, kind, hop, sources, last_seen)
        for row_id, key, name, kind, sources, last_seen in rows
    ]
