"""The embedded engine: DuckDB in memory, locked down to the folder of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from assay.errors import AssayError
from assay.facts.batches import complete
from assay.facts.canonical import translated
from assay.facts.streams import Dedupe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.facts.files import FactFile
    from assay.facts.streams import FactStream
    from assay.model.time import Window


class EngineError(AssayError):
    """The engine could not read the facts."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Engine:
    """An in-memory DuckDB that may read the given folders and nothing else; its settings cannot be changed."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def open(
        cls, roots: Sequence[str] = (), *, memory_limit: str = "1GB", threads: int | None = None
    ) -> Self:
        """Start an engine that sees `roots` (local folders; remote ones are read through Arrow)."""
        connection = duckdb.connect(":memory:")
        folders = [root for root in roots if "://" not in root]
        connection.execute(f"SET memory_limit = {_text(memory_limit)}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET TimeZone = 'UTC'")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute(f"SET allowed_directories = [{', '.join(map(_text, folders))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the engine's memory."""
        self._connection.close()

    def facts(
        self,
        view: str,
        stream: FactStream,
        files: Sequence[FactFile],
        window: Window | None = None,
        *,
        columns: Sequence[str] = (),
    ) -> None:
        """Make the facts of `files` readable as `view`: the stream's columns, each natural key settled.

        Files are given oldest first; `window` keeps the rows whose [time, span] touches it. Where `columns` are
        named, the key among them, only these are in the view and the files are read once, into memory.
        """
        if not files:
            self.table(f"{view}__none", stream.schema.empty_table())
            self._connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {_quoted(view)} AS SELECT * FROM {_quoted(view + '__none')}"  # noqa: S608 - quoted
            )
            return
        raw = f"{view}__raw"
        try:
            self._scan(raw, stream, files, window)
            self._settle(view, raw, stream, columns)
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise EngineError(
                f"The facts of {stream.name} cannot be read: {error}",
                hint="Run `assay doctor`; a damaged file is named above and can be collected again.",
            ) from error

    def _scan(self, raw: str, stream: FactStream, files: Sequence[FactFile], window: Window | None) -> None:
        """A view of all rows in the window, with `batch__`, the place of their file in the order of age."""
        paths = [file.path for file in files]
        if any("://" in path for path in paths):
            self._connection.register(f"{raw}__remote", _remote(stream, paths))
            source, batch = f"{raw}__remote", "batch__"
        else:
            listing = ", ".join(map(_text, paths))
            source = (
                f"read_parquet([{listing}], file_row_number = false, filename = true, union_by_name = true)"
            )
            batch = f"list_position([{listing}], filename)"
        where = _touching(stream, window) if window else "true"
        view = f"CREATE OR REPLACE TEMP VIEW {_quoted(raw)} AS "
        rows = f"{batch} AS batch__ FROM {source} WHERE {where}"
        try:
            self._connection.execute(f"{view} SELECT {_listed(stream.schema.names)}, {rows}")
        except duckdb.BinderException:
            # every file is from before a column of the stream
            there = self._connection.sql(f"SELECT * FROM {source} LIMIT 0").columns  # noqa: S608 - paths of our own, quoted
            self._connection.execute(f"{view} SELECT {_with_nulls(stream, there)}, {rows}")

    def _settle(self, view: str, raw: str, stream: FactStream, columns: Sequence[str]) -> None:
        """A view of `raw` without repeats. Only the keys that do repeat are ranked: they are few."""
        key, listing, read = _listed(stream.key), _listed(columns or stream.schema.names), raw
        if columns:
            read = f"{view}__read"
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {_quoted(read)} AS SELECT {listing} FROM {_quoted(raw)}"  # noqa: S608 - names of our own, quoted
            )
        plain = f"SELECT {listing} FROM {_quoted(read)} r"  # noqa: S608 - names of our own, quoted
        if stream.dedupe is Dedupe.NONE:
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_quoted(view)} AS {plain}")
            return
        repeats = f"{view}__repeats"
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_quoted(repeats)} AS "  # noqa: S608 - names of our own, quoted
            f"SELECT {key} FROM {_quoted(read)} GROUP BY {key} HAVING count(*) > 1"
        )
        match = " AND ".join(f"r.{_quoted(c)} IS NOT DISTINCT FROM k.{_quoted(c)}" for c in stream.key)
        if self._count(repeats) == 0:
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_quoted(view)} AS {plain}")
            return
        repeated = f"SELECT r.* FROM {_quoted(raw)} r SEMI JOIN {_quoted(repeats)} k ON {match}"  # noqa: S608 - as above
        settled = f"SELECT {listing} FROM ({repeated}) {_ranked(stream)}"  # noqa: S608 - as above
        self._connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {_quoted(view)} AS "
            f"{plain} ANTI JOIN {_quoted(repeats)} k ON {match} UNION ALL {settled}"
        )

    def _count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()  # noqa: S608 - quoted
        return int(row[0]) if row else 0

    def table(self, name: str, rows: pa.Table) -> None:
        """Make `rows` readable in SQL as `name`, in memory."""
        self._connection.register(f"{name}__rows", rows)
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_quoted(name)} AS SELECT * FROM {_quoted(name + '__rows')}"  # noqa: S608 - quoted
        )
        self._connection.unregister(f"{name}__rows")

    def step(self, step: str, **integers: int) -> pa.Table:
        """Run a canonical step and return its rows."""
        return self.sql(translated(step, self.dialect, frozenset(integers.items())))

    def into(self, table: str, step: str, **integers: int) -> None:
        """Run a canonical step and keep its rows as `table`."""
        text = translated(step, self.dialect, frozenset(integers.items()))
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(table)} AS {text}")

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of a small table or view as plain values."""
        rows: list[dict[str, Any]] = self.sql(f"SELECT * FROM {_quoted(name)}").to_pylist()  # noqa: S608 - quoted
        return rows

    def sql(self, text: str) -> pa.Table:
        """Run SQL of our own and return its rows."""
        return self._connection.sql(text).to_arrow_table()


def _with_nulls(stream: FactStream, there: Sequence[str]) -> str:
    """The stream's columns, null where the files have none of the name."""
    types = {pa.int64(): "BIGINT", pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN"}
    return ", ".join(
        _quoted(field.name)
        if field.name in there
        else f"CAST(NULL AS {types[field.type]}) AS {_quoted(field.name)}"
        for field in stream.schema
    )


def _touching(stream: FactStream, window: Window) -> str:
    until = _quoted(stream.span or stream.time)
    inside = ">" if stream.span else ">="
    return f"{_quoted(stream.time)} < {window.end_ms} AND {until} {inside} {window.start_ms}"


def _ranked(stream: FactStream) -> str:
    """Keep the row (or the rows) that stand for each repeated key; ties are broken by content, never by order."""
    key = _listed(stream.key)
    if stream.dedupe is Dedupe.GROUP:
        return f"QUALIFY rank() OVER (PARTITION BY {key} ORDER BY batch__ DESC) = 1 AND {_first_of_equals(stream)}"
    version = f"{_quoted(stream.version)} DESC NULLS LAST, " if stream.version else ""
    rest = ", ".join(f"{_quoted(c)} DESC NULLS LAST" for c in stream.schema.names if c not in stream.key)
    return f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY batch__ DESC, {version}{rest}) = 1"


def _first_of_equals(stream: FactStream) -> str:
    """A row read twice in one batch counts once: of rows equal in every column one stands."""
    return f"row_number() OVER (PARTITION BY {_listed(stream.schema.names)}, batch__) = 1"


def _remote(stream: FactStream, paths: Sequence[str]) -> pa.Table:
    tables = [
        complete(stream, pads.dataset(path).to_table()).append_column("batch__", pa.array([i] * rows))
        for i, path in enumerate(paths)
        if (rows := pads.dataset(path).count_rows()) >= 0
    ]
    return pa.concat_tables(tables)
