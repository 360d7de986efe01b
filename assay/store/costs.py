"""What assets, warehouses, users and tags cost by day, and whether the bill adds up. All from roll-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, literal_column, null, select
from sqlalchemy.orm import aliased

from assay.errors import UsageError
from assay.store.bulk import insert_rows, values
from assay.store.tables import CellRow, CostRow, RestatementRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from assay.model.time import Window

DIMENSIONS = ("asset", "warehouse", "user", "tag")
"""The dimensions the roll-up keeps; each adds up to the same bill."""
ACROSS = {"day": CostRow.day_ms, "service": CostRow.service, "kind": CostRow.kind}
"""What costs can also be told by: each value is somebody's, so nothing of it is nobody's."""
UNSORTED = CostRow.value.concat(literal_column("''"))
"""The value as a group: grouped by the bare column, SQLite walks the index of values over every day there is."""
_GROUPS = {"value": UNSORTED, **ACROSS}


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one group cost: `group` holds its value, day (ms), service or kind, in the order asked for.

    `micro_currency` is None where no price is known, and where prices are in several currencies.
    """

    group: tuple[str | int, ...]
    nano_credits: int
    bytes: int
    micro_currency: int | None
    currency: str
    queries: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether every cell's parts add up to what was metered; `worst` are the cells furthest off."""

    cells: int
    out_of_balance: int
    metered_nano_credits: int
    attributed_nano_credits: int
    provisional_cells: int
    worst: list[CellRow]


def replace_day(
    session: Session, connection: str, day_ms: int, cells: Sequence[CellRow], costs: Sequence[CostRow]
) -> None:
    """Put a day's cells and costs in the place of all that was known of that day."""
    session.execute(delete(CellRow).where(CellRow.connection == connection, CellRow.day_ms == day_ms))
    session.execute(
        delete(CostRow).where(
            CostRow.connection == connection, CostRow.dimension.in_(DIMENSIONS), CostRow.day_ms == day_ms
        )
    )
    insert_rows(session, CellRow, [values(row) for row in cells])
    insert_rows(session, CostRow, [values(row) for row in costs])


def by(session: Session, dimension: str, window: Window, connection: str | None = None) -> list[CostLine]:
    """What each value of a dimension (or each day, service or kind) cost in the window, dearest first.

    An empty value is nobody's. UsageError names the valid dimensions.
    """
    if dimension in ACROSS:
        found = totals(session, "warehouse", window, (dimension,), connection=connection)
    elif dimension in DIMENSIONS:
        found = totals(session, dimension, window, connection=connection)
    else:
        valid = ", ".join((*DIMENSIONS, *ACROSS))
        raise UsageError(f"Costs cannot be told by {dimension!r}.", hint=f"Choose one of {valid}.")
    if dimension == "day":
        return sorted(found, key=lambda line: line.group)
    return sorted(found, key=lambda line: (-line.nano_credits, line.group))


def totals(  # noqa: PLR0913 - the parts of one question
    session: Session,
    dimension: str,
    window: Window,
    groups: Sequence[str] = ("value",),
    *,
    among: Sequence[str] | None = None,
    connection: str | None = None,
) -> list[CostLine]:
    """Costs of a dimension summed by any of value, day, service and kind; `among` keeps to some values."""
    columns: list[Any] = [_GROUPS[group] for group in groups]
    where = [CostRow.dimension == dimension, *_within(window)]
    if among is not None:
        where.append(CostRow.value.in_(among))
    if connection is not None:
        where.append(CostRow.connection == connection)
    elif among is None:
        where.append(
            CostRow.connection.in_(known_connections(CostRow))
        )  # a stretch of the table, not all of it
    rows = session.execute(select(*columns, *_sums()).where(*where).group_by(*columns).order_by(*columns))
    width = len(columns)
    return [_line(tuple(row[:width]), tuple(row[width:])) for row in rows]


def known_connections(of: type[CostRow | CellRow]) -> Select[tuple[str]]:
    """The connections of a table, found by jumps through its key and not by reading it.

    Days stand behind the connection in these keys, so a question of some days must name the connections.
    """
    first = select(func.min(aliased(of).connection).label("name")).cte("known", recursive=True)
    other = aliased(of)
    following = select(func.min(other.connection)).where(other.connection > first.c.name).correlate(first)
    known = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(known.c.name)


