"""Saving many rows at once: one prepared statement for all, in the order of their keys."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.orm import Session

    from assay.store.tables import Base

    Insert = sqlite.Insert | postgresql.Insert

_Item = TypeVar("_Item")
CHUNK = 1000
"""How many values one IN list holds."""


def chunked(items: Iterable[_Item], size: int = CHUNK) -> Iterator[list[_Item]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def table_of(row_class: type[Base]) -> Table:
    """The table behind a row class."""
    return cast("Table", row_class.__table__)


def values(row: Base) -> dict[str, Any]:
    """A row object's columns, those not given by their defaults; an id not given is left to the database."""
    given = vars(row)
    return {
        column.key: given.get(column.key, getattr(column.default, "arg", None))
        for column in table_of(type(row)).columns
        if column.key != "id" or given.get("id") is not None
    }


def insert_rows(session: Session, row_class: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that are known to be new."""
    if rows:
        session.execute(_insert(session, row_class), list(rows))


def insert_missing(session: Session, row_class: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that are not there yet; leave the others as they are."""
    if rows:
        session.execute(_insert(session, row_class).on_conflict_do_nothing(), list(rows))


def upsert(  # noqa: PLR0913 - what, into what, and the three rules of a merge
    session: Session,
    row_class: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    settle: Callable[[Table, Any], Mapping[str, ColumnElement[Any]]] | None = None,
    only_if: Callable[[Table, Any], ColumnElement[bool]] | None = None,
) -> None:
    """Insert rows, or change the row of the same `key`; of several with one key the last stands.

    `settle(old, new)` gives the columns to change and their values; without it every column is replaced.
    `only_if(old, new)` says when a known row is changed at all. Rows go in the order of their keys, so
    that two writers on PostgreSQL cannot wait for each other.
    """
    if not rows:
        return
    statement = _insert(session, row_class)
    table, new = table_of(row_class), statement.excluded
    changes = settle(table, new) if settle else {c: new[c] for c in rows[0] if c not in key}
    statement = statement.on_conflict_do_update(
        index_elements=list(key), set_=dict(changes), where=only_if(table, new) if only_if else None
    )
    session.execute(statement, sorted(rows, key=lambda row: tuple(row[name] for name in key)))


def _insert(session: Session, row_class: type[Base]) -> Insert:
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(table_of(row_class))


def earlier(old: ColumnElement[int], new: ColumnElement[int]) -> ColumnElement[int]:
    """The earlier of two moments, in words every database knows."""
    return case((new < old, new), else_=old)


def later(old: ColumnElement[int], new: ColumnElement[int]) -> ColumnElement[int]:
    """The later of two moments, in words every database knows."""
    return case((new > old, new), else_=old)
