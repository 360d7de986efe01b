"""A small warehouse in DuckDB and in PostgreSQL, and scenes of checks to run in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pytest

from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check
from assay.registry import Registry
from checks.base import AssetFacts, CheckError, Scene
from checks.running import made
from checks.scenes import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from assay.model.checks import CheckResult
    from assay.store.engine import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
ORDERS = AssetKey("duckdb", "shop", ("main", "orders"))
REGISTRY = Registry()


def quoted(asset: AssetKey) -> str:
    """An asset's relation, each part in double quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in asset.path)


@dataclass
class DuckWarehouse:
    """A warehouse in memory that remembers what it was asked."""

    dialect: str = "duckdb"
    asked: list[str] = field(default_factory=list)
    connection: Any = field(default_factory=duckdb.connect)

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The rows; the driver's error as one of ours."""
        self.asked.append(sql)
        try:
            return list(self.connection.execute(sql).fetchmany(limit))
        except duckdb.Error as error:
            raise CheckError(str(error), hint="Mend the check.") from error

    def relation(self, asset: AssetKey) -> str:
        """The quoted name."""
        return quoted(asset)

    def make(self, sql: str) -> None:
        """Change the warehouse."""
        self.connection.execute(sql)


class PostgresWarehouse(DuckWarehouse):
    """The same on a real PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__("postgres", [], connection)

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The rows; the driver's error as one of ours."""
        self.asked.append(sql)
        try:
            return list(self.connection.execute(sql.encode()).fetchmany(limit))
        except psycopg.Error as error:
            raise CheckError(str(error), hint="Mend the check.") from error

    def relation(self, asset: AssetKey) -> str:
        """The quoted name, in the schema every database has."""
        return quoted(AssetKey(asset.platform, asset.instance, ("public", asset.name)))

    def make(self, sql: str) -> None:
        """Change the warehouse."""
        self.connection.execute(sql.encode())


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
        **config: object,
    ) -> CheckResult:
        check = Check("the check", asset, kind, Cause.CUSTOM, config=config)
        facts = facts_of(session, asset)
        return made(check, REGISTRY).run(Scene(now, session, facts, on))

    return run_one


def scene(session: Session, on: Any = None, asset: AssetKey = ORDERS) -> Scene:  # noqa: ANN401 - as above
    """A scene as of NOW."""
    return Scene(NOW, session, AssetFacts(asset), on)