def _within(window: Window) -> list[ColumnElement[bool]]:
    return [CostRow.day_ms >= window.start_ms, CostRow.day_ms < window.end_ms]


def _sums() -> tuple[ColumnElement[Any], ...]:
    return (
        func.sum(CostRow.nano_credits),
        func.sum(CostRow.bytes),
        in_one_currency(func.sum(CostRow.micro_currency)),
        func.max(CostRow.currency),
        func.sum(case((CostRow.kind == "busy", CostRow.queries), else_=0)),  # its idle time is no other query
        func.max(case((CostRow.provisional, 1), else_=0)),
    )


def in_one_currency(money: ColumnElement[Any]) -> ColumnElement[Any]:
    """A group's sum of money; NULL where its rows are priced in several currencies, whose sum means nothing."""
    least, most = func.min(func.nullif(CostRow.currency, "")), func.max(CostRow.currency)
    return case((least != most, null()), else_=money)


def _line(group: tuple[str | int, ...], sums: tuple[Any, ...]) -> CostLine:
    nano, size, micro, currency, queries, provisional = sums
    money = None if micro is None else int(micro)
    return CostLine(group, int(nano), int(size), money, currency, int(queries), bool(provisional))


def sparklines(session: Session, keys: Sequence[str], window: Window) -> dict[str, dict[int, int]]:
    """For each asset key the nano-credits of each day (ms) that cost something, in one query."""
    lines: dict[str, dict[int, int]] = {key: {} for key in keys}
    for line in totals(session, "asset", window, ("value", "day"), among=keys):
        key, day_ms = line.group
        lines[str(key)][int(day_ms)] = line.nano_credits
    return lines


def balance(
    session: Session, connection: str | None = None, worst: int = 20, window: Window | None = None
) -> Balance:
    """Compare what was metered with what was attributed, cell by cell, as integers; all days but for `window`."""
    where = [] if connection is None else [CellRow.connection == connection]
    if window is not None:
        where += [CellRow.day_ms >= window.start_ms, CellRow.day_ms < window.end_ms]
        where += [] if connection else [CellRow.connection.in_(known_connections(CellRow))]
    off = CellRow.metered_nano != CellRow.attributed_nano
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((off, 1), else_=0)), 0),
            func.coalesce(func.sum(CellRow.metered_nano), 0),
            func.coalesce(func.sum(CellRow.attributed_nano), 0),
            func.coalesce(func.sum(case((CellRow.provisional, 1), else_=0)), 0),
        )
        .select_from(CellRow)
        .where(*where)
    ).one()
    gap = func.abs(CellRow.metered_nano - CellRow.attributed_nano)
    furthest = select(CellRow).where(off, *where).order_by(gap.desc(), CellRow.hour_ms, CellRow.resource)
    cells, off_cells, metered, attributed, provisional = map(int, row)
    rows = list(session.scalars(furthest.limit(worst))) if off_cells else []
    return Balance(cells, off_cells, metered, attributed, provisional, rows)


def days(session: Session, connection: str | None = None) -> tuple[int, int] | None:
    """The first and the last day (ms) that cost something; None before the first cycle."""
    span = select(func.min(CostRow.day_ms), func.max(CostRow.day_ms)).where(CostRow.dimension == "warehouse")
    if connection is not None:
        span = span.where(CostRow.connection == connection)
    first, last = session.execute(span).one()
    return None if first is None else (first, last)


def restate(session: Session, rows: Iterable[RestatementRow]) -> None:
    """Add to the list of days whose ledger changed after it had been told."""
    insert_rows(session, RestatementRow, [values(row) for row in rows])


def restatements(session: Session, connection: str | None = None, limit: int = 100) -> list[RestatementRow]:
    """The newest changes of days already told."""
    rows = select(RestatementRow).order_by(RestatementRow.known_at_ms.desc(), RestatementRow.id.desc())
    if connection is not None:
        rows = rows.where(RestatementRow.connection == connection)
    return list(session.scalars(rows.limit(limit)))
