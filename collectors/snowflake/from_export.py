"""Collect from a folder of exported views: each new file in pages, each page one batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import AssayError, MalformedInputError
from assay.model.time import floor_day_ms, to_ms
from collectors.base import Batch, Degraded, Finding
from collectors.snowflake.export import is_data, list_export
from collectors.snowflake.files import pages
from collectors.snowflake.normalise import no_rows, normalise, parts_of
from collectors.snowflake.people import Names
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from collectors.base import Progress
    from collectors.snowflake.export import ExportFile
    from collectors.snowflake.reading import Reading
    from collectors.snowflake.views.base import View


def collect(folder: Path, reading: Reading, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:
    """Every view's new files, view by view. A file that cannot be read is told once and the others go on."""
    listing = list_export(folder, VIEWS)
    reading.newest_ms = max(progress.watermarks.values(), default=0)
    for view in VIEWS:
        files = listing.files[view.name]
        if not files:
            yield _absent(view, folder, listing.unread(view.name))
        new = [file for file in files if file.fingerprint not in progress.seen]
        if view.whole:
            together = files if view.snapshot and new else new
            yield from _read_together(together, view, reading, now)
        else:
            for file in new:
                yield from _read(file, view, reading, now)


def _absent(view: View, folder: Path, unread: str | None) -> Degraded:
    """No file of the view: its source has none, unless a file bears its name in a form that is not read."""
    if unread:
        error = MalformedInputError(f"{unread} is neither Parquet nor CSV", hint=_wanted(view))
        return Degraded(view.stream.name, error)
    error = MalformedInputError(
        f"the export {folder.name} has no view {view.name}",
        hint=f"to have it read, {_wanted(view)}",
    )
    return Degraded(view.stream.name, error, expected=True)


def _wanted(view: View) -> str:
    """Where a view's files are looked for."""
    return f"export {view.source} to the folder {view.name}/ (CSV or Parquet)"


def _read(file: ExportFile, view: View, reading: Reading, now: datetime) -> Iterator[Batch | Degraded]:
    try:
        yield from _batches(file, view, reading, now)
    except AssayError as error:
        yield Degraded(view.stream.name, error)


def _read_together(
    files: Sequence[ExportFile], view: View, reading: Reading, now: datetime
) -> Iterator[Batch | Degraded]:
    """The files as one batch: rows that repeat and add up may be spread over the parts of one export."""
    if view.snapshot and files:
        reading.snapshot_ms = max(_snapshot_ms(file, view, reading, now) for file in files)
    found: list[pa.RecordBatch] = []
    seen: list[str] = []
    for file in files:
        try:
            found.extend(list(_rows(file, view, reading)))
        except AssayError as error:
            yield Degraded(view.stream.name, error)
        else:
            seen.append(file.fingerprint)
    if not seen:
        return
    try:
        yield _one_batch(found, view, reading, tuple(seen))
    except AssayError as error:
        yield Degraded(view.stream.name, error)


def _one_batch(found: list[pa.RecordBatch], view: View, reading: Reading, seen: tuple[str, ...]) -> Batch:
    together = pa.Table.from_batches(found).combine_chunks().to_batches() if found else []
    if not together and not view.snapshot:
        return Batch(view.stream.name, seen=seen)
    rows = together[0] if together else no_rows(view)
    latest = reading.snapshot_ms if view.snapshot else newest_ms(rows, view)
    reading.newest_ms = max(reading.newest_ms, latest)
    parts = parts_of(view, rows, view.name, reading)
    return Batch(view.stream.name, parts.facts, parts.records, len(rows), latest or None, seen)


def _batches(file: ExportFile, view: View, reading: Reading, now: datetime) -> Iterator[Batch]:
    """The file's batches; the last says that the file is read, and until when it tells."""
    if view.snapshot:
        reading.snapshot_ms = _snapshot_ms(file, view, reading, now)
    latest = 0
    held = Batch(view.stream.name)
    for rows in _rows(file, view, reading):
        if held.rows_read:
            yield held
        latest = max(latest, newest_ms(rows, view))
        parts = parts_of(view, rows, file.place, reading)
        held = Batch(view.stream.name, parts.facts, parts.records, len(rows))
    reading.newest_ms = max(reading.newest_ms, latest)
    until = reading.snapshot_ms if view.snapshot else latest
    yield replace(held, watermark_ms=until or None, seen=(file.fingerprint,))


def _rows(file: ExportFile, view: View, reading: Reading) -> Iterator[pa.RecordBatch]:
    """The file's pages as facts' columns."""
    return (normalise(view, page, file.place, reading.names) for page in pages(file, view))


def newest_ms(rows: pa.RecordBatch, view: View) -> int:
    """The latest cursor of the rows, 0 when there is none."""
    if not view.cursor:
        return 0
    return pc.max(rows.column(view.cursor)).as_py() or 0


def _snapshot_ms(file: ExportFile, view: View, reading: Reading, now: datetime) -> int:
    """The midnight of the day a snapshot tells of: of the newest time in the export, else of the file.

    The clock of the source is the one that counts, and a time past our own clock is not believed.
    """
    own = max((newest_ms(rows, view) for rows in _rows(file, view, reading)), default=0)
    newest = max(reading.newest_ms, own) or file.path.stat().st_mtime_ns // 1_000_000
    return floor_day_ms(min(newest, to_ms(now)))


def examine(folder: Path) -> Iterator[Finding]:
    """One line a view: whether it is there and its first page can be read."""
    try:
        listing = list_export(folder, VIEWS)
    except AssayError as error:
        yield Finding("export", ok=False, detail=error.message, fix=error.hint)
        return
    for view in VIEWS:
        yield _probe(view, listing.files[view.name])
    missing = sum(not files for files in listing.files.values())
    if missing:
        fix = "`assay grants snowflake --export FOLDER` prints the statement that brings each"
        yield Finding(
            "export", ok=True, detail=f"{missing} of {len(VIEWS)} views are not there", fix=fix, warning=True
        )
    for place in listing.unknown:
        fix = "put it in a folder of its view's name, such as QUERY_HISTORY/" if is_data(place) else ""
        yield Finding(
            place, ok=True, detail="not a view Assay knows; it is not read", fix=fix, warning=bool(fix)
        )


def _probe(view: View, files: tuple[ExportFile, ...]) -> Finding:
    if not files:
        return _not_there(view)
    nobody = Names(plain=True, key=b"")
    try:
        for file in files:
            first = next(pages(file, view), None)
            if first is not None:
                normalise(view, first, file.place, nobody)
    except AssayError as error:
        return Finding(view.name, ok=False, detail=error.message, fix=error.hint, needed=view.needed)
    detail = f"{len(files)} file{'s' if len(files) > 1 else ''}"
    return Finding(view.name, ok=True, detail=detail, needed=view.needed)


def _not_there(view: View) -> Finding:
    if view.needed:
        detail = "not in the export: no cost meets an asset without it"
        return Finding(view.name, ok=False, detail=detail, fix=_wanted(view), needed=True)
    detail = "not in the export: what it would tell stays unknown"
    return Finding(view.name, ok=True, detail=detail, warning=True)
