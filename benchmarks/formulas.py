"""How others divide a warehouse's bill, written anew from what they publish of their method.

Each is SQL over three relations: queries(query_id, warehouse, size, start_ms, begin_ms, end_ms, execution_ms),
inside(query_id, warehouse, hour_ms, ms, end_ms): the part of a query's execution inside an hour, and
meters(warehouse, hour_ms, nano). Each gives (query_id, warehouse, nano) with nano-credits as a float.
"""

from __future__ import annotations

from costs.sessions import SIZES

HOUR_PROPORTIONAL = """
SELECT query_id, warehouse, sum(nano * ms / whole) AS nano
FROM (SELECT *, sum(ms) OVER (PARTITION BY warehouse, hour_ms) AS whole FROM inside)
JOIN meters USING (warehouse, hour_ms)
GROUP BY query_id, warehouse
"""
"""Each hour's credits by the milliseconds each query executed in it. Idle time is spread over the hour's queries;
an hour without any is lost. This is the open dbt package's method on a full refresh."""

_CREDITS = " ".join(f"WHEN '{size}' THEN {rate}" for size, rate in SIZES.items())
LIST_SIZE = f"""
SELECT query_id, warehouse,
    execution_ms / 3.6e6 * 1e9 * (CASE replace(upper(size), '-', '') {_CREDITS} END) AS nano FROM queries
"""
"""Execution time by the list credits of the warehouse's size, whoever ran beside it and whatever was metered.
This is what the orchestrator's insights publish."""

ATTRIBUTION_VIEW = "SELECT query_id, warehouse, nano FROM weights"
"""What the warehouse's own QUERY_ATTRIBUTION_HISTORY says; idle time and very short queries are left out by design."""


def incremental(every_ms: int) -> str:
    """The hour-proportional method kept up to date by a job that runs every `every_ms` over a sliding window.

    When a query is costed for the last time, those that ended before the window's edge are no longer there: a query
    that began in an earlier hour shares that hour only with what ended after the edge.
    """
    edge = f"(end_ms - end_ms % {every_ms})"
    return f"""
    WITH ended AS (SELECT warehouse, hour_ms, {edge} AS edge_ms, sum(ms) AS ms FROM inside GROUP BY ALL),
    later AS (
        SELECT warehouse, hour_ms, edge_ms,
            sum(ms) OVER (PARTITION BY warehouse, hour_ms ORDER BY edge_ms DESC) AS whole
        FROM ended
    )
    SELECT query_id, o.warehouse, sum(nano * ms / whole) AS nano
    FROM inside o JOIN later l ON l.warehouse = o.warehouse AND l.hour_ms = o.hour_ms AND l.edge_ms = {edge}
    JOIN meters m ON m.warehouse = o.warehouse AND m.hour_ms = o.hour_ms
    GROUP BY query_id, o.warehouse
    """
