"""Another engine, the same builds: the canonical SQL gives DuckDB's rows on PostgreSQL."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
from fakes.built import FIRST_MS, statement

from assay.facts.engine import Engine
from assay.facts.postgres import PostgresEngine
from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY

if TYPE_CHECKING:
    from assay.facts.streams import FactStream

TYPES = [("MERGE", 0), ("INSERT", 0), ("CREATE_TABLE_AS_SELECT", 1)]


def tables(seed: int) -> dict[str, pa.Table]:
    """A day of statements of three assets, some of runs, some of none."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test world
    told = [
        statement(
            f"q{i:03}", FIRST_MS + rng.randrange(3600) * 1000, f"k:a:{rng.choice('xyz')}", rng.randrange(10**6),
            query_type=rng.choice(["MERGE", "SELECT", "CREATE_TABLE_AS_SELECT", None]),
            session_id=rng.choice(["s", "t", None]), invocation_id=rng.choice(["i", "j", None]),
            node_id=rng.choice([None, "test.shop.x", "model.shop.x"]),
            status=rng.choice(["SUCCESS", "FAIL"]), warehouse_size=rng.choice(["X-Small", None]),
        )
        for i in range(300)
    ]  # fmt: skip
    runs = [
        {"run_id": n, "build": f"b{n}", "asset_key": f"k:a:{rng.choice('xyz')}", "is_build": rng.choice([0, 1]),
         "invocation_id": rng.choice(["i", "", "n"]), "started_ms": FIRST_MS + n * 60_000,
         "ended_ms": FIRST_MS + n * 60_000 + 90_000}
        for n in range(20)
    ]  # fmt: skip
    sent = [{"run_id": rng.randrange(20), "query_id": f"q{i:03}"} for i in range(0, 300, 3)]
    return {
        "queries": _of(QUERY_HISTORY, [query for query, _, _ in told]),
        "query_assets": _of(QUERY_ASSETS, [claim for _, claim, _ in told]),
        "charges": _of(CHARGES, [charge for _, _, charges in told for charge in charges]),
        "runs": pa.Table.from_pylist(runs),
        "run_queries": pa.Table.from_pylist(sent),
        "write_types": pa.table(
            {"query_type": [name for name, _ in TYPES], "is_whole": [n for _, n in TYPES]}
        ),
    }


def _of(stream: FactStream, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{n: row.get(n) for n in stream.schema.names} for row in rows], stream.schema)


def answers(engine: Engine | PostgresEngine, given: dict[str, pa.Table]) -> list[tuple[str, ...]]:
    """Every build as comparable rows."""
    for name, rows in given.items():
        engine.table(name, rows)
    engine.into("members", "backfill_members")
    found = engine.step("backfill_builds").to_pylist()
    return sorted(tuple(str(row[name]) for name in sorted(row)) for row in found)


def test_builds_are_the_same_on_postgresql(postgres_url: str) -> None:
    """Row for row, for a few worlds."""
    with psycopg.connect(postgres_url, autocommit=True) as connection, Engine.open() as duck:
        postgres = PostgresEngine(connection)
        for seed in range(3):
            given = tables(seed)
            expected = answers(duck, given)
            assert len(expected) > 10
            assert answers(postgres, given) == expected


def test_each_statement_is_of_one_build_of_an_asset() -> None:
    """However many runs could claim it."""
    for seed in range(5):
        with Engine.open() as engine:
            answers(engine, tables(seed))
            members = engine.rows("members")
        pairs = [(row["query_id"], row["asset_key"]) for row in members]
        assert len(pairs) == len(set(pairs))
