"""Reads per day and figures per hour, from a day's tables in a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest

from assay.facts.engine import Engine
from assay.facts.postgres import PostgresEngine
from assay.model.runs import Metric
from assay.model.time import DAY_MS, to_ms
from costs import measurements, usage

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSET = "snowflake:acme:db.s.t"
HOUR = 3_600_000
DAY = 20_000 * DAY_MS
_TEXTS = [
    "query_id",
    "user",
    "tool",
    "tool_use",
    "application",
    "user_type",
    "query_type",
    "role",
    "warehouse",
]
_INTS = [
    "start_ms",
    "end_ms",
    "execution_ms",
    "rows_inserted",
    "rows_updated",
    "succeeded",
    "client",
    "service",
]
_STATEMENTS = pa.schema([(n, pa.string()) for n in _TEXTS] + [(n, pa.int64()) for n in _INTS])


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine | PostgresEngine]:
    """Each engine, without facts."""
    if request.param == "duckdb":
        with Engine.open(threads=1) as opened:
            yield opened
        return
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as connection:
        yield PostgresEngine(connection)


def statement(query_id: str, **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - a row's values
    """A row of the mapping's statements."""
    row: dict[str, Any] = dict.fromkeys(_TEXTS, "")
    row |= {
        "query_id": query_id,
        "user": "u",
        "warehouse": "WH",
        "start_ms": DAY + 1000,
        "end_ms": DAY + 2000,
    }
    row |= {"execution_ms": 900, "succeeded": 1, "client": 0, "service": 0, "query_type": "SELECT"}
    return row | columns


def prepare(engine: Engine, *statements: dict[str, Any], calls: dict[str, str] | None = None) -> None:
    """Load statements; each reads `t`, or writes it when it is no SELECT; `calls` says who sent whom."""
    engine.table("statements", pa.Table.from_pylist(list(statements), schema=_STATEMENTS))
    reads = [s["query_id"] for s in statements if s["query_type"] == "SELECT"]
    writes = [s["query_id"] for s in statements if s["query_type"] != "SELECT"]
    engine.table(
        "reads", of_asset(reads).append_column("how", pa.array(["access"] * len(reads), pa.string()))
    )
    engine.table("writes", of_asset(writes).append_column("helper", pa.array([0] * len(writes), pa.int64())))
    sent = calls or {}
    children, parents = pa.array(list(sent), pa.string()), pa.array(list(sent.values()), pa.string())
    engine.table("family", pa.table({"query_id": children, "ancestor_id": parents}))


def of_asset(query_ids: list[str]) -> pa.Table:
    """Rows of statements that touch the one asset."""
    keys = pa.array([ASSET] * len(query_ids), pa.string())
    return pa.table({"query_id": pa.array(query_ids, pa.string()), "asset_key": keys})


def test_reads_are_counted_by_class_and_tool(engine: Engine) -> None:
    """Two people on three queries, and a tool on one: two rows."""
    prepare(
        engine,
        statement("1", user_type="PERSON"),
        statement("2", user_type="PERSON", start_ms=DAY + 9000),
        statement("3", user_type="PERSON", user="v"),
        statement("4", application="Looker", user="svc"),
    )

    told = {
        (r["reader_class"], r["tool"]): (r["reads"], r["readers"], r["last_read_ms"])
        for r in usage.daily(engine).to_pylist()
    }

    assert told == {("person", ""): (3, 2, DAY + 9000), ("bi_tool", "looker"): (1, 1, DAY + 1000)}


@pytest.mark.parametrize("noise", [{"warehouse": ""}, {"client": 1}, {"service": 1}])
def test_noise_is_no_read(engine: Engine, noise: dict[str, Any]) -> None:
    """No warehouse, the client's own statements, Snowflake's services: nobody read anything."""
    prepare(engine, statement("1", **noise))

    assert usage.daily(engine).num_rows == 0


def test_a_call_is_not_counted_beside_its_statements(engine: Engine) -> None:
    """The reads and rows of a procedure are its statements' own, once."""
    prepare(
        engine,
        statement("call"),
        statement("child"),
        statement("outer", query_type="INSERT", rows_inserted=5),
        statement("inner", query_type="INSERT", rows_inserted=5),
        calls={"child": "call", "inner": "outer"},
    )

    figures = {m.metric: m.value for m in measurements.of_day(engine, [], "acme")}

    assert [r["reads"] for r in usage.daily(engine).to_pylist()] == [1]
    assert figures[Metric.ROWS_WRITTEN] == 5


