"""Read one exported file in pages: Parquet or CSV, only the columns a view declares, never all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from assay.errors import MalformedInputError
from collectors.snowflake.normalise import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.snowflake.export import ExportFile
    from collectors.snowflake.views.base import View

PAGE_ROWS = 128 * 1024
_BLOCK_BYTES = 16 * 1024 * 1024
_NULLS = ["", "\\N", "NULL", "null"]


def pages(file: ExportFile, view: View) -> Iterator[pa.RecordBatch]:
    """The file's rows, page by page. MalformedInputError when the file is empty, cut, or not what its name says."""
    read = _parquet_pages if file.is_parquet else _csv_pages
    try:
        if file.path.stat().st_size == 0:
            raise MalformedInputError(f"{file.place} is empty (0 bytes)", hint="export the view again")
        yield from read(file, view)
    except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        reason = str(error).replace(str(file.path), file.place).splitlines()[0][:300]
        raise MalformedInputError(
            f"{file.place} cannot be read as {'Parquet' if file.is_parquet else 'CSV'}: {reason}",
            hint=f"the file is cut or broken: export {view.source} again and replace it",
        ) from error


def _parquet_pages(file: ExportFile, view: View) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file.path, memory_map=True) as parquet:
        names = parquet.schema_arrow.names
        wanted = sorted(set(locate(view, names, file.place).values()))
        yield from parquet.iter_batches(PAGE_ROWS, columns=[names[i] for i in wanted])


def _csv_pages(file: ExportFile, view: View) -> Iterator[pa.RecordBatch]:
    """Every column is read as text: what it means is the view's to say, not a guess from the first rows."""
    names = _csv_names(file)
    wanted = sorted(set(locate(view, names, file.place).values()))
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=[names[i] for i in wanted],
        strings_can_be_null=True,
        null_values=_NULLS,
    )
    with pa.input_stream(str(file.path), compression="detect") as stream:
        read = pa_csv.ReadOptions(block_size=_BLOCK_BYTES)
        parse = pa_csv.ParseOptions(newlines_in_values=True)
        yield from pa_csv.open_csv(stream, read_options=read, parse_options=parse, convert_options=convert)


def _csv_names(file: ExportFile) -> list[str]:
    with pa.input_stream(str(file.path), compression="detect") as stream:
        parse = pa_csv.ParseOptions(newlines_in_values=True)
        head = pa_csv.open_csv(
            stream, read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES), parse_options=parse
        )
        return list(head.schema.names)
