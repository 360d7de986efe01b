"""Suites and checkpoints of a Great Expectations project, run as they are, wherever the rows are."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes.checked import NOW, Held
from fakes.expectations import Project, expect
from fakes.snowflake import double
from psycopg.conninfo import conninfo_to_dict

from assay.model.assets import AssetKey, Column
from assay.model.checks import Cause, Check, Outcome, Severity
from assay.registry import Registry
from checks.base import AssetFacts, Scene
from checks.processes import WORKERS
from checks.running import run_checks
from collectors.duckdb import DuckdbCollector
from collectors.postgres import PostgresCollector
from collectors.snowflake import SnowflakeCollector

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from assay.model.checks import CheckResult
    from assay.model.warehouses import Warehouse

ORDERS = pa.table({"ORDER_ID": [1, 2, 2], "STATE": ["open", None, "paid"]})
LOWER = ORDERS.rename_columns([name.lower() for name in ORDERS.column_names])
KEYS = {
    "duckdb": AssetKey.parse("duckdb:shop:shop.main.orders"),
    "parquet": AssetKey.parse("duckdb:shop:orders"),
    "postgres": AssetKey.parse("postgres:shop:public.orders"),
    "snowflake": AssetKey.parse("snowflake:fakesnow:snowflake.shop.orders"),
}
HAS_SNOWFLAKE_SQLALCHEMY = importlib.util.find_spec("snowflake.sqlalchemy") is not None
GOOD = expect("table_row_count_to_be_between", min_value=1, max_value=10)
NULLS = expect("column_values_to_not_be_null", column="state")
UNIQUE = expect("column_values_to_be_unique", column="order_id")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the orders as Parquet; below it what the Snowflake double serves, and a DuckDB file."""
    folder = tmp_path_factory.mktemp("lake")
    pq.write_table(LOWER, folder / "orders.parquet")
    served = folder / "served" / "SHOP"
    served.mkdir(parents=True)
    pq.write_table(ORDERS, served / "ORDERS.parquet")
    with duckdb.connect(str(folder / "shop.duckdb")) as made:
        made.execute(f"CREATE TABLE orders AS SELECT * FROM read_parquet('{folder}/orders.parquet')")
    return folder


@pytest.fixture(scope="module")
def postgres(postgres_server: str) -> str:
    """The orders in PostgreSQL: the address of the database."""
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as owner:
        owner.execute("CREATE DATABASE expectations")
    with psycopg.connect(postgres_server.format("expectations"), autocommit=True) as owner:
        owner.execute("CREATE TABLE orders (order_id int, state text)")
        owner.execute("INSERT INTO orders VALUES (1, 'open'), (2, NULL), (2, 'paid')")
    return postgres_server.format("expectations")


@pytest.fixture(scope="module")
def snowflake(lake: Path) -> Iterator[int]:
    """The orders in the Snowflake double: its port."""
    with double.serve(lake / "served") as port:
        yield port


