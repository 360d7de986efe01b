"""What checks are tested on: a moment, an asset, and small warehouses in DuckDB and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
import psycopg

from assay.model.assets import AssetKey
from checks.base import CheckError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
ORDERS = AssetKey("duckdb", "shop", ("main", "orders"))


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
