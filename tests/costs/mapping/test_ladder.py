"""The ladder: each rung, and which of them answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.config import MappingRule
from costs.mapping.day import Names, rules_met

if TYPE_CHECKING:
    from tests.costs.mapping.conftest import World

MODEL = "model.shop.orders"
ALIASES = {MODEL: "snowflake:acme:db.s.orders", "test.shop.unique_orders": "snowflake:acme:db.s.orders"}


def test_an_exact_id_beats_everything(world: World) -> None:
    """The run that says it sent the query is believed before tag, access and text."""
    world.names = Names("acme", aliases=ALIASES)
    world.runs = [("q", "db.s.exact")]
    world.query("q", "insert into db.s.parsed select 1", node_id=MODEL).touch("q", "write", "DB.S.SEEN")

    assert world.map() == {"q": [("db.s.exact", "exact_id")]}


def test_a_tag_names_the_model_it_ran(world: World) -> None:
    """A comment's node_id leads to the asset through the alias, before any write is looked at."""
    world.names = Names("acme", aliases=ALIASES)
    world.query("q", "select 1", node_id=MODEL).touch("q", "write", "DB.S.ORDERS__DBT_TMP")

    assert world.map() == {"q": [("db.s.orders", "tag")]}


def test_our_own_statements_work_for_the_watcher(world: World) -> None:
    """What Assay asks an account is the cost of an asset of its own, so that watching has a price."""
    world.query("q", "select * from snowflake.account_usage.query_history", node_id="assay")

    assert world.map() == {"q": [("assay:acme:collector", "tag")]}


def test_a_test_works_for_the_asset_it_tests(world: World) -> None:
    """A dbt test's unique id is an alias of the tested asset."""
    world.names = Names("acme", aliases=ALIASES)
    world.query("q", "select count(*) from db.s.orders", node_id="test.shop.unique_orders")

    assert world.map() == {"q": [("db.s.orders", "tag")]}


def test_versions_of_a_model_are_kept_apart(world: World) -> None:
    """`model.shop.orders.v1` and `.v2` are two assets."""
    versions = {f"{MODEL}.v{n}": f"snowflake:acme:db.s.orders_v{n}" for n in (1, 2)}
    world.names = Names("acme", aliases=versions)
    world.query("one", "", node_id=f"{MODEL}.v1").query("two", "", node_id=f"{MODEL}.v2")

    assert world.map() == {"one": [("db.s.orders_v1", "tag")], "two": [("db.s.orders_v2", "tag")]}


def test_an_ambiguous_name_falls_to_the_next_rung(world: World) -> None:
    """A name two projects claim is no alias: the observed write answers instead."""
    world.query("q", "", node_id=MODEL).touch("q", "write", "DB.S.ORDERS")

    assert world.map() == {"q": [("db.s.orders", "access_write")]}


def test_observed_writes_share_a_query(world: World) -> None:
    """A statement that wrote two tables works for both; a stage is no asset."""
    world.query("q", "").touch("q", "write", "DB.S.A", 'DB.S."MixedCase"').touch(
        "q", "write", "DB.S.ST", domain="Stage"
    )

    assert {q: [(a.replace('"', ""), r) for a, r in rows] for q, rows in world.map().items()} == {
        "q": [("db.s.MixedCase", "access_write"), ("db.s.a", "access_write")]
    }


def test_without_access_history_the_text_tells(world: World) -> None:
    """On Standard edition the statement's own target answers, completed by its session's context."""
    text = "merge into orders using staging.orders s on true when matched then delete"
    world.query("here", text).query("there", text, database="OTHER", schema="Mart")

    assert world.map() == {
        "here": [("db.s.orders", "parsed_sql")],
        "there": [('other."Mart".orders', "parsed_sql")],
    }


def test_a_failed_build_still_worked_for_its_target(world: World) -> None:
    """A failed statement has no access rows; its cost still belongs to the table it meant to write."""
    world.query("q", "create table orders as select * from src", status="FAIL", error_code="1")

    assert world.map() == {"q": [("db.s.orders", "parsed_sql")]}
    assert world.reads() == []


def test_a_rule_answers_last(world: World) -> None:
    """What nothing else names goes where the company's rule says; the first fitting rule stands."""
    rules = (
        MappingRule(asset="bi:acme:looker", warehouse="bi_*", application="look*"),
        MappingRule(asset="db.s.ml", role="ML"),
    )
    world.names = Names("acme", rules=rules)
    world.sessions = [{"session_id": "s1", "application": "Looker"}]
    world.query("bi", "select 1", warehouse="BI_WH").query("ml", "select 1", role="ml").query(
        "no", "select 1"
    )

    assert world.map() == {
        "bi": [("bi:acme:looker", "session_rule")],
        "ml": [("db.s.ml", "session_rule")],
    }


def test_a_rule_can_ask_for_a_tag(world: World) -> None:
    """A tool that only tags its queries has an asset, too; what speaks for none of the day is known."""
    world.names = Names(
        "acme",
        rules=(
            MappingRule(asset="ml:acme:churn", tag="churn-*"),
            MappingRule(asset="ml:acme:none", tag="churn-*", role="nobody"),
        ),
    )
    world.query("ml", "select 1", tag="Churn-Training").query("other", "select 1", tag="else").query("no", "")

    assert world.map() == {"ml": [("ml:acme:churn", "session_rule")]}
    assert rules_met(world.engine) == {0}


def test_a_reader_is_nobodys_work(world: World) -> None:
    """A SELECT no rung knows has no row: attribution shows it as unattributed."""
    world.query("q", "select * from orders")

    assert world.map() == {}


def test_a_procedures_statements_follow_their_call(world: World) -> None:
    """A child that writes nothing works for what its CALL works for; one that writes says so itself."""
    world.names = Names("acme", aliases=ALIASES)
    world.query("call", "call p('?')", node_id=MODEL).query("child", "select * from src").query("own", "")
    world.touch("own", "write", "DB.S.AUDIT", parent_query_id="call", root_query_id="call")
    world.weighed = [{"query_id": "child", "parent_query_id": "call", "root_query_id": "call"}]

    assert world.map() == {
        "call": [("db.s.orders", "tag")],
        "child": [("db.s.orders", "tag")],
        "own": [("db.s.audit", "access_write")],
    }


def test_same_name_in_two_schemas_is_two_assets(world: World) -> None:
    """An unqualified reference means the table of the session's own schema."""
    text = "insert into target select * from orders"
    world.query("a", text, schema="RAW").query("b", text, schema="MART")
    world.map()

    assert world.reads() == [("a", "db.raw.orders", "parsed"), ("b", "db.mart.orders", "parsed")]
    assert world.edges() == [
        ("db.mart.orders", "db.mart.target", "parsed"),
        ("db.raw.orders", "db.raw.target", "parsed"),
    ]


def test_only_statements_of_the_day_are_mapped(world: World) -> None:
    """A statement that began before midnight belongs to the day before."""
    world.query("q", "insert into t select 1", start_ms=20_000 * 86_400_000 - 1)

    assert world.map() == {}
