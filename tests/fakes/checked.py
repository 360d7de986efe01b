"""What checks are tested on: a moment, an asset, and small warehouses in DuckDB and PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg

from assay.model.assets import AssetKey
from checks.base import CheckError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
ORDERS = AssetKey("duckdb", "shop", ("main", "orders"))


@dataclass
class Held:
    """The store as one session sees it, what it has not committed yet as well; it knows how many read it."""

    session: Session
    readers: int = 0

    @property
    def url(self) -> str:
        """Where the session's store is."""
        return self.session.connection().engine.url.render_as_string(hide_password=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """The session itself."""
        self.readers += 1
        try:
            yield self.session
        finally:
            self.readers -= 1


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
