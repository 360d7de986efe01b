"""What a backfill builds: the asset, and with its downstream everything made of it, each after what it reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import UsageError
from assay.model.assets import AssetKey
from assay.store import edges, unit_costs
from assay.store.assets import asset as asset_row
from assay.store.search import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.tables import UnitCostRow
    from costs.backfill.request import QuoteRequest

FARTHEST = 50
"""How many steps downstream are followed."""
MANY = 5
"""How many assets of the same name are told."""


@dataclass(frozen=True, slots=True)
class Step:
    """An asset of the plan: how far downstream, its builds oldest first, and the steps before it that it reads."""

    asset_id: int
    key: str
    hops: int
    builds: Sequence[UnitCostRow]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in an order in which what one reads stands before it, and what is downstream but never built."""

    connection: str
    steps: tuple[Step, ...]
    unbuilt: tuple[str, ...]


def asset_named(session: Session, text: str) -> AssetKey:
    """The asset of a whole key, or the only one whose path ends so: `marts.orders`, `orders`; UsageError for none."""
    found = named(session, text)
    if len(found) == 1:
        return AssetKey.parse(found[0])
    if found:
        raise UsageError(
            f"{text!r} names {len(found)} assets.", hint=f"Say more of it: {', '.join(found[:MANY])}."
        )
    raise UsageError(
        f"There is no asset {text}.", hint="`assay costs --by asset` lists the assets that cost something."
    )


def plan(session: Session, request: QuoteRequest, since_ms: int) -> Plan:
    """The plan of a backfill; UsageError where the asset is not known."""
    row = asset_row(session, str(request.asset))
    if row is None:
        raise UsageError(
            f"There is no asset {request.asset}.",
            hint="`assay costs --by asset` lists the assets that cost something.",
        )
    connection = unit_costs.connection_of(session, row.id, row.key)
    found = {row.id: (row.key, 0)}
    if request.downstream:
        for each in edges.neighbours(session, row.id, FARTHEST).downstream:
            found.setdefault(each.asset_id, (each.key, each.hops))
    builds = unit_costs.of_assets(session, sorted(found), since_ms)
    chosen = [asset_id for asset_id in found if builds[asset_id] or asset_id == row.id]
    between = edges.among(session, set(found))
    ordered = in_order(chosen, _through(between, set(chosen)), row.id)
    places = {asset_id: place for place, (asset_id, _) in enumerate(ordered)}
    steps = [
        Step(
            asset_id, *found[asset_id], builds[asset_id],
            tuple(sorted(places[each] for each in reads if places[each] < places[asset_id])),
        )
        for asset_id, reads in ordered
    ]  # fmt: skip
    unbuilt = sorted(key for asset_id, (key, _) in found.items() if asset_id not in places)
    return Plan(connection, tuple(steps), tuple(unbuilt))


def _through(between: Sequence[tuple[int, int]], kept: set[int]) -> dict[int, set[int]]:
    """What each kept asset reads of the kept ones, also through assets that are not (a view is built of nothing)."""
    reads: dict[int, set[int]] = defaultdict(set)
    for up, down in between:
        reads[down].add(up)
    found: dict[int, set[int]] = {}
    for asset_id in kept:
        seen, front, direct = {asset_id}, list(reads[asset_id]), set[int]()
        while front:
            each = front.pop()
            if each in seen:
                continue
            seen.add(each)
            if each in kept:
                direct.add(each)
            else:
                front += reads[each]
        found[asset_id] = direct
    return found


def in_order(
    assets: Sequence[int], reads: dict[int, set[int]], first: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Assets with what they read, each after that (Kahn); where they read each other, the first known goes first."""
    waiting = {each: set(reads[each]) - {each} if each != first else set() for each in assets}
    ordered: list[tuple[int, tuple[int, ...]]] = []
    while waiting:
        ready = next((each for each in assets if each in waiting and not waiting[each]), None)
        chosen = ready if ready is not None else next(each for each in assets if each in waiting)
        del waiting[chosen]
        ordered.append((chosen, tuple(sorted(reads[chosen] if chosen != first else ()))))
        for rest in waiting.values():
            rest.discard(chosen)
    return ordered
