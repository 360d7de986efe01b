# ruff: noqa: INP001 - an __init__.py here would shadow the library of the same name
"""Runs the migrations in one transaction, on the store of `assay.store.migrate` or `alembic -x url=…`."""

from __future__ import annotations

from sqlalchemy import Connection, text

from alembic import context
from assay.store.engine import make_engine
from assay.store.tables import Base
from assay.store.urls import is_sqlite, store_url

_LOCK = 0x41535341_59  # one migration at a time on PostgreSQL; SQLite's writer lock does it there


def _url() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    return str(given or "sqlite:///.assay/assay.db")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,  # a migration that dies half way leaves the schema as it was
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        context.run_migrations()


def _online() -> None:
    engine = make_engine(store_url(_url()))
    try:
        with engine.connect() as connection:
            _migrate(connection)
    finally:
        engine.dispose()


def _offline() -> None:
    """Write the SQL instead of running it (`alembic upgrade head --sql`)."""
    url = store_url(_url())
    context.configure(
        url=url, target_metadata=Base.metadata, literal_binds=True, render_as_batch=is_sqlite(url)
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _offline()
else:
    _online()
