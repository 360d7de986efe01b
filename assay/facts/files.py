"""The Parquet files of facts: durable writes, the manifest in the store, compaction, the orphan sweep.

A file is written and forced to disk first; the manifest row that makes it visible commits with the caller's
transaction (and its watermark). A crash in between leaves an orphan that no reader sees and a sweep removes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from assay.errors import StoreError, UsageError
from assay.facts import batches
from assay.facts.places import UNFINISHED, place_at
from assay.facts.streams import STREAMS
from assay.model.time import HOUR_MS, day_of
from assay.store.bulk import chunked, insert_missing, insert_rows
from assay.store.tables import FactFileRow, RetiredFileRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from assay.facts.streams import FactStream
    from assay.model.time import Window
    from assay.store.engine import Store

MANY = 8
"""From how many files of a stream and day on they are made one."""


@dataclass(frozen=True, slots=True)
class FactFile:
    """A file of one stream and UTC day; rows matter from `min_ms` to `max_ms`, a greater `id` is newer."""

    path: str
    connection: str
    stream: str
    day_ms: int
    rows: int
    bytes: int
    min_ms: int
    max_ms: int
    id: int = 0


class FactFiles:
    """The Parquet files of facts: durable writes, the manifest, compaction, the orphan sweep."""

    def __init__(self, root: str | Path, store: Store) -> None:
        self._place = place_at(root)
        self._store = store

    def write(self, connection: str, stream: FactStream, table: pa.Table) -> list[FactFile]:
        """Write rows to files by UTC day of the stream's time, durable but visible only when published.

        MalformedInputError names a column that is missing or cannot be cast; StoreError tells of a full or
        broken disk, and then no file of this call is left.
        """
        written: list[FactFile] = []
        try:
            for day_ms, rows in batches.by_day(stream, batches.cast(stream, table)):
                written.append(self._write(connection, stream, day_ms, rows))
        except BaseException:
            for file in written:
                self._place.delete(_inside(file.path))
            raise
        return written

    def _write(self, connection: str, stream: FactStream, day_ms: int, rows: pa.Table) -> FactFile:
        path = f"{_folder(connection)}/{stream.name}/day={day_of(day_ms)}/{uuid.uuid4().hex}.parquet"
        size = self._place.write(path, rows)
        low, high = batches.reach(stream, rows)
        return FactFile(
            self._place.address(path), connection, stream.name, day_ms, rows.num_rows, size, low, high
        )

    @staticmethod
    def publish(session: Session, files: Sequence[FactFile], *, now_ms: int) -> None:
        """Make files visible, in the caller's transaction; later ones are newer batches."""
        insert_rows(session, FactFileRow, [_values(file, now_ms) for file in files])

    @staticmethod
    def replace_day(  # noqa: PLR0913 - a day's name and what takes its place
        session: Session,
        connection: str,
        stream: FactStream,
        day_ms: int,
        files: Sequence[FactFile],
        *,
        now_ms: int,
    ) -> None:
        """Put files in the place of all of a stream's day, in the caller's transaction."""
        _retire(session, [*_of(connection, stream.name), FactFileRow.day_ms == day_ms], now_ms)
        FactFiles.publish(session, files, now_ms=now_ms)

    def files(
        self, session: Session, connection: str, stream: FactStream, window: Window | None = None
    ) -> list[FactFile]:
        """The files whose rows may matter in the window, oldest batch first.

        StoreError names a file that the manifest lists and the folder does not hold.
        """
        where = _of(connection, stream.name)
        if window is not None:
            where += [FactFileRow.max_ms >= window.start_ms, FactFileRow.min_ms < window.end_ms]
        rows = list(session.scalars(select(FactFileRow).where(*where).order_by(FactFileRow.id)))
        self._expect([row.path for row in rows])
        return [self._file(row) for row in rows]

    def days(self, session: Session, connection: str, stream: FactStream) -> list[int]:
        """The midnights (ms) of the days that have files, in order."""
        days = select(FactFileRow.day_ms).where(*_of(connection, stream.name)).distinct()
        return list(session.scalars(days.order_by(FactFileRow.day_ms)))

    def expect_all(self, session: Session) -> None:
        """StoreError when any file that the manifest lists is not in the folder."""
        self._expect(list(session.scalars(select(FactFileRow.path).order_by(FactFileRow.id))))

    def _expect(self, paths: Sequence[str]) -> None:
        lost = self._place.missing(paths)
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise StoreError(
                f"The file of facts {self._place.address(lost[0])}{more} is gone, though the store lists it.",
                hint="Restore the facts folder from a backup, or set facts.root to where the folder now is.",
            )

    def _file(self, row: FactFileRow) -> FactFile:
        return FactFile(
            path=self._place.address(row.path),
            connection=row.connection,
            stream=row.stream,
            day_ms=row.day_ms,
            rows=row.rows,
            bytes=row.bytes,
            min_ms=row.min_ms,
            max_ms=row.max_ms,
            id=row.id,
        )

    def compact(self, connection: str, *, now_ms: int, at_least: int = MANY) -> int:
        """Make one settled file of each stream and day that has `at_least` files; how many files went.

        The new file takes the newest one's place in the order of batches, so a batch that came in between
        stays newer.
        """
        with self._store.read() as session:
            manifest = select(FactFileRow).where(FactFileRow.connection == connection)
            order = (FactFileRow.stream, FactFileRow.day_ms, FactFileRow.id)
            rows = list(session.scalars(manifest.order_by(*order)))
        gone = 0
        for (name, _), files in groupby(rows, key=lambda row: (row.stream, row.day_ms)):
            day = [self._file(row) for row in files]
            if name in STREAMS and len(day) >= at_least:
                gone += self._compact_day(STREAMS[name], day, now_ms)
        return gone

    def _compact_day(self, stream: FactStream, day: list[FactFile], now_ms: int) -> int:
        self._expect([_inside(file.path) for file in day])
        tables = [batches.complete(stream, self._place.read(_inside(file.path))) for file in day]
        whole = self._write(day[0].connection, stream, day[0].day_ms, batches.settle(stream, tables))
        with self._store.write() as session:
            swapped = _swap(session, day, whole, now_ms)
        if not swapped:
            self._place.delete(_inside(whole.path))
        return len(day) if swapped else 0

    def sweep(self, *, now_ms: int, older_than_ms: int = HOUR_MS) -> int:
        """Delete files nobody lists and half-written ones, when older than an hour; how many went.

        Files are listed before the manifest is read, so one published in between is not taken for an orphan.
        """
        old = [file.path for file in self._place.listing() if file.written_ms < now_ms - older_than_ms]
        with self._store.read() as session:
            kept = set(session.scalars(select(FactFileRow.path)))
            lately = RetiredFileRow.retired_ms >= now_ms - older_than_ms
            kept |= set(session.scalars(select(RetiredFileRow.path).where(lately)))
        orphans = [path for path in old if path not in kept and path.endswith((".parquet", UNFINISHED))]
        for path in orphans:
            self._place.delete(path)
        with self._store.write() as session:
            for chunk in chunked(orphans):
                session.execute(delete(RetiredFileRow).where(RetiredFileRow.path.in_(chunk)))
        return len(orphans)


