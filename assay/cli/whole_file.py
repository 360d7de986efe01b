"""A table written to one file, batch by batch: as much memory for a year as for a day, and never half a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from assay.errors import AssayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Writer(Protocol):
    """What pyarrow's writers have in common."""

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows."""

    def close(self) -> None:
        """Finish the file."""


_WRITERS: dict[str, Callable[[Path, pa.Schema], Writer]] = {
    ".parquet": lambda path, schema: pq.ParquetWriter(path, schema, compression="zstd"),
    ".csv": pacsv.CSVWriter,
}


def expect_place(file: Path) -> None:
    """UsageError for an ending other than .parquet and .csv, and for a folder that is not there."""
    if file.suffix not in _WRITERS:
        raise UsageError(
            f"{file} ends in neither .parquet nor .csv.", hint="Name the file FILE.parquet or FILE.csv."
        )
    if not file.parent.is_dir():
        raise UsageError(
            f"There is no folder {file.parent.absolute()}.", hint="Make it first, or name another place."
        )


def write_whole(file: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches to a .parquet or .csv file, which appears whole or not at all; how many rows it has.

    UsageError as `expect_place`; AssayError when the file cannot be written.
    """
    expect_place(file)
    unfinished = file.with_name(f".{file.name}.tmp")
    try:
        rows = _write(_WRITERS[file.suffix](unfinished, schema), batches)
        unfinished.replace(file)
    except (OSError, pa.ArrowException) as error:
        raise AssayError(
            f"{file} cannot be written: {error}", hint="Check its folder's rights and space."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write(writer: Writer, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    try:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    finally:
        writer.close()
    return rows
