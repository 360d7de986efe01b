"""The columns an asset has, and how two lists of columns differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from assay.model.assets import Column
from checks import sql
from checks.deadline import within
from checks.words import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model.assets import AssetKey
    from assay.model.warehouses import Warehouse
    from checks.base import Scene

MOST_COLUMNS = 20_000
_SCHEMA_PARTS = 2
_DIALECTS = {"snowflake", "bigquery", "databricks", "redshift", "postgres", "duckdb", "trino", "clickhouse"}


@dataclass(frozen=True, slots=True)
class Retyped:
    """A column whose type changed."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """What is other in the second of two lists of columns."""

    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    retyped: tuple[Retyped, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped)

    def told(self) -> str:
        """The change in words, the gravest first: removed, retyped, added."""
        parts = []
        if self.removed:
            parts.append(f"removed {names([column.name for column in self.removed])}")
        if self.retyped:
            types = [f"{each.name} from {each.before} to {each.after}" for each in self.retyped]
            parts.append(f"retyped {names(types)}")
        if self.added:
            parts.append(f"added {names([column.name for column in self.added])}")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON values."""
        return {
            "added": [{"name": column.name, "type": column.type} for column in self.added],
            "removed": [{"name": column.name, "type": column.type} for column in self.removed],
            "retyped": [{"name": e.name, "before": e.before, "after": e.after} for e in self.retyped],
        }


def change(before: Sequence[Column], after: Sequence[Column], dialect: str) -> ColumnChange:
    """What became of the columns. Names meet without case where that is unambiguous; an unknown type fits any."""
    left, right = _by_name(before), _by_name(after)
    both = [(left[name], right[name]) for name in left if name in right]
    return ColumnChange(
        added=tuple(column for name, column in right.items() if name not in left),
        removed=tuple(column for name, column in left.items() if name not in right),
        retyped=tuple(
            Retyped(new.name, old.type, new.type)
            for old, new in both
            if not same_type(old.type, new.type, dialect)
        ),
    )


def same_type(one: str, other: str, dialect: str) -> bool:
    """Whether two spellings mean one type there: as VARCHAR and TEXT; a length counts when both say one."""
    if not one or not other or one.casefold() == other.casefold():
        return True
    left, right = _type(one, dialect), _type(other, dialect)
    if left is None or right is None:
        return False
    if not left.expressions or not right.expressions:
        return bool(_kind(left) == _kind(right))
    return bool(left == right)


def actual(scene: Scene, timeout_s: float) -> tuple[Column, ...]:
    """The asset's columns: as the warehouse tells them now, else as a source told them last."""
    if scene.warehouse is not None and (found := _asked(scene.warehouse, scene.asset.key, timeout_s)):
        return found
    return scene.asset.columns


def dialect_of(scene: Scene) -> str:
    """The dialect the asset's types are written in: its warehouse's, else its platform's where it has one."""
    if scene.warehouse is not None:
        return scene.warehouse.dialect
    return dialect_named(scene.asset.key.platform)


def dialect_named(platform: str) -> str:
    """The platform's dialect; '' where it has none of its own."""
    return platform if platform in _DIALECTS else ""


def _asked(warehouse: Warehouse, asset: AssetKey, timeout_s: float) -> tuple[Column, ...]:
    """Ask the information schema; nothing where the asset is no table of one (a file, say)."""
    if len(asset.path) < _SCHEMA_PARTS:
        return ()
    statement = columns_query(asset, warehouse.dialect)
    rows = within(timeout_s, warehouse, sql.written(statement, warehouse), MOST_COLUMNS)
    return tuple(Column(str(name), str(kind)) for name, kind in rows)


def columns_query(asset: AssetKey, dialect: str) -> exp.Expr:
    """Names and types of the asset's columns, in their order, from the standard's information schema."""
    view = exp.table_("columns", db="information_schema")
    if len(asset.path) > _SCHEMA_PARTS and dialect in {"snowflake", "databricks"}:
        view.set("catalog", sql.identifier(asset.path[-3], dialect))
    parts = list(zip(("table_schema", "table_name"), asset.path[-2:], strict=True))
    if len(asset.path) > _SCHEMA_PARTS and dialect == "duckdb":
        parts.append(("table_catalog", asset.path[-3]))
    named = exp.select(exp.column("column_name"), exp.column("data_type")).from_(view)
    for name, value in parts:
        named = named.where(_is(exp.column(name), value))
    return named.order_by(exp.column("ordinal_position"))


def _is(column: exp.Expr, value: str) -> exp.Expr:
    """Equal as asset keys fold names: a name of a single case fits either."""
    if value != value.lower():
        return exp.EQ(this=column, expression=sql.literal(value))
    return exp.EQ(this=exp.Lower(this=column), expression=sql.literal(value))


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    folded = [column.name.casefold() for column in columns]
    is_clear = len(set(folded)) == len(folded)
    return {column.name.casefold() if is_clear else column.name: column for column in columns}


def _type(text: str, dialect: str) -> exp.DataType | None:
    try:
        return exp.DataType.build(text, dialect=dialect or None)
    except (SqlglotError, ValueError):
        return None


def _kind(of: exp.DataType) -> object:
    text_like = {exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR}
    return exp.DataType.Type.TEXT if of.this in text_like else of.this
