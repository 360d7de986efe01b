"""Opening the source: read-only, reaching no other file, no network and no extension that is not built in.

The only home of DuckDB among the collectors, which is imported when a source is opened.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from assay.errors import ConnectionFailedError, MalformedInputError, SourceError
from collectors.one_select import one_select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from assay.model.assets import AssetKey

_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_LOCKED = ("SET enable_external_access = false", "SET lock_configuration = true")


@dataclass(frozen=True, slots=True)
class DuckdbWarehouse:
    """An open source. `broken` are the Parquet tables that cannot be read, each with its error."""

    dialect: ClassVar[str] = "duckdb"

    connection: DuckDBPyConnection
    broken: Mapping[str, SourceError] = field(default_factory=dict)

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The first rows of a statement that only reads; SourceError when it does not or fails."""
        import duckdb  # noqa: PLC0415 - heavy, and only an open source needs it

        asked = one_select(sql, self.dialect)
        try:
            return list(self.connection.execute(asked).fetchmany(limit))
        except duckdb.Error as error:
            raise SourceError(
                f"DuckDB could not answer a query: {first_line(error)}",
                hint="`assay doctor` tells which tables can be read.",
            ) from None

    def cancel(self) -> None:
        """End the query under way."""
        self.connection.interrupt()

    def relation(self, asset: AssetKey) -> str:
        """The quoted name; DuckDB does not tell cases apart."""
        return quoted(asset.path)


@contextmanager
def opened(path: Path) -> Iterator[DuckdbWarehouse]:
    """Open a file or a folder, and close it at the end. ConnectionFailedError when it is not there or in use."""
    import duckdb  # noqa: PLC0415 - as above

    if not path.exists():
        raise ConnectionFailedError(
            f"There is no {path}.", hint="Give the path of a DuckDB file or a folder of Parquet."
        )
    try:
        warehouse = _folder(path) if path.is_dir() else _file(path)
    except duckdb.Error as error:
        raise ConnectionFailedError(
            f"{path} could not be opened: {first_line(error)}",
            hint="If another program is writing it, try again when it is done; else check that it is a DuckDB file.",
        ) from None
    try:
        yield warehouse
    finally:
        warehouse.connection.close()


def quoted(path: tuple[str, ...]) -> str:
    """A name of several parts, each in double quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in path)


def parquet_tables(folder: Path) -> dict[str, list[Path]]:
    """The Parquet tables of a folder by name, each with its files: a file by its stem, a folder with all below it."""
    found = {each.stem: [each] for each in sorted(folder.glob("*.parquet")) if each.is_file()}
    for each in sorted(folder.iterdir()):
        files = sorted(each.rglob("*.parquet")) if each.is_dir() else []
        if files:
            found.setdefault(each.name, files)
    return found


def first_line(error: Exception) -> str:
    """What DuckDB says, without the picture of where in the SQL."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _file(path: Path) -> DuckdbWarehouse:
    import duckdb  # noqa: PLC0415 - as above

    connection = duckdb.connect(str(path), read_only=True, config=_OFFLINE)
    for statement in _LOCKED:
        connection.execute(statement)
    return DuckdbWarehouse(connection)


def _folder(path: Path) -> DuckdbWarehouse:
    """Each table of the folder as a view; the folder is all that can be reached."""
    import duckdb  # noqa: PLC0415 - as above

    connection = duckdb.connect(":memory:", config=_OFFLINE)
    connection.execute(f"SET allowed_directories = [{_literal(path)}]")
    for statement in _LOCKED:
        connection.execute(statement)
    broken: dict[str, SourceError] = {}
    for name, files in parquet_tables(path).items():
        listed = ", ".join(_literal(file) for file in files)
        source = f"read_parquet([{listed}], hive_partitioning = true, union_by_name = true)"
        try:
            connection.execute(f"CREATE VIEW {quoted((name,))} AS SELECT * FROM {source}")  # noqa: S608 - quoted names
        except duckdb.Error as error:
            broken[name] = MalformedInputError(
                f"The Parquet table {name} cannot be read: {first_line(error)}",
                hint="Write it again; the other tables are read.",
            )
    return DuckdbWarehouse(connection, broken)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