@pytest.fixture(scope="module")
def project(lake: Path, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with a source of each sort, whose worker all tests here share."""
    told = conninfo_to_dict(postgres)
    orders = {"orders": {"type": "table", "table_name": "orders"}}
    by_name = {"regex": r"orders\.parquet$", "param_names": []}
    made = Project.make(
        tmp_path_factory.mktemp("quality"),
        {
            "files": {
                "type": "pandas_filesystem",
                "base_directory": str(lake),
                "assets": {"orders": {"type": "parquet", "partitioner": by_name}},
            },
            "frames": {"type": "pandas", "assets": {"orders": {"type": "dataframe", "batch_metadata": {}}}},
            "shop": {"type": "postgres", "connection_string": "${shop_address}", "assets": orders},
            "dead": {"type": "postgres", "connection_string": "${dead_address}", "assets": orders},
        },
        {
            "shop_address": f"postgresql+psycopg://{told['user']}@/{told['dbname']}?host={told['host']}",
            "dead_address": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
        },
    )
    made.suite("good", GOOD)
    made.suite("orders", GOOD, NULLS, UNIQUE)
    made.suite("warns", GOOD, expect("column_values_to_not_be_null", "warning", column="state"))
    made.suite("throws", GOOD, expect("column_max_to_be_between", column="nowhere", min_value=1))
    made.suite("empty")
    made.suite("unknown", GOOD, expect("nothing_that_is_known", column="state"))
    made.suite("most", expect("table_row_count_to_be_between", max_value={"$PARAMETER": "most"}))
    made.write("expectations/torn.json", '{"name": "torn", "expectations": [')
    for source in ("files", "frames", "shop", "dead"):
        made.checkpoint(source, "orders", source, "orders")
    made.checkpoint("gone", "orders", "no_such_source", "orders")
    yield made
    WORKERS.close()


@pytest.fixture
def warehouse(request: pytest.FixtureRequest, lake: Path) -> Iterator[Warehouse]:
    """Where the orders are, opened as a connection opens it."""
    which = str(request.param)
    if which == "snowflake":
        opening = _snowflake(request.getfixturevalue("snowflake"), request.getfixturevalue("monkeypatch"))
    elif which == "postgres":
        told = conninfo_to_dict(request.getfixturevalue("postgres"))
        config: Any = {"database": told["dbname"], "host": told["host"], "user": told["user"]}
        opening = PostgresCollector("shop", PostgresCollector.config_class.model_validate(config)).warehouse()
    else:
        path = lake if which == "parquet" else lake / "shop.duckdb"
        opening = DuckdbCollector("shop", DuckdbCollector.config_class(path=path)).warehouse()
    with opening as opened:
        yield opened


def _snowflake(port: int, monkeypatch: pytest.MonkeyPatch) -> contextlib.AbstractContextManager[Warehouse]:
    monkeypatch.setenv("ASSAY_ALLOW_INSECURE_TEST_HOSTS", "1")
    monkeypatch.setenv("TEST_TOKEN", "any")
    config = SnowflakeCollector.config_class.model_validate(
        {
            "account": "fakesnow",
            "user": "svc",
            "access_token": "env:TEST_TOKEN",
            "host": "127.0.0.1",
            "port": port,
            "protocol": "http",
        }
    )
    opening = SnowflakeCollector("fakesnow", config).warehouse()
    assert opening is not None
    return opening


@pytest.fixture
def run(session: Session, project: Project) -> Callable[..., CheckResult]:
    """Run one check of the project through the runner, as `assay check run` does."""

    def run_one(
        on: Warehouse | None = None,
        key: AssetKey = KEYS["duckdb"],
        severity: Severity = Severity.ERROR,
        **config: object,
    ) -> CheckResult:
        config = {"project": str(project.folder), **config}
        check = Check("the suite holds", key, "expectations", Cause.CUSTOM, severity, config=config)
        scene = Scene(NOW, Held(session), AssetFacts(key, columns=()), on, Path())
        (found,) = run_checks([check], Registry(), lambda _: scene, NOW)
        return found

    return run_one


def _verdicts(found: CheckResult) -> dict[str, Any]:
    return {each["expectation"]: each for each in found.metadata["expectations"]}


def _judged_the_orders(found: CheckResult) -> None:
    """One expectation of three holds: a state is null, and an order is there twice."""
    verdicts = _verdicts(found)
    assert Outcome.FAIL is found.outcome, found.message
    assert (2.0, 0.0, 3) == (found.observed, found.high, found.metadata["evaluated"])
    assert 3 == verdicts[GOOD["type"]]["observed_value"]
    assert 1 == verdicts[NULLS["type"]]["unexpected_count"]
    assert 2 == verdicts[UNIQUE["type"]]["unexpected_count"]
    assert ["pass", "fail", "fail"] == [verdicts[each["type"]]["outcome"] for each in (GOOD, NULLS, UNIQUE)]


@pytest.mark.parametrize("source", ["files", "shop"])
def test_a_checkpoint_runs_as_it_is(run: Callable[..., CheckResult], source: str) -> None:
    """On the data it names itself: Parquet by pandas, and PostgreSQL; each expectation has its verdict and figures."""
    _judged_the_orders(run(checkpoint=source))


@pytest.mark.parametrize("warehouse", ["duckdb", "postgres", "snowflake"], indirect=True)
def test_a_suite_runs_on_the_rows_of_any_connection(
    run: Callable[..., CheckResult], warehouse: Warehouse
) -> None:
    """Read by the asset's own connection and judged by pandas; columns are named as everybody writes them."""
    _judged_the_orders(run(warehouse, KEYS[warehouse.dialect], suite="orders"))


@pytest.mark.parametrize("warehouse", ["parquet"], indirect=True)
def test_a_suite_runs_on_a_folder_of_parquet(
    session: Session, project: Project, warehouse: Warehouse
) -> None:
    """Whose columns the collector told the store."""
    facts = AssetFacts(KEYS["parquet"], columns=tuple(Column(name) for name in LOWER.column_names))
    config = {"project": str(project.folder), "suite": "orders"}
    check = Check("it holds", KEYS["parquet"], "expectations", Cause.CUSTOM, config=config)
    (found,) = run_checks([check], Registry(), lambda _: Scene(NOW, Held(session), facts, warehouse), NOW)
    _judged_the_orders(found)


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_a_checkpoint_of_a_dataframe_is_given_the_rows(
    run: Callable[..., CheckResult], warehouse: Warehouse
) -> None:
    """Where the check says so; else it says what is missing."""
    _judged_the_orders(run(warehouse, checkpoint="frames", give_rows=True))
    assert "set give_rows" in _error(run(checkpoint="frames"))


@pytest.mark.skipif(not HAS_SNOWFLAKE_SQLALCHEMY, reason="snowflake-sqlalchemy is not installed")
def test_a_checkpoint_runs_on_snowflake(
    run: Callable[..., CheckResult], project: Project, snowflake: int
) -> None:
    """By the project's own data source, through the wire."""
    address = {"protocol": "http", "host": "127.0.0.1", "port": snowflake}
    orders = {"orders": {"type": "table", "table_name": "orders", "schema_name": "shop"}}
    project.source(
        "snow",
        {
            "type": "snowflake",
            "connection_string": "snowflake://svc:any@fakesnow/SNOWFLAKE/SHOP?warehouse=WH&role=R",
            "kwargs": {"connect_args": address},
            "assets": orders,
        },
    )
    project.checkpoint("snow", "orders", "snow", "orders")
    _judged_the_orders(run(checkpoint="snow"))


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_only_the_rows_that_count_are_given(run: Callable[..., CheckResult], warehouse: Warehouse) -> None:
    """Those of `where`; and when there are more than may be read, that is an error and no sample."""
    found = run(warehouse, suite="orders", where="order_id = 1")
    assert (Outcome.PASS, "All 3 expectations hold.") == (found.outcome, found.message)
    assert "more than 2 rows" in _error(run(warehouse, suite="orders", max_rows=2))


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_parameters_reach_the_suite(run: Callable[..., CheckResult], warehouse: Warehouse) -> None:
    """As they would from a script."""
    assert Outcome.PASS is run(warehouse, suite="most", parameters={"most": 3}).outcome
    assert Outcome.FAIL is run(warehouse, suite="most", parameters={"most": 2}).outcome
    assert Outcome.ERROR is run(warehouse, suite="most").outcome


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_what_only_warns_fails_as_a_warning(run: Callable[..., CheckResult], warehouse: Warehouse) -> None:
    """When every expectation that does not hold is a warning in its suite."""
    found = run(warehouse, suite="warns")
    assert (Outcome.FAIL, Severity.WARN) == (found.outcome, found.check.severity)
    assert Severity.ERROR is run(warehouse, suite="orders").check.severity


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
@pytest.mark.parametrize(
    ("suite", "says"),
    [
        ("torn", "suite torn cannot be read"),
        ("missing", "suite missing cannot be read"),
        ("empty", "holds no expectation"),
        ("unknown", "expect_nothing_that_is_known"),
        ("throws", '"nowhere"'),
    ],
)
def test_a_suite_that_cannot_be_run_is_never_a_pass(
    run: Callable[..., CheckResult], warehouse: Warehouse, suite: str, says: str
) -> None:
    """Broken, missing, empty, partly unknown (which the library passes over), or throwing: an error that says so."""
    assert says in _error(run(warehouse, suite=suite))


@pytest.mark.parametrize(
    ("checkpoint", "says"), [("dead", "refused"), ("gone", "no_such_source"), ("no", "not found")]
)
def test_data_that_cannot_be_reached_is_never_a_pass(
    run: Callable[..., CheckResult], checkpoint: str, says: str
) -> None:
    """A warehouse that does not answer, a source or a checkpoint that is not there."""
    assert says in _error(run(checkpoint=checkpoint))


def test_a_suite_without_a_connection_is_an_error(run: Callable[..., CheckResult]) -> None:
    """Nothing answers queries of the asset."""
    assert "No connection answers" in _error(run(suite="good"))


def test_a_folder_without_a_project_is_left_as_it_is(run: Callable[..., CheckResult], tmp_path: Path) -> None:
    """Great Expectations would make an empty project in it."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "There is no Great Expectations project" in _error(run(project=str(empty), checkpoint="x"))
    assert [] == list(empty.iterdir())


def test_the_project_is_not_written_to(run: Callable[..., CheckResult], project: Project) -> None:
    """No result is stored in it and no action taken: what was found is Assay's to keep and tell."""
    before = project.files()
    run(checkpoint="files")
    assert before == project.files()


def test_a_killed_worker_is_an_error_and_the_next_check_runs(
    run: Callable[..., CheckResult], project: Project
) -> None:
    """As when the memory is gone: here by a module of the project that kills its process."""
    project.write("plugins/kills.py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    assert "was killed by signal 9" in _error(run(checkpoint="files", imports=["kills"]))
    assert Outcome.FAIL is run(checkpoint="files").outcome


def test_expectations_of_the_projects_own_are_imported(
    run: Callable[..., CheckResult], project: Project
) -> None:
    """From its plugins folder; what the module prints is no answer."""
    project.write(
        "plugins/our_own.py",
        "from great_expectations.expectations import ExpectTableRowCountToBeBetween\n"
        "print('hello')\n"
        "class ExpectOurRows(ExpectTableRowCountToBeBetween):\n"
        "    expectation_type = 'expect_our_rows'\n",
    )
    project.suite("ours", expect("our_rows", min_value=1))
    project.checkpoint("ours", "ours", "files", "orders")
    found = run(checkpoint="ours", imports=["our_own"])
    assert Outcome.PASS is found.outcome, found.message


def test_the_main_process_never_imports_great_expectations() -> None:
    """It costs seconds and a quarter of a gigabyte."""
    assert "great_expectations" not in sys.modules
    assert os.getpid() not in [worker.process.pid for worker in WORKERS._running.values()]


def _error(found: CheckResult) -> str:
    """The message of a check that could not be run, which also says the next step."""
    assert Outcome.ERROR is found.outcome, found.message
    assert found.metadata["next_step"]
    assert found.observed is None
    return found.message
