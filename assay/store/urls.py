"""Store URLs: which databases can be a store, and how their URLs are read."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from assay.errors import StoreError

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_EXAMPLES = "Write sqlite:///folder/assay.db or postgresql://user@host/database as store.url."


def store_url(text: str) -> URL:
    """Read a store URL and settle its driver; StoreError when no store can be behind it.

    The text itself is never repeated in the error: it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise StoreError("The store's URL cannot be read.", hint=_EXAMPLES) from error
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise StoreError(f"A store cannot be kept in {url.get_backend_name()!r}.", hint=_EXAMPLES)
    url = url.set(drivername=driver)
    if is_sqlite(url) and url.database in {None, "", ":memory:"}:
        raise StoreError("An in-memory SQLite database keeps nothing and cannot be a store.", hint=_EXAMPLES)
    return url


def is_sqlite(url: URL) -> bool:
    """Whether the store is a SQLite file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite store; None for a server."""
    return Path(url.database) if is_sqlite(url) and url.database else None


def shown(url: URL) -> str:
    """The URL for people: a SQLite file's path, any other without its password."""
    file = sqlite_file(url)
    return str(file) if file else url.render_as_string(hide_password=True)
