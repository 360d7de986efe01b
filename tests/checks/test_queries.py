"""Checks that ask a warehouse, on DuckDB and PostgreSQL: what passes, what fails, and what tries to break out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.errors import AssayError
from assay.model.assets import AssetKey
from assay.model.checks import Outcome
from checks.base import CheckError
from checks.sql import SqlError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.checked import DuckWarehouse

    from assay.model.checks import CheckResult

    Run = Callable[..., CheckResult]

CUSTOMERS = AssetKey("duckdb", "shop", ("main", "customers"))
LONG = "x" * 63
"""PostgreSQL cuts names at 63 bytes; the far longer one is tried on DuckDB."""
HOSTILE = ["semi; DROP TABLE orders; --", 'quo"te', "apo'strophe", "naïve 表 🦆", "select", "a.b", LONG]


@pytest.fixture
def orders(warehouse: DuckWarehouse) -> DuckWarehouse:
    """Four orders, one of them twice and one without customer."""
    where = "orders" if warehouse.dialect == "duckdb" else "public.orders"
    warehouse.make(f"CREATE TABLE {where} (id INT, customer INT, state TEXT, paid DECIMAL(10, 2))")
    warehouse.make(
        f"INSERT INTO {where} VALUES (1, 7, 'paid', 10), (2, 7, 'open', 5), (2, 8, 'odd', 1), (3, NULL, NULL, 0)"
    )
    return warehouse


def hostile(warehouse: DuckWarehouse, name: str) -> None:
    """A table whose one column is named like that, with a value, the value again, and NULL."""
    column = '"' + name.replace('"', '""') + '"'
    warehouse.make(f"CREATE TABLE orders ({column} TEXT)")
    warehouse.make("INSERT INTO orders VALUES ('a'), ('a'), (NULL)")


def test_a_key_that_repeats_fails_and_one_that_does_not_passes(run: Run, orders: DuckWarehouse) -> None:
    """Rows too many are counted; a wider key that is unique passes; figures say what was scanned."""
    repeated = run("uniqueness", orders, columns=["id"])
    unique = run("uniqueness", orders, columns=["id", "state"])

    assert (Outcome.FAIL, 1) == (repeated.outcome, repeated.observed)
    assert "1 row of 4 repeat a key of id." == repeated.message
    assert Outcome.PASS is unique.outcome
    assert {"rows_scanned": 4, "rows_failed": 0, "rows_without_key": 1} == {
        name: unique.metadata[name] for name in ("rows_scanned", "rows_failed", "rows_without_key")
    }


def test_the_share_of_nulls_keeps_within_bounds(run: Run, orders: DuckWarehouse) -> None:
    """The worst column is told; a bound it keeps passes; a bound below counts, too."""
    assert Outcome.FAIL is run("nulls", orders, columns=["id", "state"]).outcome
    assert "state is NULL in 25 % of 4 rows." == run("nulls", orders, columns=["id", "state"]).message
    assert Outcome.PASS is run("nulls", orders, columns=["state"], max_share=0.25).outcome
    assert Outcome.FAIL is run("nulls", orders, columns=["id"], min_share=0.1, max_share=1).outcome
    assert Outcome.PASS is run("nulls", orders, columns=["state"], where="id < 3").outcome


def test_only_accepted_values_pass(run: Run, orders: DuckWarehouse) -> None:
    """Another value fails; NULL is accepted unless it is said not to be."""
    assert Outcome.FAIL is run("accepted_values", orders, column="state", values=["paid", "open"]).outcome
    wide = {"column": "state", "values": ["paid", "open", "odd"]}
    assert Outcome.PASS is run("accepted_values", orders, **wide).outcome
    assert 1 == run("accepted_values", orders, **wide, nulls=False).observed
    assert Outcome.PASS is run("accepted_values", orders, column="id", values=[1, 2, 3]).outcome


@pytest.mark.parametrize("value", ["') OR 1=1 --", "\\'; DROP TABLE orders; --", "''", "a\\", "ü\n表"])
def test_an_accepted_value_stays_a_value(run: Run, orders: DuckWarehouse, value: str) -> None:
    """Whatever is written as a value is compared, never run: nothing matches it, and the table stands."""
    found = run("accepted_values", orders, column="state", values=[value])

    assert 3 == found.observed
    assert value not in str(found.metadata["sql"])
    assert 4 == run("volume", orders, count=True, min_rows=1).observed


def test_a_reference_to_nothing_fails(run: Run, orders: DuckWarehouse) -> None:
    """Rows whose key the other asset lacks are counted once, though it holds a key twice; NULL refers to nothing."""
    orders.make("CREATE TABLE customers (id INT)")
    orders.make("INSERT INTO customers VALUES (7), (7), (NULL)")
    lost = run("relationships", orders, column="customer", to=str(CUSTOMERS), to_column="id")
    orders.make("INSERT INTO customers VALUES (8)")
    whole = run("relationships", orders, column="customer", to=str(CUSTOMERS), to_column="id")

    assert (Outcome.FAIL, 1, 3) == (lost.outcome, lost.observed, lost.metadata["rows_scanned"])
    assert (Outcome.PASS, 0) == (whole.outcome, whole.observed)


def test_a_relationship_across_warehouses_is_an_error(run: Run, orders: DuckWarehouse) -> None:
    """One query cannot see two warehouses."""
    with pytest.raises(CheckError, match="not in the same warehouse"):
        run("relationships", orders, column="customer", to="duckdb:other:main.customers", to_column="id")


def test_rows_of_a_query_are_failures(run: Run, orders: DuckWarehouse) -> None:
    """Each row is one; `this` is the asset; so many may be allowed."""
    query = "SELECT id, paid FROM this WHERE paid < 5 ORDER BY id"

    found = run("custom_sql", orders, sql=query)
    assert (Outcome.FAIL, 2) == (found.outcome, found.observed)
    assert Outcome.PASS is run("custom_sql", orders, sql=query, max_rows=2).outcome
    assert (
        Outcome.PASS
        is run("custom_sql", orders, sql="WITH a AS (SELECT 1 FROM this WHERE 1=0) SELECT * FROM a").outcome
    )


def test_a_figure_of_a_query_keeps_within_bounds(run: Run, orders: DuckWarehouse) -> None:
    """Bounds include their ends; NULL keeps within none."""
    total = "SELECT SUM(paid) FROM this"

    assert Outcome.PASS is run("custom_sql", orders, sql=total, min=16, max=16).outcome
    failed = run("custom_sql", orders, sql=total, max=15)
    assert (Outcome.FAIL, "The query gave 16, expected at most 15.") == (failed.outcome, failed.message)
    assert Outcome.FAIL is run("custom_sql", orders, sql=total + " WHERE 1 = 0", min=0).outcome


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE orders", "DELETE FROM this", "SELECT 1; DROP TABLE orders", "SELECT * INTO copy FROM this",
        "WITH gone AS (DELETE FROM this RETURNING *) SELECT * FROM gone", "COPY orders TO 'out'", "",
        "SELECT FROM WHERE", "SELECT * FROM this FOR UPDATE", "CREATE TABLE t AS SELECT 1",
    ],
)  # fmt: skip
def test_a_query_that_does_more_than_read_is_refused(run: Run, orders: DuckWarehouse, query: str) -> None:
    """It is no pass and no failure, and nothing of it reaches the warehouse."""
    before = len(orders.asked)
    with pytest.raises(AssayError):
        run("custom_sql", orders, sql=query)
    assert before == len(orders.asked)


def test_a_figure_that_is_none_is_an_error(run: Run, orders: DuckWarehouse) -> None:
    """Several values, or a text, are no figure."""
    with pytest.raises(SqlError, match="no single value"):
        run("custom_sql", orders, sql="SELECT id FROM this", min=0)
    with pytest.raises(SqlError, match="no number"):
        run("custom_sql", orders, sql="SELECT MAX(state) FROM this", min=0)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(run: Run, warehouse: DuckWarehouse, name: str) -> None:
    """A column may be named by anything: it is asked for, and nothing else happens."""
    hostile(warehouse, name)

    assert 1 == run("uniqueness", warehouse, columns=[name]).observed
    assert 1 / 3 == run("nulls", warehouse, columns=[name]).observed
    assert Outcome.PASS is run("accepted_values", warehouse, column=name, values=["a"]).outcome


def test_a_name_of_four_thousand_characters_is_a_name(run: Run, duck: DuckWarehouse) -> None:
    """It is asked for whole and told in short."""
    name = "表" * 4000
    hostile(duck, name)
    found = run("uniqueness", duck, columns=[name])

    assert 1 == found.observed
    assert len(found.message) < 200


def test_an_empty_table_is_no_failure(run: Run, warehouse: DuckWarehouse) -> None:
    """No rows: keys are unique, values accepted, and of shares nothing can be said."""
    warehouse.make("CREATE TABLE orders (id INT)")

    assert Outcome.PASS is run("uniqueness", warehouse, columns=["id"]).outcome
    assert Outcome.PASS is run("accepted_values", warehouse, column="id", values=[1]).outcome
    assert Outcome.UNKNOWN is run("nulls", warehouse, columns=["id"]).outcome
    assert Outcome.FAIL is run("volume", warehouse, count=True, min_rows=1).outcome


def test_nulls_everywhere_are_counted_as_such(run: Run, warehouse: DuckWarehouse) -> None:
    """A column of nothing but NULL repeats no key, holds no bad value and is all NULL."""
    warehouse.make("CREATE TABLE orders (id INT)")
    warehouse.make("INSERT INTO orders VALUES (NULL), (NULL)")

    assert 0 == run("uniqueness", warehouse, columns=["id"]).observed
    assert 0 == run("accepted_values", warehouse, column="id", values=[1]).observed
    assert 1 == run("nulls", warehouse, columns=["id"]).observed


@pytest.mark.parametrize("where", ["1=1; DROP TABLE orders", "1=1) OR (2=2", "))", "id >"])
def test_a_condition_is_one_condition(run: Run, orders: DuckWarehouse, where: str) -> None:
    """What is more than that is refused."""
    with pytest.raises(SqlError, match="condition"):
        run("uniqueness", orders, columns=["id"], where=where)


def test_the_age_of_a_column_is_asked_for(run: Run, warehouse: DuckWarehouse) -> None:
    """The newest moment counts, in the zone that was given where it has none; no moment says nothing."""
    warehouse.make("CREATE TABLE orders (loaded TIMESTAMP, day DATE, word TEXT)")
    assert Outcome.UNKNOWN is run("freshness", warehouse, column="loaded", max_age_h=1).outcome
    warehouse.make("INSERT INTO orders VALUES ('2026-11-20 08:00', '2026-11-19', 'x'), (NULL, NULL, NULL)")

    assert 4 == run("freshness", warehouse, column="loaded", max_age_h=4).observed
    assert 5 == run("freshness", warehouse, column="loaded", max_age_h=4, timezone="Europe/Berlin").observed
    assert 36 == run("freshness", warehouse, column="day", max_age_h=4).observed
    with pytest.raises(SqlError, match="no moment"):
        run("freshness", warehouse, column="word", max_age_h=4)
