"""The demo company's bill under each published method, beside the simulator's truth and our ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from assay.model.time import DAY_MS, HOUR_MS
from benchmarks import formulas
from benchmarks.report import table

if TYPE_CHECKING:
    from benchmarks.company import Company

METHODS = {
    "assay": "SELECT query_id, resource AS warehouse, sum(nano_credits) AS nano FROM charges GROUP BY ALL",
    "by hour, full": formulas.HOUR_PROPORTIONAL,
    "by hour, hourly job": formulas.incremental(HOUR_MS),
    "by hour, daily job": formulas.incremental(DAY_MS),
    "time x list size": formulas.LIST_SIZE,
    "attribution view": formulas.ATTRIBUTION_VIEW,
}

_RELATIONS = """
CREATE TABLE queries AS
SELECT QUERY_ID AS query_id, WAREHOUSE_NAME AS warehouse, any_value(WAREHOUSE_SIZE) AS size,
    max(epoch_ms(START_TIME) + QUEUED_PROVISIONING_TIME + QUEUED_REPAIR_TIME + QUEUED_OVERLOAD_TIME + COMPILATION_TIME
        + LIST_EXTERNAL_FILES_TIME) AS begin_ms,
    max(epoch_ms(END_TIME)) AS end_ms, max(EXECUTION_TIME) AS execution_ms
FROM read_parquet('{export}/QUERY_HISTORY.parquet') WHERE WAREHOUSE_SIZE IS NOT NULL GROUP BY ALL;
CREATE TABLE inside AS
WITH hours AS (SELECT *, unnest(range(begin_ms - begin_ms % {hour}, end_ms, {hour})) AS hour_ms FROM queries)
SELECT query_id, warehouse, hour_ms, end_ms, least(end_ms, hour_ms + {hour}) - greatest(begin_ms, hour_ms) AS ms
FROM hours WHERE least(end_ms, hour_ms + {hour}) > greatest(begin_ms, hour_ms);
CREATE TABLE meters AS
SELECT WAREHOUSE_NAME AS warehouse, epoch_ms(START_TIME) AS hour_ms, max(CREDITS_USED_COMPUTE) * 1e9 AS nano
FROM read_parquet('{export}/WAREHOUSE_METERING_HISTORY.parquet') GROUP BY ALL;
CREATE TABLE weights AS
SELECT QUERY_ID AS query_id, any_value(WAREHOUSE_NAME) AS warehouse, max(CREDITS_ATTRIBUTED_COMPUTE) * 1e9 AS nano
FROM read_parquet('{export}/QUERY_ATTRIBUTION_HISTORY.parquet') GROUP BY ALL;
CREATE TABLE charges AS
SELECT * FROM read_parquet('{facts}/charges/**/*.parquet') WHERE service = 'compute';
CREATE TABLE bill AS
SELECT warehouse, sum(total_nano)::DOUBLE AS nano FROM read_parquet('{truth}/hours.parquet') GROUP BY ALL;
CREATE TABLE true_queries AS
SELECT query_id, warehouse, busy_nano + idle_nano AS nano FROM read_parquet('{truth}/queries.parquet');
"""


def run(company: Company) -> None:
    """Print what each method gives of each warehouse's bill (1 is right), and how much goes to the wrong query."""
    paths = {
        "export": company.demo.export,
        "truth": company.demo.truth,
        "facts": company.facts,
        "hour": HOUR_MS,
    }
    with duckdb.connect() as connection:
        connection.execute(_RELATIONS.format(**paths))
        for name, method in METHODS.items():
            connection.execute(f'CREATE TABLE "{name}" AS {method}')
        warehouses = [
            row[0] for row in connection.execute("SELECT warehouse FROM bill ORDER BY nano DESC").fetchall()
        ]
        rows = [
            (
                name,
                *(_of_bill(connection, name, each) for each in [*warehouses, None]),
                _astray(connection, name),
            )
            for name in METHODS
        ]
    table(rows, ("given of each warehouse's bill", *warehouses, "all", "to the wrong query"))
    print(
        "1 is right. 'To the wrong query': half of what would have to move between queries, of what they truly cost:"
    )
    print(
        "their run, and the idle time each left behind. What ours gives beyond that is start-up and 60-second minimum."
    )


def _of_bill(connection: duckdb.DuckDBPyConnection, name: str, warehouse: str | None) -> str:
    """The method's sum over the warehouse (or all) by its true bill."""
    where = "WHERE warehouse = ?" if warehouse else ""
    asked = f'SELECT (SELECT sum(nano) FROM "{name}" {where}) / (SELECT sum(nano) FROM bill {where})'
    (ratio,) = connection.execute(asked, [warehouse] * 2 if warehouse else []).fetchone() or (0.0,)
    return f"{ratio or 0:.6f}"


def _astray(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The share of the queries' true cost that the method gives to others or loses."""
    asked = f"""
    SELECT sum(abs(coalesce(g.nano, 0) - t.nano)) / 2 / sum(t.nano)
    FROM true_queries t LEFT JOIN "{name}" g USING (query_id)
    """
    (share,) = connection.execute(asked).fetchone() or (0.0,)
    return f"{share:.2%}"
