"""One session with a database: every transaction is READ ONLY and has a time limit.

The only home of psycopg among the collectors, which is imported when a session is opened.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from assay.errors import ConnectionFailedError, MissingGrantError, SourceError
from assay.secrets import SecretRef
from collectors.one_select import one_select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection, Error

    from assay.model.assets import AssetKey
    from collectors.postgres.config import PostgresConfig

CONNECT_TIMEOUT_S = 10
CANCEL_TIMEOUT_S = 5.0
_CURSOR = "assay"
_NOT_OURS = {"42501", "42P01", "3F000"}
"""Insufficient privilege, no such table, no such schema: what is asked is not there or not the role's to read."""


@dataclass(frozen=True, slots=True)
class PostgresWarehouse:
    """An open session. `limit_ms` is the longest a query may take."""

    dialect: ClassVar[str] = "postgres"

    connection: Connection
    limit_ms: int
    role: str

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The first rows of a statement that only reads; SourceError when it does not, fails or takes too long.

        A cursor in the server holds the rest of the rows back.
        """
        import psycopg  # noqa: PLC0415 - heavy, and only an open session needs it

        asked = one_select(sql, self.dialect).encode()
        try:
            with self.connection.transaction(), self.connection.cursor() as settings:
                settings.execute(f"SET LOCAL statement_timeout = {self.limit_ms:d}".encode())
                with self.connection.cursor(name=_CURSOR) as cursor:
                    return list(cursor.execute(asked).fetchmany(limit))
        except psycopg.Error as error:
            raise self._told(error) from None

    def cancel(self) -> None:
        """End the query under way."""
        self.connection.cancel_safe(timeout=CANCEL_TIMEOUT_S)

    def relation(self, asset: AssetKey) -> str:
        """The quoted name."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in asset.path)

    def _told(self, error: Error) -> SourceError:
        if error.sqlstate in _NOT_OURS:
            return MissingGrantError(
                f"PostgreSQL does not let the role {self.role} read what is asked: {_words(error)}",
                hint=f"check the name, then `assay grants postgres --role {self.role}` for its schema",
            )
        return SourceError(
            f"PostgreSQL could not answer a query: {_words(error)}",
            hint="run it in psql as the same role; statement_timeout_s of the connection is its time limit",
        )


@contextmanager
def opened(config: PostgresConfig) -> Iterator[PostgresWarehouse]:
    """Sign in, and sign out at the end. ConnectionFailedError when the database does not answer or refuses."""
    import psycopg  # noqa: PLC0415 - as above

    password = SecretRef.parse(config.password).resolve().strip() if config.password else None
    try:
        connection = psycopg.connect(
            host=config.host,
            port=config.port,
            dbname=config.database,
            user=config.user,
            password=password,
            sslmode=config.sslmode,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="assay",
        )
    except psycopg.Error as error:
        raise ConnectionFailedError(
            f"The database {config.database} at {config.host} could not be connected: {_words(error)}",
            hint="check host, port, user and password, and that pg_hba.conf lets this machine in",
        ) from None
    connection.read_only = True
    with connection:
        yield PostgresWarehouse(connection, config.statement_timeout_s * 1000, connection.info.user)


def _words(error: Error) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
