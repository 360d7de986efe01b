"""Edges and reads: what flows where, and what counts as reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.costs.mapping.conftest import World


def test_observed_reads_flow_into_observed_writes(world: World) -> None:
    """Base and direct objects of one statement are upstream of everything it wrote."""
    world.query("q").touch("q", "direct_read", "DB.S.V", domain="View").touch("q", "base_read", "DB.S.T")
    world.touch("q", "write", "DB.S.W")
    world.prepare()

    assert world.edges() == [("db.s.t", "db.s.w", "access"), ("db.s.v", "db.s.w", "access")]


def test_a_statement_does_not_read_what_it_writes(world: World) -> None:
    """A MERGE looks at its own target: that is no use of it, and no edge."""
    world.query("q").touch("q", "base_read", "DB.S.T", "DB.S.U").touch("q", "write", "DB.S.T")
    world.prepare()

    assert world.reads() == [("q", "db.s.u", "access")]
    assert world.edges() == [("db.s.u", "db.s.t", "access")]


def test_a_builds_helper_is_the_model_itself(world: World) -> None:
    """`orders__dbt_tmp` is no asset: what is read into it flows into `orders`."""
    world.query("1", "create or replace table orders__dbt_tmp as select * from raw")
    world.query("2", "merge into orders using orders__dbt_tmp x on true when matched then delete")
    world.prepare()

    assert world.edges() == [("db.s.raw", "db.s.orders", "parsed")]


def test_observation_is_believed_before_the_text(world: World) -> None:
    """Where the access history has the statement, its text adds nothing."""
    world.query("q", "select * from other").touch("q", "base_read", "DB.S.T")
    world.prepare()

    assert world.reads() == [("q", "db.s.t", "access")]


def test_a_hidden_object_sends_us_to_the_text(world: World) -> None:
    """A placeholder in the access history hides a name: the text is read as well."""
    world.query("q", "select * from other").touch("q", "base_read", "DB.S.T", "$SYS_VIEW_7").touch(
        "q", "direct_read", None
    )
    world.prepare()

    assert world.reads() == [("q", "db.s.other", "parsed"), ("q", "db.s.t", "access")]


def test_the_catalog_is_no_asset(world: World) -> None:
    """Reading INFORMATION_SCHEMA or the SNOWFLAKE database is nobody's use of data."""
    world.query("1", "select * from information_schema.tables").query("2", "select 1")
    world.touch("2", "base_read", "SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY")
    world.prepare()

    assert world.reads() == []


def test_an_unreadable_statement_may_read_what_it_names(world: World) -> None:
    """A CALL that names a known table is an unsure read of it, and the day hangs on the tables known."""
    world.known = ("db.s.orders",)
    world.query("q", "call audit(orders)")
    world.prepare()

    assert world.reads() == [("q", "db.s.orders", "unsure")]
    assert world.guessed


def test_a_name_without_a_database_may_be_any_namesake(world: World) -> None:
    """A session without a current database cannot say which `orders` it read."""
    world.known = ("db.s.orders", "db.t.orders")
    world.query("q", "select * from orders", database=None, schema=None)
    world.prepare()

    assert world.reads() == [("q", "db.s.orders", "unsure"), ("q", "db.t.orders", "unsure")]
