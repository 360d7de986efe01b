"""The store opens, reads, writes and refuses as it says."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assay.errors import StoreError
from assay.store import collections, engine
from assay.store.engine import Store
from assay.store.health import faults, sqlite_warning
from assay.store.urls import shown, store_url

if TYPE_CHECKING:
    from pathlib import Path


def test_writes_are_kept_and_failed_ones_taken_back(store: Store) -> None:
    """What a block wrote is there after it, unless the block raised."""
    with store.write() as session:
        collections.advance(session, "acme", "sessions", 7, 1)

    def half_way() -> None:
        with store.write() as session:
            collections.advance(session, "acme", "tables", 9, 2)
            raise KeyError("stop")

    with pytest.raises(KeyError):
        half_way()
    with store.read() as session:
        assert collections.watermarks(session, "acme") == {"sessions": 7}


def test_a_reader_may_not_write(store: Store) -> None:
    """Writing in a session for reading fails at once."""
    with pytest.raises((StoreError, DBAPIError)), store.read() as session:
        collections.advance(session, "acme", "sessions", 7, 1)


def test_a_reader_sees_one_moment(store: Store) -> None:
    """What is committed while a reader reads, it does not see; the next reader does."""
    with store.read() as session:
        assert collections.watermarks(session, "acme") == {}
        with store.write() as other:
            collections.advance(other, "acme", "sessions", 7, 1)
        assert collections.watermarks(session, "acme") == {}
    with store.read() as session:
        assert collections.watermarks(session, "acme") == {"sessions": 7}


def test_writers_wait_for_each_other(store: Store) -> None:
    """Many writers that read and then write at once: all succeed, none is told 'locked'."""
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for step in range(10):
                with store.write() as session:
                    collections.watermarks(session, "acme")
                    collections.advance(session, "acme", f"s{writer}", step, step)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as session:
        assert {f"s{i}": 9 for i in range(4)} == collections.watermarks(session, "acme")


def test_sqlite_is_set_up_for_safety(sqlite_store: Store) -> None:
    """Write-ahead log, full sync, foreign keys."""
    with sqlite_store.read() as session:
        found = [
            session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_a_missing_store_is_not_made_by_opening(tmp_path: Path) -> None:
    """Opening what is not there says how to make it, and makes nothing."""
    with pytest.raises(StoreError, match=r"no store at(.|\n)*assay db upgrade"):
        Store.open(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_urls_no_store_can_be_behind_are_refused(url: str) -> None:
    """The error gives two that work."""
    with pytest.raises(StoreError, match=r"postgresql://user@host/database"):
        store_url(url)


def test_a_password_is_never_repeated() -> None:
    """Neither in the shown URL nor in the error of one that cannot be read."""
    assert "hunter2" not in shown(store_url("postgres://me:hunter2@127.0.0.1/db"))
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://me:hunter2@127.0.0.1:1/db")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """A store.url that names something else ends in a clear error."""
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    with pytest.raises(StoreError, match=r"check store\.url"):
        Store.open(f"sqlite:///{tmp_path / 'notes.txt'}")


def test_a_locked_store_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waited in vain hears that another process holds the store."""
    pragmas = tuple(p if "busy" not in p else "PRAGMA busy_timeout = 1" for p in engine._PRAGMAS)
    monkeypatch.setattr(engine, "_PRAGMAS", pragmas)
    with Store.create(sqlite_url) as store, store.write() as session:
        collections.advance(session, "acme", "s", 1, 1)
        with pytest.raises(StoreError, match="Another process"), store.write():
            pytest.fail("two writers at once")


@pytest.mark.parametrize(
    ("version", "warns"),
    [
        ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False), ((3, 50, 6), True), ((3, 50, 7), False),
        ((3, 51, 2), True), ((3, 51, 3), False), ((3, 53, 0), False), ((4, 0, 0), False),
    ],
)  # fmt: skip
def test_sqlite_with_the_wal_reset_bug_is_warned_of(version: tuple[int, int, int], warns: bool) -> None:
    """Versions before the fix and its back-ports get a warning, the others none."""
    assert warns == bool(sqlite_warning(version))


def test_a_whole_store_has_no_faults(store: Store) -> None:
    """The integrity check of a fresh store finds nothing."""
    assert faults(store) == []
