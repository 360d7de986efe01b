"""A small day of statements, told in rows and mapped in a real engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest

from assay.facts.engine import Engine
from assay.facts.postgres import PostgresEngine
from assay.facts.streams import ACCESS, QUERY_ATTRIBUTION, QUERY_HISTORY, QUERY_TEXT, SESSIONS
from assay.model.time import DAY_MS, Window
from costs.mapping.day import Names, edges, ladder, prepare
from costs.mapping.meanings import Meanings
from costs.mapping.relations import Known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

from assay.facts.streams import FactStream

ACCOUNT = "acme"
DAY = Window(20_000 * DAY_MS, 20_001 * DAY_MS)


def asset(relation: str) -> str:
    """The key text of a relation of the account."""
    return f"snowflake:{ACCOUNT}:{relation}"


@dataclass
class World:
    """A day under construction: rows go in, the engine's answers come out."""

    engine: Engine | PostgresEngine
    names: Names = field(default_factory=lambda: Names(ACCOUNT))
    known: tuple[str, ...] = ()
    queries: list[dict[str, Any]] = field(default_factory=list)
    access: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    weighed: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    runs: list[tuple[str, str]] = field(default_factory=list)
    guessed: bool = False

    def query(self, query_id: str, text: str = "", **columns: Any) -> World:  # noqa: ANN401 - a row's values
        """Add a statement that succeeded in the day; `text` is its shape."""
        row = {
            "query_id": query_id, "start_ms": DAY.start_ms + 1000, "end_ms": DAY.start_ms + 5000,
            "execution_ms": 4000, "status": "SUCCESS", "warehouse": "WH", "database": "DB", "schema": "S",
            "user": "u", "session_id": "s1",
            "parameterized_hash": f"h{hash(text)}" if text else None,
        }  # fmt: skip
        self.queries.append(row | columns)
        if text:
            self.shapes.append(
                {"parameterized_hash": f"h{hash(text)}", "shape": text, "first_ms": DAY.start_ms}
            )
        return self

    def touch(
        self,
        query_id: str,
        access: str,
        *objects: str | None,
        domain: str = "Table",
        **more: Any,  # noqa: ANN401 - a row's values
    ) -> World:
        """Add rows of the access history."""
        self.access += [
            {"query_id": query_id, "access": access, "object_name": name, "object_domain": domain}
            | {"start_ms": DAY.start_ms + 1000, "object_id": str(i)}
            | more
            for i, name in enumerate(objects)
        ]
        return self

    def map(self) -> dict[str, list[tuple[str, str]]]:
        """Prepare the day and climb the ladder: query id -> sorted (asset without its account, rung)."""
        self.prepare()
        runs = pa.table(
            {
                "query_id": pa.array([q for q, _ in self.runs], pa.string()),
                "asset_key": pa.array([asset(a) for _, a in self.runs], pa.string()),
            }
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for row in ladder(self.engine, self.names, runs).to_pylist():
            short = row["asset_key"].removeprefix(asset(""))
            found.setdefault(row["query_id"], []).append((short, row["rung"]))
        return {query_id: sorted(rows) for query_id, rows in found.items()}

    def prepare(self) -> None:
        """Load the rows and make the day's tables."""
        self._load("queries", QUERY_HISTORY, self.queries)
        self._load("access", ACCESS, self.access)
        self._load("sessions", SESSIONS, self.sessions)
        self._load("weighed", QUERY_ATTRIBUTION, self.weighed)
        self._load("shapes", QUERY_TEXT, list({s["parameterized_hash"]: s for s in self.shapes}.values()))
        meanings = Meanings(ACCOUNT, Known.of(map(asset, self.known)))
        self.guessed = prepare(self.engine, DAY, self.names, meanings)

    def reads(self) -> list[tuple[str, str, str]]:
        """What was read and counts, after `prepare`: sorted (query id, asset without its account, how)."""
        return sorted(
            (row["query_id"], row["asset_key"].removeprefix(asset("")), row["how"])
            for row in self.engine.step("usage_counted_reads").to_pylist()
        )

    def edges(self) -> list[tuple[str, str, str]]:
        """The edges, after `prepare`: sorted (upstream, downstream, how)."""
        return sorted(
            (row["upstream"].removeprefix(asset("")), row["downstream"].removeprefix(asset("")), row["how"])
            for row in edges(self.engine).to_pylist()
        )

    def _load(self, name: str, stream: FactStream, rows: Sequence[dict[str, Any]]) -> None:
        self.engine.table(name, pa.Table.from_pylist(list(rows), schema=stream.schema))


@pytest.fixture(params=["duckdb", "postgres"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """An empty day, in each engine: the mapping's SQL must say the same in both."""
    if request.param == "duckdb":
        with Engine.open(threads=1) as engine:
            yield World(engine)
        return
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as connection:
        yield World(PostgresEngine(connection))
