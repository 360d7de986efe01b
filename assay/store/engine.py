"""The metadata store behind one SQLAlchemy URL: a SQLite file, or PostgreSQL for a team."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.orm import Session

from assay.errors import StoreError
from assay.store.faults import told
from assay.store.urls import is_sqlite, shown, sqlite_file, store_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import URL

HEAD = "0004"
"""The revision of the schema this program is written for (the newest of alembic/versions)."""

BUSY_MS = 10_000
"""How long a SQLite writer waits for another before it gives up."""

_UPGRADE = "Run `assay db upgrade` on the same folder (--dir) first."

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers and the one writer do not wait for each other
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA synchronous = FULL",  # a committed watermark or manifest row outlives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


def make_engine(url: URL) -> Engine:
    """An engine with our settings. On SQLite every transaction begins in our words, see `_begin`."""
    if not is_sqlite(url):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"isolation_level": None})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own connection
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin as a reader or as the writer.

    A deferred transaction that reads and then writes fails at once when another wrote in between, whatever
    the time-out; BEGIN IMMEDIATE queues the writers instead. A reader is held to reading.
    """
    writes = connection.get_execution_options().get("assay_writes", True)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Store:
    """The metadata store behind one SQLAlchemy URL (SQLite file or PostgreSQL)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._where = shown(engine.url)
        reading: dict[str, Any] = {"assay_writes": False}
        if engine.dialect.name != "sqlite":
            reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**reading)
        self._guard: Callable[[Session], None] | None = None

    @classmethod
    def open(cls, url: str, *, expect_head: bool = True) -> Self:
        """Open the store at `url`; StoreError when it is not there or its schema is not this program's."""
        parsed = store_url(url)
        file = sqlite_file(parsed)
        if file is not None and not file.is_file():
            raise StoreError(f"There is no store at {file}.", hint=_UPGRADE)
        store = cls(make_engine(parsed))
        try:
            if expect_head:
                with told(shown(parsed)), store._engine.connect() as connection:
                    _expect_head(revision(connection), shown(parsed))
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def create(cls, url: str) -> Self:
        """Bring the schema at `url` to this program's, from nothing if need be, and open the store."""
        from assay.store.migrate import upgrade  # noqa: PLC0415 - alembic is slow to import and rarely needed

        upgrade(url)
        return cls.open(url)

    @property
    def dialect(self) -> str:
        """The database's kind: sqlite or postgresql."""
        return self._engine.dialect.name

    @property
    def url(self) -> str:
        """Where it is, with its password: for a process of ours, never to be shown."""
        return self._engine.url.render_as_string(hide_password=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the store and may not write."""
        with told(self._where), Session(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end and takes everything back on an error.

        On SQLite one process writes at a time, so do slow work (files, sources) before.
        """
        with told(self._where), Session(self._engine, expire_on_commit=False) as session, session.begin():
            session.connection()  # take the writer's place now, not at the first statement
            if self._guard is not None:
                self._guard(session)
            yield session

    def guarded(self, guard: Callable[[Session], None]) -> Store:
        """The same store; each of its writing transactions begins with `guard`, which raises where none may be.

        It shares this one's connections, and is not to be closed.
        """
        store = Store(self._engine)
        store._guard = guard
        return store

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def revision(connection: Connection) -> str | None:
    """The schema's revision as the database tells it; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _expect_head(found: str | None, where: str) -> None:
    if found == HEAD:
        return
    if found is None:
        raise StoreError(f"The store {where} is empty.", hint=_UPGRADE)
    if found < HEAD:
        raise StoreError(
            f"The store {where} is at revision {found}; this program needs {HEAD}.",
            hint=_UPGRADE,
        )
    raise StoreError(
        f"The store {where} is at revision {found}, which a newer Assay made; this program knows {HEAD}.",
        hint="Use the newer Assay, or restore a backup of the store.",
    )
