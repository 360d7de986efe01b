"""Renames, swaps, clones and streams: from which name to which data goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costs.mapping.moves import move_of

if TYPE_CHECKING:
    from tests.costs.mapping.conftest import World

A, B = ("db", "s", "a"), ("db", "s", "b")
BOTH = {(A, B), (B, A)}
MOVES = [
    ("alter table db.s.a rename to db.s.b", BOTH),
    ("ALTER TABLE IF EXISTS Db.S.A SWAP WITH DB.S.B ;", BOTH),
    ('alter view "DB"."S"."A" rename to db.s.b', BOTH),
    ("alter dynamic table db.s.a swap with db.s.b", BOTH),
    ("alter table identifier('db.s.a') rename to identifier('db.s.b')", BOTH),
    ("create or replace transient table db.s.b clone db.s.a at (offset => -?) copy grants", {(A, B)}),
    ("/* x */ create table if not exists db.s.b\n clone db.s.a", {(A, B)}),
    ("create or replace stream db.s.b on table db.s.a append_only = true", {(A, B)}),
    ("create stream if not exists db.s.b comment = ? on view db.s.a", {(A, B)}),
    ("create stream db.s.b on dynamic table db.s.a", {(A, B)}),
]
NONE = [
    "alter table db.s.a add column b int",
    "alter table db.s.a rename column b to c",
    "create table db.s.b like db.s.a",
    "create table db.s.b as select * from clone",
    "alter warehouse a rename to b",
    "alter table identifier(?) rename to identifier(?)",
    "select 'alter table a rename to b'",
    "create stream db.s.b on stage st",
]


@pytest.mark.parametrize(("text", "ways"), MOVES)
def test_a_move_tells_both_names(text: str, ways: set[object]) -> None:
    """What changes its name or place goes both ways, a copy and a stream one."""
    move = move_of(text)

    assert move is not None
    assert set(move.ways) == ways
    assert move.container == ""


@pytest.mark.parametrize("text", NONE)
def test_other_statements_move_nothing(text: str) -> None:
    """Nor does a name that cannot be seen."""
    assert move_of(text) is None


@pytest.mark.parametrize(
    ("text", "container", "both"),
    [
        ("create schema dev clone prod", "schema", False),
        ("create or replace database dev clone prod", "database", False),
        ("alter schema dev swap with prod", "schema", True),
        ("alter database dev rename to prod", "database", True),
    ],
)
def test_a_whole_schema_or_database_moves(text: str, container: str, *, both: bool) -> None:
    """Cloned, or under another name."""
    move = move_of(text)

    assert move is not None
    assert (move.container, move.both) == (container, both)


@settings(deadline=None)
@given(st.text(alphabet="alter tbcdion'\"().;*/-\n", max_size=300).map("create stream a on table ".__add__))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever follows."""
    move_of(text)


def test_a_move_is_an_edge_also_where_the_access_was_observed(world: World) -> None:
    """ACCESS_HISTORY tells what a statement touched, and not which name became which."""
    world.query("1", "alter table a swap with b", query_type="ALTER").touch("1", "write", "DB.S.A")
    world.query("2", "create table c clone b", query_type="CREATE_TABLE").touch("2", "write", "DB.S.C")
    world.query("3", "create stream st on table c", query_type="CREATE")
    world.query("4", "alter table lost rename to found", query_type="RENAME_TABLE", status="FAIL")
    world.prepare()

    assert world.edges() == [
        ("db.s.a", "db.s.b", "parsed"),
        ("db.s.b", "db.s.a", "parsed"),
        ("db.s.b", "db.s.c", "parsed"),
        ("db.s.c", "db.s.st", "parsed"),
    ]
    assert world.reads() == []


def test_a_clone_of_a_schema_is_an_edge_for_each_relation_on_both_sides(world: World) -> None:
    """Those known, so that the clones of a moment leave no trace; the day hangs on what is known."""
    world.known = ("db.s.a", "db.s.b", "db.dev.a", "copy.s.b")
    world.query("1", "create or replace schema dev clone s").query("2", "create database copy clone db")
    world.prepare()

    assert world.edges() == [("db.s.a", "db.dev.a", "parsed"), ("db.s.b", "copy.s.b", "parsed")]
    assert world.guessed


def test_a_builds_helper_is_its_target(world: World) -> None:
    """A swap of dbt's helper into its model is no way to elsewhere."""
    world.query("1", "alter table db.s.orders__dbt_tmp rename to db.s.orders", query_type="RENAME_TABLE")
    world.prepare()

    assert world.edges() == []


def test_what_the_access_history_says_of_a_change_of_names_is_an_edge(world: World) -> None:
    """Where the text hides the names in variables, the account still tells both."""
    world.query("1", "alter table identifier(?) swap with identifier(?)", query_type="ALTER")
    world.touch("1", "ddl", "DB.S.A").touch("1", "ddl_target", "DB.S.B")
    world.query("2", query_type="CREATE_TABLE").touch("2", "ddl", "DB.S.C")
    world.prepare()

    assert world.edges() == [("db.s.a", "db.s.b", "access"), ("db.s.b", "db.s.a", "access")]
    assert world.reads() == []
