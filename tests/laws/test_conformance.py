"""Another engine, the same bill: the canonical SQL gives DuckDB's charges on PostgreSQL, row for row."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from fakes.world import DAY, World, event, hour_of, query

from assay.facts.postgres import PostgresEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDIT = 1_000_000_000


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[PostgresEngine]:
    """A session of the tests' PostgreSQL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield PostgresEngine(connection)


def busy_day(seed: int) -> World:
    """A day with everything: two warehouses, one of them with events, weights, callers, claims, cloud services."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test world
    queries, weights, claims = [], [], []
    for i in range(400):
        begins = rng.uniform(0, 20 * 3600)
        more = {"warehouse": rng.choice(["WH", "BI"]), "cluster_number": rng.choice([1, 1, 2])}
        more |= {
            "warehouse_size": rng.choice(["X-Small", "Medium"]),
            "cloud_services_nano": rng.randrange(10**7),
        }
        queries.append(
            query(f"q{i:04}", begins, begins + rng.expovariate(1 / 120), user=rng.choice("uvw"), **more)
        )
        if rng.random() < 0.5:
            weights.append(weight(i, rng))
        claims += [
            claim(i, asset, rng) for asset in rng.sample(["k:a", "k:b", "k:c"], rng.choice([0, 1, 1, 2]))
        ]
    meter = [
        hour_of(h, rng.randrange(3 * CREDIT), rng.randrange(CREDIT), w)
        for h in range(24)
        for w in ("WH", "BI")
    ]
    events = [
        event(name, hour * 3600 + offset, cluster_number=1)
        for hour in range(20)
        for name, offset in (("RESUME_CLUSTER", 5), ("SUSPEND_CLUSTER", rng.choice([30, 3000])))
    ]
    return World(queries, meter, events=events, weights=weights, claims=claims)


def weight(i: int, rng: random.Random) -> dict[str, Any]:
    """What the warehouse itself says of a query."""
    parent = f"q{i - 1:04}" if rng.random() < 0.2 else None
    row = {"query_id": f"q{i:04}", "parent_query_id": parent, "start_ms": DAY, "end_ms": DAY}
    return {**row, "compute_nano": rng.randrange(10**9), "acceleration_nano": 0}


def claim(i: int, asset: str, rng: random.Random) -> dict[str, Any]:
    """A query's claim on an asset."""
    return {
        "query_id": f"q{i:04}",
        "start_ms": DAY,
        "asset_key": asset,
        "rung": "tag",
        "weight": rng.randint(1, 9),
    }


def told(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Charges as comparable rows."""
    return sorted(tuple(str(row[name]) for name in sorted(row)) for row in rows)


@pytest.mark.parametrize("seed", range(3))
def test_postgres_gives_the_same_charges(postgres: PostgresEngine, seed: int) -> None:
    """To the nano-credit, every row."""
    world = busy_day(seed)

    assert told(world.charges()) == told(world.charges(postgres))