@pytest.mark.parametrize(
    ("sent", "reader"),
    [
        ({"application": "Airflow"}, "export"),
        ({"application": "dbt"}, "pipeline"),
        ({"tool": "metabase", "tool_use": "sync"}, "pipeline"),
        ({"tool": "tableau", "tool_use": "build"}, "export"),
        ({"tool": "elementary"}, "monitor"),
        ({"user_type": "SYSTEM"}, "export"),
    ],
)
def test_what_a_pipeline_reads_and_writes_nowhere_leaves_the_warehouse(
    engine: Engine, sent: dict[str, Any], reader: str
) -> None:
    """Reverse ETL and Python jobs are consumers; dbt's tests, looks at the columns and monitors are none."""
    prepare(engine, statement("1", **sent))

    assert [row["reader_class"] for row in usage.daily(engine).to_pylist()] == [reader]


@pytest.mark.parametrize(
    ("sent", "reader"),
    [({"application": "dbt"}, "export"), ({"user_type": "PERSON"}, "export"), ({"tool": "soda"}, "monitor")],
)
def test_an_unload_counts_whoever_sends_it(engine: Engine, sent: dict[str, Any], reader: str) -> None:
    """But for a monitor, who looks and takes nothing away."""
    prepare(engine, statement("1", **sent))
    unloads = engine.step("usage_counted_reads").num_rows
    assert unloads == 1

    engine.table(
        "statements", pa.Table.from_pylist([statement("1", query_type="UNLOAD", **sent)], schema=_STATEMENTS)
    )

    assert [row["reader_class"] for row in usage.daily(engine).to_pylist()] == [reader]


def test_what_is_also_written_stays(engine: Engine) -> None:
    """A pipeline that reads to fill a table takes nothing out: what it fills is judged itself."""
    prepare(engine, statement("1", application="Airflow"))
    engine.table("writes", of_asset(["1"]).append_column("helper", pa.array([0], pa.int64())))

    assert [row["reader_class"] for row in usage.daily(engine).to_pylist()] == ["pipeline"]


def test_an_unsure_read_neither_proves_nor_hides_a_use() -> None:
    """A likely read by a person is an unknown reader's; one by a pipeline stays a pipeline's."""
    traits = [
        dict.fromkeys(("tool", "tool_use", "application", "user_type", "query_type", "role", "leaves"), "")
        for _ in range(2)
    ]
    traits[0]["user_type"], traits[1]["application"] = "PERSON", "dbt"

    assert usage.readers(pa.Table.from_pylist(traits))["unsure_class"].to_pylist() == ["unknown", "pipeline"]


def test_statements_of_an_hour_are_one_figure(engine: Engine) -> None:
    """Runtime and rows add up by the hour of their start; the refresh is the end of the day's last write."""
    prepare(
        engine,
        statement("1", query_type="INSERT", rows_inserted=3),
        statement(
            "2", query_type="MERGE", rows_inserted=1, rows_updated=2, start_ms=DAY + 2000, end_ms=DAY + 3000
        ),
        statement("3", query_type="INSERT", start_ms=DAY + HOUR, end_ms=DAY + HOUR + 50, execution_ms=40),
        statement("4", query_type="ALTER"),
    )

    told = sorted((m.metric, to_ms(m.at) - DAY, m.value) for m in measurements.of_day(engine, [], "acme"))

    assert told == [
        (Metric.REFRESHED, HOUR, DAY + HOUR + 50),
        (Metric.ROWS_WRITTEN, 1000, 6),
        (Metric.RUNTIME_MS, 1000, 1800),
        (Metric.RUNTIME_MS, HOUR, 40),
    ]


def test_a_scheduler_that_tells_its_runs_is_believed(engine: Engine) -> None:
    """Where runs are known their durations stand: no runtime is taken from statements."""
    prepare(engine, statement("1", query_type="INSERT", rows_inserted=3))

    figures = {m.metric for m in measurements.of_day(engine, [ASSET], "acme")}

    assert figures == {Metric.ROWS_WRITTEN, Metric.REFRESHED}
