"""A whole copy of a SQLite store, taken while others may write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from assay.errors import StoreError, UsageError
from assay.store.urls import sqlite_file, store_url

if TYPE_CHECKING:
    from pathlib import Path


def back_up(url: str, file: Path, *, force: bool = False) -> int:
    """Copy the store to `file` by VACUUM INTO, check the copy, and give its size in bytes.

    Raises UsageError when the file exists (unless `force`) or the store is no SQLite file, StoreError when
    the copy fails.
    """
    source = sqlite_file(store_url(url))
    if source is None:
        raise UsageError("Only a SQLite store is backed up here.", hint="For PostgreSQL use pg_dump.")
    if not source.is_file():
        raise StoreError(
            f"There is no store at {source}.", hint="Run `assay db upgrade` on the same folder (--dir) first."
        )
    if file.exists() and not force:
        raise UsageError(f"{file} exists already.", hint="Name another file, or pass --force.")
    unfinished = file.with_name(file.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as store:
            store.execute("VACUUM INTO ?", (str(unfinished),))
        _check(unfinished)
        unfinished.replace(file)
    except (sqlite3.Error, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(
            f"The backup failed: {error}", hint="Check the space and rights of its folder."
        ) from error
    return file.stat().st_size


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as store:
        (told,) = store.execute("PRAGMA integrity_check").fetchone()
    if told != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged: {told}")
