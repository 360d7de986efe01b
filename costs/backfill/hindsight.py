"""What came of quotes: what their backfills were charged with, and how often past builds fell inside a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assay.model.partitions import Grain
from assay.model.time import DAY_MS, to_ms
from assay.store import quotes, unit_costs
from assay.store.assets import find_ids
from costs.backfill import model
from costs.backfill.spread import ENOUGH, filled, quantile
from costs.backfill.units import Shape, shape_of, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.store.engine import Store
    from assay.store.tables import QuoteRow, UnitCostRow
    from costs.backfill.units import Unit

WAIT_DAYS = 60
"""How long after a quote its backfill is looked for."""
AT_ONCE = 200
"""How many assets one pass judges; those judged longest ago go first."""


def realise(session: Session, now: datetime) -> int:
    """Find the builds that followed each open quote and cover what it was for; how many quotes were closed.

    A quote is closed when the builds after it cover every partition of every asset it priced. An asset that is built
    whole is covered by its next build; one whose runs name no partitions is known to be by a full refresh alone.
    """
    closed = 0
    for quote in quotes.waiting(session, to_ms(now) - WAIT_DAYS * DAY_MS):
        found = _came_to(session, quote)
        if found is not None:
            quotes.realise(session, quote.id, found["nano"], found["at_ms"], found)
            closed += 1
    return closed


def _came_to(session: Session, quote: QuoteRow) -> dict[str, Any] | None:
    """What a quote's backfill was charged with; None while it is not all done."""
    lines = quote.result["lines"]
    ids = find_ids(session, [line["asset"] for line in lines])
    builds = unit_costs.of_assets(session, sorted(ids.values()), quote.made_ms)
    parts = []
    for line in lines:
        part = came_to(line["shape"], line["partitions"], builds.get(ids.get(line["asset"], 0), []))
        if part is None:
            return None
        parts.append(part | {"asset": line["asset"], "quoted": line["nano"]})
    nano = sum(part["nano"] for part in parts)
    return {
        "nano": nano,
        "inside": quote.p10_nano <= nano <= quote.p90_nano,
        "at_ms": max(part["at_ms"] for part in parts),
        "lines": parts,
    }


def came_to(shape: str, partitions: Sequence[str], after: Sequence[UnitCostRow]) -> dict[str, Any] | None:
    """What the builds after a quote, oldest first, were charged with for its partitions; None where one is lacking."""
    if shape != Shape.PARTITIONED:
        whole = next((build for build in after if build.full_refresh), None)
        if whole is None:
            return None
        return {"nano": whole.total_nano, "at_ms": whole.at_ms + whole.duration_ms, "builds": [whole.build]}
    lacking, nano, used, at_ms = set(partitions), 0, dict[str, None](), 0
    for build in after:
        for part in build.partitions:
            if part["partition"] in lacking:
                lacking.discard(part["partition"])
                nano += part["total_nano"]
                used[build.build] = None
                at_ms = max(at_ms, build.at_ms + build.duration_ms)
    return None if lacking else {"nano": nano, "at_ms": at_ms, "builds": list(used)}


def calibrate(store: Store, history_days: int, now: datetime, at_most: int = AT_ONCE) -> int:
    """Back-test the range of every asset that was built since it was judged last; how many were judged."""
    since_ms = to_ms(now) - history_days * DAY_MS
    with store.read() as session:
        built, judged = unit_costs.newest_builds(session, since_ms), quotes.judged(session)
        due = [asset_id for asset_id, at_ms in built.items() if judged.get(asset_id, 0) < at_ms + DAY_MS]
        due = sorted(due, key=lambda asset_id: (judged.get(asset_id, 0), asset_id))[:at_most]
        builds = unit_costs.of_assets(session, due, since_ms)
    rows = [
        {"asset_id": asset_id, **back_test(builds[asset_id]), "judged_ms": to_ms(now)} for asset_id in due
    ]
    with store.write() as session:
        quotes.save_calibration(session, rows)
        quotes.forget_calibration(session, list(built))
    return len(rows)


def back_test(builds: Sequence[UnitCostRow]) -> dict[str, int]:
    """How many units fell inside, below and above P10 to P90, each range made of earlier units alone."""
    units = units_of(builds, shape_of(builds), Grain.DAY)
    if not units:
        return {"builds": 0, "inside": 0, "below": 0, "above": 0}
    table = model.Table.of(units, [unit.total_nano for unit in units])
    again = _rebuilt(units)
    sides = _sides(model.fit(table, informed=False).errors)
    if any(again):
        informed = _sides(model.fit(table, informed=True).errors)
        known = again[len(again) - len(informed) :]
        sides = [one if twice else other for one, other, twice in zip(informed, sides, known, strict=True)]
    told = [side for side in sides if side is not None]
    return {
        "builds": len(told),
        "inside": told.count(0),
        "below": told.count(-1),
        "above": told.count(1),
    }


def _sides(errors: model.Numbers) -> list[int | None]:
    """Below (-1), inside (0) or above (1) the range of the errors before; None where these are too few."""
    found: list[int | None] = []
    for place, error in enumerate(errors):
        if place < ENOUGH:
            found.append(None)
            continue
        low, high = quantile(filled(errors[:place]), np.array([0.1, 0.9]))
        found.append(-1 if error < low else 1 if error > high else 0)
    return found


def _rebuilt(units: Sequence[Unit]) -> list[bool]:
    """Whether each unit's partition was built before, with rows or bytes known."""
    seen: set[str] = set()
    told = []
    for unit in units:
        told.append(bool(unit.partition) and unit.partition in seen)
        if unit.rows is not None or unit.bytes is not None:
            seen.add(unit.partition)
    return told


def published(rows: Sequence[tuple[str, Any]], closed: Sequence[QuoteRow]) -> Mapping[str, Any]:
    """The coverage as it is published: of back-tested builds, and of quotes whose backfill ran."""
    names = ("builds", "inside", "below", "above")
    sums = {name: sum(getattr(row, name) for _, row in rows) for name in names}
    inside = sum(bool(quote.realised.get("inside")) for quote in closed)
    return {
        **sums,
        "share": sums["inside"] / sums["builds"] if sums["builds"] else None,
        "quotes": len(closed),
        "quotes_inside": inside,
    }
