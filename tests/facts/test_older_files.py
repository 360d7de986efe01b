"""A stream may gain a column: files from before it are read with nothing in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.facts.engine import Engine
from assay.facts.streams import SESSIONS
from assay.model.time import DAY_MS

if TYPE_CHECKING:
    from pathlib import Path

    from assay.facts.files import FactFile, FactFiles
    from assay.store.engine import Store

OLDER = replace(SESSIONS, schema=pa.schema([field for field in SESSIONS.schema if field.name != "client"]))


def _row(session_id: str, **more: str) -> pa.Table:
    row = {"created_ms": 100 * DAY_MS, "session_id": session_id, "user": "ann", "application": "", **more}
    return pa.Table.from_pylist([{"authentication": "", **row}])


def _publish(store: Store, files: FactFiles, *written: list[FactFile]) -> list[FactFile]:
    with store.write() as session:
        for batch in written:
            files.publish(session, batch, now_ms=0)
    with store.read() as session:
        return files.files(session, "acme", SESSIONS)


def _clients(found: list[FactFile], root: Path) -> dict[str, str | None]:
    with Engine.open([str(root)]) as engine:
        engine.facts("sessions", SESSIONS, found)
        return {row["session_id"]: row["client"] for row in engine.rows("sessions")}


def test_only_older_files(sqlite_store: Store, fact_files: FactFiles, tmp_path: Path) -> None:
    """Where no file has the column, it is null."""
    found = _publish(sqlite_store, fact_files, fact_files.write("acme", OLDER, _row("a")))

    assert {"a": None} == _clients(found, tmp_path / "facts")


def test_older_files_beside_newer_ones_and_made_one(
    sqlite_store: Store, fact_files: FactFiles, tmp_path: Path
) -> None:
    """Where some files have it, the others' rows have nothing in it; compacted they stay the same."""
    older = fact_files.write("acme", OLDER, _row("a"))
    newer = fact_files.write("acme", SESSIONS, _row("b", client="JDBC"))
    found = _publish(sqlite_store, fact_files, older, newer)

    assert {"a": None, "b": "JDBC"} == _clients(found, tmp_path / "facts")
    assert 2 == fact_files.compact("acme", now_ms=0, at_least=2)
    with sqlite_store.read() as session:
        compacted = fact_files.files(session, "acme", SESSIONS)
    assert {"a": None, "b": "JDBC"} == _clients(compacted, tmp_path / "facts")
