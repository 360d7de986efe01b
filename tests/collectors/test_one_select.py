"""The guard before every query of a warehouse."""

from __future__ import annotations

import pytest

from collectors.one_select import NotReadOnlyError, one_select

READS = [
    ("snowflake", "SELECT 1"),
    ("snowflake", "WITH a AS (SELECT 1 AS x) SELECT * FROM a"),
    ("snowflake", "SELECT * FROM t AT(OFFSET => -60)"),
    ("postgres", "SELECT 1 UNION SELECT 2;"),
    ("postgres", "SELECT ';DROP TABLE t' AS x -- ; DROP TABLE t"),
    ("postgres", "SELECT $$; DROP TABLE t$$"),
    ("duckdb", "FROM t"),
]
CHANGES = [
    ("snowflake", "CALL p()"),
    ("snowflake", "SELECT SYSTEM$CANCEL_QUERY('x')"),
    ("snowflake", "SELECT s.nextval"),
    ("snowflake", "ALTER SESSION SET QUERY_TAG = ''"),
    ("postgres", "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a"),
    ("postgres", "SELECT * FROM t FOR UPDATE"),
    ("postgres", "SELECT * INTO x FROM t"),
    ("postgres", "SELECT 1; DROP TABLE t"),
    ("postgres", "COPY t TO '/tmp/t'"),
    ("postgres", "SELECT pg_terminate_backend(1)"),
    ("postgres", "SELECT set_config('statement_timeout', '0', false)"),
    ("postgres", "EXPLAIN ANALYZE DELETE FROM t"),
    ("postgres", "BEGIN"),
    ("duckdb", "ATTACH 'other.duckdb'"),
    ("duckdb", "INSTALL httpfs"),
    ("duckdb", ""),
]


@pytest.mark.parametrize(("dialect", "sql"), READS)
def test_a_statement_that_reads_goes_through_as_it_is(dialect: str, sql: str) -> None:
    """Its text is not changed."""
    assert sql == one_select(sql, dialect)


@pytest.mark.parametrize(("dialect", "sql"), CHANGES)
def test_what_could_change_anything_is_refused(dialect: str, sql: str) -> None:
    """Writes, several statements, locks, commands, and functions that act."""
    with pytest.raises(NotReadOnlyError, match="only reads"):
        one_select(sql, dialect)


def test_what_cannot_be_read_is_told_as_such() -> None:
    """With the place of the fault."""
    with pytest.raises(NotReadOnlyError, match="cannot be read") as caught:
        one_select("SELECT FROM WHERE (", "snowflake")
    assert "snowflake" in caught.value.hint
