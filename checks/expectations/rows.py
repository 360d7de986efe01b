"""An asset's rows, read by its connection and left in a file for the worker."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from assay.model.assets import fold_part
from checks import sql
from checks.base import CheckError
from checks.columns import actual
from checks.deadline import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from checks.base import Scene
    from checks.expectations.config import ExpectationsConfig

_PLAIN = (int, float, str, bytes, dt.date, dt.time, dt.timedelta)


@contextmanager
def rows_of(scene: Scene, config: ExpectationsConfig) -> Iterator[str]:
    """The name of a Parquet file of the rows, for as long as it is needed; '' where none are.

    CheckError when there are more rows than the check may read: a verdict on some of them would be none on the asset.
    """
    if not config.needs_rows:
        yield ""
        return
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy, and only such a check needs it

    with tempfile.TemporaryDirectory(prefix="assay-rows-") as folder:
        file = Path(folder) / "rows.parquet"
        pq.write_table(_table(scene, config), file)
        yield str(file)


def _table(scene: Scene, config: ExpectationsConfig) -> pa.Table:
    """The rows in columns, named as the warehouse names them; Snowflake's as everybody writes them, in lower case."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    warehouse = scene.asked()
    names = [column.name for column in actual(scene, config.timeout_s)]
    if not names:
        raise CheckError(
            f"The columns of {scene.asset.key} are not known.",
            hint="Collect once with `assay run`, then check.",
        )
    chosen = exp.select(*(_column(name, warehouse.dialect) for name in names))
    statement = chosen.from_(sql.table(warehouse, scene.asset.key))
    if config.where:
        statement = statement.where(sql.condition(config.where, warehouse.dialect))
    text = sql.written(statement.limit(config.max_rows + 1), warehouse)
    rows = within(config.timeout_s, warehouse, text, config.max_rows + 1)
    if len(rows) > config.max_rows:
        raise CheckError(
            f"{scene.asset.key} has more than {config.max_rows:,} rows.",
            hint="Narrow it with `where`, raise max_rows, or run a checkpoint on a SQL data source of the project.",
        )
    titles = [fold_part(name) if warehouse.dialect == "snowflake" else name for name in names]
    return pa.table({title: _values(rows, place) for place, title in enumerate(titles)})


def _column(name: str, dialect: str) -> exp.Expr:
    if dialect == "snowflake":
        return sql.column(name, dialect)
    return exp.column(exp.to_identifier(name, quoted=True))


def _values(rows: Sequence[tuple[Any, ...]], place: int) -> list[Any]:
    """One column's values as pandas can compute with them: a whole Decimal as int, any other as float."""
    return [_plain(row[place]) for row in rows]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the driver gives
    if isinstance(value, Decimal):
        return (
            int(value)
            if value == value.to_integral_value() and value.as_tuple().exponent == 0
            else float(value)
        )
    return value if value is None or isinstance(value, _PLAIN) else str(value)
