"""The canonical SQL: one text per step, translated to an engine's dialect by sqlglot.

A step is a file in `sql/`. It names its inputs and takes integers as `:name`. Only constructs that mean the
same everywhere are used: joins, windows, CASE, arithmetic on BIGINT, GROUP BY, UNION ALL.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import sqlglot
from sqlglot import expressions as exp

CANONICAL_DIALECT = "duckdb"


@cache
def _parsed(step: str) -> exp.Expr:
    text = files("assay.facts").joinpath("sql", f"{step}.sql").read_text(encoding="utf-8")
    return sqlglot.parse_one(text, dialect=CANONICAL_DIALECT)


def _literal(value: int) -> exp.Expr:
    return exp.cast(exp.Literal.number(value), "BIGINT")


@cache
def translated(step: str, dialect: str, values: frozenset[tuple[str, int]]) -> str:
    """The step's SQL in `dialect`, its `:name` places filled with integers.

    Raises:
        KeyError: a place has no value.
    """
    given = dict(values)
    tree = _parsed(step).transform(
        lambda node: _literal(given[node.name]) if isinstance(node, exp.Placeholder) else node
    )
    return tree.sql(dialect=dialect, comments=False)
