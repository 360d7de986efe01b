"""The schema goes up and down on both databases, and a store of another version is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

import assay
from assay.errors import StoreError
from assay.store import migrate
from assay.store.engine import HEAD, Store, make_engine
from assay.store.urls import store_url

if TYPE_CHECKING:
    from pathlib import Path


def _stamp(url: str, revision: str) -> None:
    engine = make_engine(store_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    engine.dispose()


def test_schema_goes_up_down_and_up_again(store_url_text: str) -> None:
    """Up from nothing, down to nothing, up once more: each time the store stands where it should."""
    assert migrate.current(store_url_text) is None
    migrate.upgrade(store_url_text)
    assert migrate.current(store_url_text) == HEAD
    migrate.downgrade(store_url_text, "base")
    assert migrate.current(store_url_text) is None
    migrate.upgrade(store_url_text)
    Store.open(store_url_text).close()


def test_migrations_make_what_the_tables_say(store_url_text: str) -> None:
    """After an upgrade nothing differs between the program's tables and the database's."""
    migrate.upgrade(store_url_text)
    migrate.check(store_url_text)


def test_the_program_is_written_for_the_newest_migration() -> None:
    """The revision the program asks for is the newest one among the scripts."""
    assert migrate.head() == HEAD


def test_an_upgrade_twice_changes_nothing(sqlite_url: str) -> None:
    """Upgrading what is up to date is no error."""
    migrate.upgrade(sqlite_url)
    migrate.upgrade(sqlite_url)
    assert migrate.current(sqlite_url) == HEAD


def test_a_newer_store_is_refused(store_url_text: str) -> None:
    """An older program does not touch a newer schema, and says so."""
    migrate.upgrade(store_url_text)
    _stamp(store_url_text, "9999")
    with pytest.raises(StoreError, match=r"9999, which a newer Assay made"):
        Store.open(store_url_text)
    with pytest.raises(StoreError, match=r"cannot be changed"):
        migrate.upgrade(store_url_text)


def test_an_older_store_is_refused_with_the_command_that_mends_it(store_url_text: str) -> None:
    """A newer program asks for the upgrade."""
    migrate.upgrade(store_url_text)
    _stamp(store_url_text, "0000")
    with pytest.raises(StoreError, match=r"assay db upgrade"):
        Store.open(store_url_text)


def test_an_empty_database_is_refused(postgres_url: str) -> None:
    """A database without our tables asks for the upgrade."""
    with pytest.raises(StoreError, match=r"is empty(.|\n)*assay db upgrade"):
        Store.open(postgres_url)


def test_the_scripts_folder_is_no_package() -> None:
    """An __init__.py beside the migrations would shadow the library of the same name."""
    assert not list(migrate.scripts().rglob("__init__.py"))


def test_scripts_are_found_in_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a wheel the migrations lie inside the package; a folder without env.py is not taken for them."""
    package = tmp_path / "assay"
    (package / "_alembic").mkdir(parents=True)
    (tmp_path / "alembic").mkdir()
    monkeypatch.setattr(assay, "__file__", str(package / "__init__.py"))
    with pytest.raises(StoreError, match="missing from this installation"):
        migrate.scripts()
    (package / "_alembic" / "env.py").touch()
    assert package / "_alembic" == migrate.scripts()


def test_a_migration_that_fails_leaves_the_schema_as_it_was(sqlite_url: str) -> None:
    """The tables of a half-way migration are not kept: the next try starts clean."""
    file = store_url(sqlite_url)
    engine = make_engine(file)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE run (it INTEGER)"))  # in the way of the fifth table
    with pytest.raises(StoreError, match="run already exists"):
        migrate.upgrade(sqlite_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all() == [
            ("run",)
        ]
        connection.execute(text("DROP TABLE run"))
    engine.dispose()
    migrate.upgrade(sqlite_url)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the store's folder should be gives an error with the next step."""
    (tmp_path / "taken").touch()
    with pytest.raises(StoreError, match=r"cannot be made(.|\n)*store\.url"):
        migrate.upgrade(f"sqlite:///{tmp_path / 'taken' / 'assay.db'}")
