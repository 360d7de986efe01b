"""The shop's warehouses: size, clusters, auto-suspend, and when somebody resizes one."""

from __future__ import annotations

from dataclasses import dataclass

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

CREDITS_PER_HOUR = {"X-Small": 1, "Small": 2, "Medium": 4, "Large": 8, "X-Large": 16}
"""Credits per hour of one cluster, Snowflake's service consumption table, first generation."""

MONDAY, THURSDAY = 0, 3


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A virtual warehouse as its owner set it; `seats` is how many statements one cluster takes at once."""

    name: str
    id: int
    size: str
    auto_suspend_ms: int
    clusters: int = 1
    seats: int = 8


LOADING, TRANSFORMING, BI, ADHOC, DATASCIENCE = range(5)
WAREHOUSES = (
    Warehouse("LOADING", 11, "X-Small", 30 * SECOND_MS),
    Warehouse("TRANSFORMING", 12, "Medium", MINUTE_MS),
    Warehouse("BI", 13, "Small", 5 * MINUTE_MS, clusters=3, seats=6),
    Warehouse("ADHOC", 14, "Small", 2 * MINUTE_MS),
    Warehouse("DATASCIENCE", 15, "Large", 10 * MINUTE_MS),
)
NO_WAREHOUSE = -1


@dataclass(frozen=True, slots=True)
class Resize:
    """Somebody gave the warehouse another size at this moment."""

    at_ms: int
    size: str


def resizes(warehouse: int, days_ms: list[int], weekdays: list[int], build_ms: int) -> tuple[Resize, ...]:
    """The resizes of a warehouse, in order, for days that begin at `days_ms`.

    Transforming is enlarged for a quarter of an hour in Monday's build, and on Thursdays for 35 seconds only,
    so that the added resources are charged up to their minute.
    """
    if warehouse != TRANSFORMING:
        return ()
    plans = {MONDAY: (8 * MINUTE_MS, 15 * MINUTE_MS), THURSDAY: (5 * MINUTE_MS, 35 * SECOND_MS)}
    found: list[Resize] = []
    for day_ms, weekday in zip(days_ms, weekdays, strict=True):
        if weekday in plans:
            after_ms, for_ms = plans[weekday]
            up_ms = day_ms + build_ms + after_ms
            found += [Resize(up_ms, "Large"), Resize(up_ms + for_ms, "Medium")]
    return tuple(found)
