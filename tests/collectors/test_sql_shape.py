"""No literal of a statement survives in its shape."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sql_shape import new_shapes, shapes_of, with_hashes


def _shape(text: str) -> str:
    shape: str = shapes_of(pa.array([text]))[0].as_py()
    return shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("select 1", "select ?"),
        ("select * from t_2024 where a1 = 1.5e-3 and b='x'", "select * from t_2024 where a1 = ? and b=?"),
        ("select 'it''s', 'a\\'b' , \"a'b\", 'c'", 'select ? , "a\'b" , ?'),
        ("where id in (1, 2,3)", "where id in (?)"),
        ("select /* secret 'x' */ a -- 'y'\nfrom t // z\n", "select a from t"),
        ("select '-- no comment' , '/* none */' from t", "select ? from t"),
        ("select $$any 'thing'$$ from t", "select ? from t"),
        ("select 'cut text", "select ?"),
        ("select 'cut\\", "select ?"),
        ("select a /* cut comment 'x'", "select a"),
        ('select "cut name', 'select "cut name'),
        ("", ""),
    ],
)
def test_a_shape_keeps_names_and_drops_literals(text: str, shape: str) -> None:
    """Strings, numbers and comments go; names stay, even those with digits or quotes in them."""
    assert shape == _shape(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_no_string_survives(secret: str) -> None:
    """Whatever stands in a string, its words are not in the shape."""
    quoted = secret.replace("\\", "\\\\").replace("'", "''")

    assert _shape(f"select 'canary{quoted}canary' from t where b = 'x'") == "select ? from t where b = ?"


@given(st.text(alphabet="ab'\"$/*-\\\n 19.;", max_size=40))
def test_any_text_has_a_shape_that_is_its_own(text: str) -> None:
    """Statements that differ only in blanks at their ends have one shape, however broken they are."""
    assert _shape(text) == _shape(text)
    assert _shape(f"  {text}").split() == _shape(text).split()


def test_a_missing_hash_is_the_shapes_own() -> None:
    """Statements of one shape share it; another shape has another; a given hash stays."""
    texts = pa.array(["select 1", "select 2", "select a", "select 3", None])
    hashes = with_hashes(pa.array([None, None, None, "given", None], pa.string()), texts).to_pylist()

    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[0].startswith("shape-")
    assert hashes[3:] == ["given", None]


def test_a_shape_is_given_once() -> None:
    """Across pages, each parameterised hash has one shape, with the time of a statement that has it."""
    seen: set[str] = set()
    texts, times = pa.array(["select 1", "select 2", None]), pa.array([10, 20, 30])
    first = new_shapes(pa.array(["a", "a", "b"]), texts, times, seen)
    second = new_shapes(pa.array(["a", "c", None], pa.string()), texts, times, seen)

    assert first.to_pylist() == [{"first_ms": 10, "parameterized_hash": "a", "shape": "select ?"}]
    assert second.column("parameterized_hash").to_pylist() == ["c"]
    assert seen == {"a", "c"}


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (
            "select * from identifier('Db.S.orders_2024') where a = 'x'",
            "select * from identifier('Db.S.orders_2024') where a = ?",
        ),
        ("select * from TABLE ( 'db.s.t' )", "select * from TABLE ( 'db.s.t' )"),
        ("""select * from identifier('"Db"."S"."T"')""", """select * from identifier('"Db" ."S" ."T" ')"""),
        ("execute immediate $$ select 'a' from t $$;", "select ? from t"),
        ("EXECUTE IMMEDIATE 'select ''a'', 1 from t'", "select ? from t"),
        ("select 'identifier(''secret'')', table(flatten('x y'))", "select ? , table(flatten(? ))"),
        ("select * from identifier('one two')", "select * from identifier(? )"),
    ],
)
def test_a_name_in_a_literal_is_kept(text: str, shape: str) -> None:
    """Which relation is meant is no datum; only what is a name by its form stays, and a statement within is one."""
    assert shapes_of(pa.array([text])).to_pylist() == [shape]


def test_statements_that_name_by_literals_do_not_share_a_hash() -> None:
    """A source's hash leaves the names out: what one reads would else be said of all."""
    texts = pa.array(["select * from identifier('a')", "select * from identifier('b')", "select 1"])

    first, second, third = with_hashes(pa.array(["h", "h", "h"]), texts).to_pylist()

    assert first != second
    assert third == "h"
