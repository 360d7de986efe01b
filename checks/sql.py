"""The SQL of checks: built from expressions, so that no name or value can become a statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from checks.base import CheckError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.model.assets import AssetKey
    from assay.model.warehouses import Warehouse

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_FORBIDDEN = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Merge, exp.Drop, exp.Alter)


class SqlError(CheckError):
    """The SQL of a check cannot be used."""


def column(name: str, dialect: str) -> exp.Column:
    """A column, quoted.

    A plain name of a single case is folded as the warehouse folds unquoted names (``order_id`` is ORDER_ID on
    Snowflake); any other stands as written, and one in double quotes exactly as within them.
    """
    return exp.column(identifier(name, dialect))


def identifier(name: str, dialect: str) -> exp.Identifier:
    """A name, quoted, by the rule of `column`."""
    if len(name) > 2 and name[0] == name[-1] == '"':  # noqa: PLR2004 - the two quotes
        return exp.to_identifier(name[1:-1].replace('""', '"'), quoted=True)
    if not _PLAIN.fullmatch(name) or name not in {name.lower(), name.upper()}:
        return exp.to_identifier(name, quoted=True)
    folded = normalize_identifiers(exp.to_identifier(name, quoted=False), dialect=dialect)
    folded.set("quoted", True)
    return folded


def table(warehouse: Warehouse, asset: AssetKey) -> exp.Expr:
    """The asset's relation, as its warehouse writes it."""
    return _parsed(warehouse.relation(asset), warehouse.dialect, exp.Table, "the relation")


def condition(text: str, dialect: str) -> exp.Expr:
    """A condition somebody wrote; SqlError when it is no single expression."""
    return _parsed(text, dialect, exp.Condition, "the condition")


def literal(value: object) -> exp.Expr:
    """A value as a literal; texts are escaped when the statement is written."""
    return exp.convert(value)


def count() -> exp.Expr:
    """COUNT(*)."""
    return exp.Count(this=exp.Star())


def count_where(wanted: exp.Expr) -> exp.Expr:
    """How many rows meet a condition; 0 for no row at all."""
    case = exp.Case().when(wanted, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.Coalesce(this=exp.Sum(this=case), expressions=[exp.Literal.number(0)])


def query(text: str, warehouse: Warehouse, asset: AssetKey) -> exp.Query:
    """A SELECT somebody wrote, the table `this` in it meaning the asset; SqlError unless it only reads."""
    parsed = reading(text, warehouse.dialect)
    named = {cte.alias for cte in parsed.find_all(exp.CTE)}
    for each in list(parsed.find_all(exp.Table)):
        if each.name.lower() == "this" and not each.db and each.name not in named:
            each.replace(exp.alias_(table(warehouse, asset), each.alias or "this", table=True))
    return parsed


def reading(text: str, dialect: str) -> exp.Query:
    """The one statement somebody wrote; SqlError unless it only reads."""
    try:
        statements = sqlglot.parse(text, dialect=dialect)
    except SqlglotError as error:
        raise _unreadable("the query", error) from None
    parsed = statements[0] if len(statements) == 1 else None
    if not isinstance(parsed, exp.Query) or parsed.find(*_FORBIDDEN):
        raise SqlError(
            "The query is not one statement that only reads.",
            hint="Write a single SELECT (or WITH … SELECT).",
        )
    return parsed


def select(
    figures: Iterable[tuple[str, exp.Expr]], warehouse: Warehouse, asset: AssetKey, where: str = ""
) -> exp.Select:
    """One row of named aggregates over the asset's rows."""
    named = [exp.alias_(figure, name, quoted=True) for name, figure in figures]
    chosen = exp.select(*named).from_(table(warehouse, asset))
    return chosen.where(condition(where, warehouse.dialect)) if where else chosen


def written(statement: exp.Expr, warehouse: Warehouse) -> str:
    """The statement's text in the warehouse's dialect."""
    return statement.sql(dialect=warehouse.dialect)


def shape(statement: exp.Expr, warehouse: Warehouse) -> str:
    """The statement without its literals: what may be kept and shown."""
    bare = statement.transform(
        lambda node: exp.Placeholder() if isinstance(node, exp.Literal) and node.is_string else node
    )
    return bare.sql(dialect=warehouse.dialect)


def number(value: Any) -> float | None:  # noqa: ANN401 - whatever the driver gives
    """A figure as a float; None for NULL; SqlError for what is no number."""
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SqlError(
            f"The query gave a {type(value).__name__}, which is no number.", hint="Select a single number."
        ) from None


def _parsed(text: str, dialect: str, into: type[exp.Expr], what: str) -> exp.Expr:
    try:
        return exp.maybe_parse(text, into=into, dialect=dialect)
    except SqlglotError as error:
        raise _unreadable(what, error) from None


def _unreadable(what: str, error: SqlglotError) -> SqlError:
    first = str(error).strip().splitlines()[0] if str(error).strip() else "no more is known"
    return SqlError(
        f"{what.capitalize()} cannot be read: {first}", hint="Mend the SQL, in the warehouse's dialect."
    )
