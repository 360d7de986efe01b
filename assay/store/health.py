"""What `assay doctor` asks of the store: is the file whole, and is this SQLite safe to share."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from assay.store.engine import Store

_FIXED = (3, 51, 3)
_BACK_PORTED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}


def sqlite_warning(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Why this SQLite should not be shared by several writing processes; '' when it may.

    Up to 3.51.2, a checkpoint that resets the write-ahead log while another process writes can corrupt the
    file (fixed in 3.51.3, back-ported to 3.50.7 and 3.44.6).
    """
    patch = _BACK_PORTED.get(version[:2])
    if version >= _FIXED or (patch is not None and version[2] >= patch):
        return ""
    return (
        f"SQLite {'.'.join(map(str, version))} can damage a store that several processes write at once. "
        "Run one worker only, keep backups, or use Python with SQLite 3.51.3 or newer, or PostgreSQL."
    )


def faults(store: Store) -> list[str]:
    """What is wrong inside the store: lines of SQLite's integrity check; empty when it is whole."""
    if store.dialect != "sqlite":
        return []
    with store.read() as session:
        broken = [str(line) for (line,) in session.execute(text("PRAGMA integrity_check")) if line != "ok"]
        orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    return broken + [f"{table} row {row_id} points nowhere" for table, row_id, *_ in orphans]
