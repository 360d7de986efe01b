"""Distinct statements a second: what our reader of SQL adds to plain sqlglot."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb
import sqlglot

from benchmarks.report import Figure, show
from costs.mapping.statement import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.company import Company

ENOUGH_S = 2.0


def run(company: Company) -> None:
    """Print the rate over the company's distinct statements, ours and sqlglot's own."""
    asked = f"""
    SELECT any_value(QUERY_TEXT) FROM read_parquet('{company.demo.export}/QUERY_HISTORY.parquet')
    GROUP BY QUERY_PARAMETERIZED_HASH
    """
    with duckdb.connect() as connection:
        texts = [text for (text,) in connection.execute(asked).fetchall()]
    ours = _rate(parse, texts)
    plain = _rate(_plainly, texts)
    show(
        f"SQL to tables ({len(texts)} distinct statements, mean {sum(map(len, texts)) // len(texts)} characters)",
        [
            Figure("what it writes and reads", ours, "/s", 900, at_most=False),
            Figure("sqlglot's parser alone", plain, "/s"),
            Figure("ours by its", ours / plain, "x"),
        ],
    )


def _plainly(text: str) -> None:
    """Parse with sqlglot; a shape it refuses (`%s`, where a literal was) took its time all the same."""
    with suppress(sqlglot.ParseError):
        sqlglot.parse(text, "snowflake")


def _rate(function: Callable[[str], object], texts: Sequence[str]) -> float:
    """Calls a second, over whole rounds of the texts."""
    done, begun = 0, time.perf_counter()
    while (took := time.perf_counter() - begun) < ENOUGH_S:
        for text in texts:
            function(text)
        done += len(texts)
    return done / took
