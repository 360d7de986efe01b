"""The same canonical steps on PostgreSQL: the second engine, held to the first one's result by the conformance test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assay.facts.canonical import translated

if TYPE_CHECKING:
    import psycopg

_TYPES = {
    pa.int64(): "BIGINT",
    pa.string(): 'TEXT COLLATE "C"',
    pa.bool_(): "BOOLEAN",
    pa.float64(): "DOUBLE PRECISION",
}
_OIDS = {16: pa.bool_(), 20: pa.int64(), 23: pa.int64(), 25: pa.string(), 701: pa.float64(), 1700: pa.int64()}
"""PostgreSQL's type numbers as Arrow types; a numeric is one of our whole sums."""


class PostgresEngine:
    """Temporary tables of one PostgreSQL session; nothing outlives the connection."""

    dialect = "postgres"

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def table(self, name: str, rows: pa.Table) -> None:
        """Make `rows` readable in SQL as `name`."""
        columns = ", ".join(f'"{field.name}" {_TYPES[field.type]}' for field in rows.schema)
        with self._connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"'.encode())
            cursor.execute(f'CREATE TEMP TABLE "{name}" ({columns})'.encode())
            with cursor.copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
                for row in rows.to_pylist():
                    copy.write_row(tuple(row.values()))

    def into(self, table: str, step: str, **integers: int) -> None:
        """Run a canonical step and keep its rows as `table`."""
        text = translated(step, self.dialect, frozenset(integers.items()))
        with self._connection.cursor() as cursor:
            cursor.execute(f'CREATE TEMP TABLE "{table}__new" AS {text}'.encode())
            cursor.execute(f'DROP TABLE IF EXISTS "{table}"'.encode())
            cursor.execute(f'ALTER TABLE "{table}__new" RENAME TO "{table}"'.encode())

    def step(self, step: str, **integers: int) -> pa.Table:
        """Run a canonical step and return its rows."""
        with self._connection.cursor() as cursor:
            cursor.execute(translated(step, self.dialect, frozenset(integers.items())).encode())
            schema = pa.schema([(c.name, _OIDS[c.type_code]) for c in cursor.description or ()])
            rows = [dict(zip(schema.names, row, strict=True)) for row in cursor.fetchall()]
        return pa.Table.from_pylist(rows, schema)
