"""What a statement writes, reads and may read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs.mapping.relations import Known, Path, qualified
from costs.mapping.statement import NOTHING, Parsed, parse
from costs.mapping.tame import MAX_CHARS, MAX_DEPTH

KNOWN = Known.of(["snowflake:a:db.s.orders", "snowflake:a:db.t.orders", 'snowflake:a:db.s."Odd name"'])
ORDERS: tuple[Path, ...] = (("db", "s", "orders"), ("db", "t", "orders"))

T, S = ("t",), ("s",)
GOLDENS: list[tuple[str, tuple[Path, ...], tuple[Path, ...]]] = [
    ("create or replace table a.b.c as select * from t1", (("a", "b", "c"),), (("t1",),)),
    ("create or replace transient table t as (select * from s where d > date ?)", (T,), (S,)),
    ("create view t as select ? from s", (T,), (S,)),
    ("create materialized view t as select * from s", (T,), (S,)),
    ("create or replace dynamic table t target_lag = ? warehouse = w as select * from s", (T,), (S,)),
    ("create or replace hybrid table db.t (a int)", (("db", "t"),), ()),
    ("create table t like s", (T,), ()),
    ("create table t clone s", (T,), (S,)),
    ("insert into t (a) select a from s", (T,), (S,)),
    ("insert overwrite into t with x as (select * from s) select * from x", (T,), (S,)),
    ("insert all into t values (a) into u select * from s", (T, ("u",)), (S,)),
    ("merge into t using (select * from s) x on t.id = x.id when matched then update set a = ?", (T,), (S,)),
    ("update t set a = ? from s where t.id = s.id", (T,), (S,)),
    ("delete from t using s where t.id = s.id", (T,), (S,)),
    ("truncate table if exists t", (T,), ()),
    ("undrop table t", (T,), ()),
    ("drop table t", (T,), ()),
    ("alter table t swap with s", (T, S), ()),
    ("alter table t rename to s", (T, S), ()),
    ("alter dynamic table t refresh", (T,), ()),
    ("copy into t from @stage/x? file_format = (type = ?)", (T,), ()),
    ("copy into t from (select $?, $?:a from @st)", (T,), ()),
    ("copy into @stage/x from (select * from s)", (), (S,)),
    ("copy into ? from db.s.t header = true", (), (("db", "s", "t"),)),
    ("select * from identifier('Db.S.\"Mixed\"')", (), (("db", "s", "Mixed"),)),
    ("select * from table('db.s.t')", (), (("db", "s", "t"),)),
    ("create table identifier('a.t') as select * from s", (("a", "t"),), (S,)),
    ("select * from db..t", (), (("db", "", "t"),)),
    ('select * from DB.S."Orders", "ORDERS"', (), (("db", "s", "Orders"), ("orders",))),
    ("select * from t, lateral flatten(input => t.x) f, table(flatten(t.y)), @stage", (), (T,)),
    ("select * from t at(timestamp => ?::timestamp) asof join s match_condition(t.a >= s.a)", (), (T, S)),
    ("select * from values (?), (?)", (), ()),
    ("with s as (select * from t), u as (select * from s) select * from u, s", (), (T,)),
    ("with t as (select * from t) select * from t", (), (T,)),
    ("with recursive s as (select ? as n union all select n + ? from s) select * from s", (), ()),
    ("execute immediate 'insert into t select * from s where a = ''x'''", (T,), (S,)),
    ("execute immediate $$ delete from t $$", (T,), ()),
    ("use database t", (), ()),
    ("show tables in t", (), ()),
    ("grant select on table t to role r", (), ()),
    ("explain select * from t", (), ()),
    ("create function t() returns int as ?", (), ()),
    ("create schema x clone y", (), ()),
    ('/* {"app": "dbt", "*": 1} */ -- x\nselect * from t', (), (T,)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "writes", "reads"), GOLDENS, ids=[g[0][:40] for g in GOLDENS])
def test_a_statement_writes_and_reads(text: str, writes: tuple[Path, ...], reads: tuple[Path, ...]) -> None:
    """Each kind of statement says exactly what it writes and reads, with nothing left to guess."""
    parsed = parse(text, KNOWN)

    assert (parsed.writes, parsed.maybe) == (writes, ())
    assert sorted(parsed.reads) == sorted(reads)


@pytest.mark.parametrize(
    "text",
    [
        "call refresh(orders)",
        "execute immediate 'call refresh_Orders() ; call x(orders)'",
        "create task x warehouse = w as insert into a select * from ORDERS",
        "lock table orders",
        "select from where orders",
        "begin insert into x select * from orders; end",
        "select * from identifier(?) join f(orders)",
    ],
)
def test_what_cannot_be_read_is_maybe(text: str) -> None:
    """Every known relation whose name occurs as a word may be read; it is never taken for unread."""
    parsed = parse(text, KNOWN)

    assert parsed.opaque
    assert set(ORDERS) <= set(parsed.maybe)


def test_a_name_inside_a_longer_word_is_not_meant() -> None:
    """`reorders` does not name `orders`; a name with a blank is found as it stands."""
    assert parse("call x(reorders)", KNOWN).maybe == ()
    assert parse('call x("Odd name")', KNOWN).maybe == (("db", "s", "Odd name"),)


def test_an_unreadable_statement_may_still_name_its_target() -> None:
    """The table a DDL statement makes is plain even where the rest is not."""
    parsed = parse("create or replace event table a..b whatever ( from orders", KNOWN)

    assert parsed == Parsed(writes=(("a", "", "b"),), maybe=ORDERS, opaque=True)


@pytest.mark.parametrize(
    "text",
    [
        "select " + "(" * 10_000 + "orders" + ")" * 10_000,
        "select * from (" * 10_000 + "orders" + ")" * 10_000,
        "select " + "not " * 10_000 + "orders",
        "select " + "case when " * 5_000 + "orders",
        "select " + "- " * 10_000 + "orders",
        "select '\0' from orders where a",
        "call x(orders)" + " " * MAX_CHARS + "or a",
        "select * from orders " + "join t " * 30,
        "select * from orders " + "left join t " * 5_000 + "on a = b",
        "select x::" + "decimal(" * 30,
        "select " + "union (" * 30,
        "select " + "from " * 15_000,
        "select '\ud800' from orders ((",
    ],
    ids=[
        "parens",
        "subqueries",
        "not",
        "case",
        "minus",
        "nul",
        "huge",
        "joins",
        "waiting",
        "types",
        "unions",
        "from",
        "surrogate",
    ],
)
def test_hostile_text_is_maybe(text: str) -> None:
    """Too deep, too long or not text at all: the pass goes on, and nothing is taken for unread."""
    parsed = parse(text, KNOWN)

    assert parsed.opaque
    assert set(parsed.maybe) <= set(ORDERS)


def test_a_chain_is_no_depth() -> None:
    """Thousands of conditions or unions in a row are an ordinary, if long, statement."""
    assert parse("select 1 from orders where " + "a = ? and " * 9_000 + "b").reads == (("orders",),)
    assert parse("select 1 from t union all " * 2_000 + "select 1 from t").reads == (T,)
    assert len(parse("select * from t" + " left join s on a = b" * 2_000).reads) == 2
    assert parse("select * from t" + " cross join s" * 100).reads == (T, S)
    assert parse("select " + "coalesce(a, " * 50 + "b" + ")" * 50 + " from t").reads == (T,)
    assert parse("select " + "(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH, KNOWN).writes == ()


def test_nothing_comes_of_nothing() -> None:
    """An empty or blank statement reads nothing."""
    assert parse("") == parse("  ;; ") == parse("begin transaction") == NOTHING


_WORDS = st.sampled_from(
    [
        "select",
        "from",
        "where",
        "(",
        ")",
        ",",
        ".",
        ";",
        "orders",
        "t",
        '"q"',
        "'x'",
        "?",
        "with",
        "as",
        "insert",
        "into",
        "merge",
        "using",
        "on",
        "values",
        "table",
        "identifier",
        "$$",
        "$1",
        "@s",
        "create",
        "or",
        "replace",
        "view",
        "clone",
        "copy",
        "union",
        "all",
        "case",
        "when",
        "then",
        "end",
        "--",
        "/*",
        "*/",
        "\x00",
        "☃",
        "1",
        "=>",
        "::",
        "[",
        "]",
        "{",
        "}",
        "call",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=40).map(" ".join)))
def test_no_text_stops_the_parser(text: str) -> None:
    """Whatever the text, an answer comes back."""
    parsed = parse(text, KNOWN)

    assert isinstance(parsed, Parsed)
    assert not parsed.maybe or parsed.opaque


def test_a_name_is_completed_by_its_session() -> None:
    """Missing parts come from the session, an empty schema is PUBLIC, a helper stands for what it builds."""
    assert qualified(("t",), "DB", "Mixed") == ("db", "Mixed", "t")
    assert qualified(("a", "", "t"), "DB", "S") == ("a", "public", "t")
    assert qualified(("s", "t__dbt_tmp"), "DB", "") == ("db", "s", "t")
    assert qualified(("t",), "", "") is None
