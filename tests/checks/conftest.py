"""A small warehouse in DuckDB and in PostgreSQL, and checks run in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from fakes.checked import NOW, ORDERS, DuckWarehouse, Held, PostgresWarehouse

from assay.model.checks import Cause, Check
from assay.registry import Registry
from checks.base import Scene
from checks.running import made
from checks.scenes import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.model.assets import AssetKey
    from assay.model.checks import CheckResult
    from assay.store.engine import Store

REGISTRY = Registry()


@pytest.fixture
def duck() -> Iterator[DuckWarehouse]:
    """An empty DuckDB."""
    made_one = DuckWarehouse()
    yield made_one
    made_one.connection.close()


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request: pytest.FixtureRequest) -> Iterator[DuckWarehouse]:
    """An empty warehouse of each kind."""
    if request.param == "duckdb":
        yield request.getfixturevalue("duck")
        return
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as connection:
        yield PostgresWarehouse(connection)


@pytest.fixture
def session(sqlite_store: Store) -> Iterator[Session]:
    """A session on an empty store, which may write."""
    with sqlite_store.write() as opened:
        yield opened


@pytest.fixture
def run(session: Session) -> Callable[..., CheckResult]:
    """Run one check of a kind in a warehouse, or in none, as of NOW."""

    def run_one(
        kind: str,
        on: Any = None,  # noqa: ANN401 - a warehouse of any sort
        asset: AssetKey = ORDERS,
        now: datetime = NOW,
        read_until: datetime | None = None,
        **config: object,
    ) -> CheckResult:
        check = Check("the check", asset, kind, Cause.CUSTOM, config=config)
        facts = facts_of(session, asset)
        return made(check, REGISTRY).run(Scene(now, Held(session), facts, on, read_until=read_until))

    return run_one