def _folder(connection: str) -> str:
    if not connection or connection.startswith(".") or "/" in connection or "\\" in connection:
        raise UsageError(
            f"{connection!r} cannot name a connection.", hint="Use letters, digits, '-' and '_'."
        )
    return connection


def _inside(address: str) -> str:
    """A file's path inside the root, which is what the manifest keeps: the root may move."""
    return "/".join(address.partition("?")[0].split("/")[-4:])


def _of(connection: str, stream: str) -> list[ColumnElement[bool]]:
    return [FactFileRow.connection == connection, FactFileRow.stream == stream]


def _values(file: FactFile, now_ms: int) -> dict[str, Any]:
    return {
        "connection": file.connection,
        "stream": file.stream,
        "day_ms": file.day_ms,
        "path": _inside(file.path),
        "rows": file.rows,
        "bytes": file.bytes,
        "min_ms": file.min_ms,
        "max_ms": file.max_ms,
        "created_ms": now_ms,
    }


def _retire(session: Session, where: Sequence[ColumnElement[bool]], now_ms: int) -> None:
    """Take files off the manifest; they stay on disk a while for those who have already listed them."""
    paths = list(session.scalars(select(FactFileRow.path).where(*where)))
    insert_missing(session, RetiredFileRow, [{"path": path, "retired_ms": now_ms} for path in paths])
    session.execute(delete(FactFileRow).where(*where))


def _swap(session: Session, day: Sequence[FactFile], whole: FactFile, now_ms: int) -> bool:
    """Let `whole` stand for the files of a day; False when one of them has gone meanwhile."""
    ids = [file.id for file in day]
    standing = session.scalars(select(FactFileRow.id).where(FactFileRow.id.in_(ids)).with_for_update())
    if len(list(standing)) != len(ids):
        return False
    _retire(session, [FactFileRow.id.in_(ids)], now_ms)
    insert_rows(session, FactFileRow, [{**_values(whole, now_ms), "id": max(ids)}])
    return True
