"""How much of each account's queries was seen: the days, and whether the warehouse itself told who read what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.facts.streams import ACCESS, QUERY_HISTORY, TABLES
from assay.model.charges import Service
from assay.model.time import DAY_MS, floor_day_ms
from assay.store import collections
from assay.store.tables import AssetRow, CellRow, CollectionRow, DayStateRow, UsageRow
from costs.mapping.inputs import STEP
from costs.mapping.relations import PLATFORM
from costs.unused.evidence import YEAR_DAYS, History, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.store.collections import StreamStatus

DEPENDENCIES = "object_dependencies"
"""The stream that tells what views are made of."""

OBSERVED_LATE_MS = 3 * DAY_MS
"""So much earlier than the statements may what they read end; beyond, the warehouse has stopped telling it."""

_EVIDENCE = {QUERY_HISTORY.name, ACCESS.name, DEPENDENCIES, "grants_to_shares", "task_versions", ""}


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's history, the connections it is seen through, and when its tables were last listed."""

    history: History
    connections: tuple[str, ...]
    listed_ms: int | None


def histories_of(session: Session, window_days: int, now_ms: int) -> dict[Place, Seen]:
    """What was seen of each account that has a mapped day up to `now_ms`.

    A window ends with the last day seen, so that an old export is judged as of its end.
    """
    by_place: dict[Place, dict[str, list[int]]] = defaultdict(dict)
    for connection, days in _mapped_days(session, now_ms).items():
        by_place[Place(PLATFORM, _account(session, connection))][connection] = days
    return {place: _seen(session, told, window_days) for place, told in sorted(by_place.items())}


def _mapped_days(session: Session, now_ms: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    rows = session.execute(
        select(DayStateRow.connection, DayStateRow.day_ms)
        .where(DayStateRow.step == STEP, DayStateRow.day_ms <= now_ms)
        .order_by(DayStateRow.connection, DayStateRow.day_ms)
    )
    for connection, day_ms in rows:
        found[connection].append(day_ms)
    return found


def _account(session: Session, connection: str) -> str:
    """The account a connection reads, as its assets' keys name it; by default the connection's own name."""
    key = session.scalar(
        select(AssetRow.key)
        .join(UsageRow, UsageRow.asset_id == AssetRow.id)
        .where(UsageRow.connection == connection, AssetRow.platform == PLATFORM)
        .limit(1)
    )
    if key is not None:
        return key.split(":", 2)[1]
    account = session.scalar(select(CellRow.account).where(CellRow.connection == connection).limit(1))
    return account or connection.lower()


def _seen(session: Session, told: dict[str, list[int]], window_days: int) -> Seen:
    connections = tuple(sorted(told))
    days = {day for each in told.values() for day in each}
    days |= _quiet_days(session, connections, days)
    until_ms = floor_day_ms(max(days)) + DAY_MS
    lines = [line for name in connections for line in collections.latest(session, name)]
    known = {line.stream for line in lines if line.watermark_ms is not None}
    listed_ms = _listed_ms(session, connections)
    history = History(
        until_ms=until_ms,
        first_ms=min(days),
        days=_within(days, until_ms, window_days),
        year_days=_within(days, until_ms, YEAR_DAYS),
        observed=_is_observed(lines, until_ms),
        dependencies=DEPENDENCIES in known,
        inventory=listed_ms is not None,
        failing=tuple(
            sorted({line.stream for line in lines if line.status == "failed" and line.stream in _EVIDENCE})
        ),
    )
    return Seen(history, connections, listed_ms)


def _is_observed(lines: Iterable[StreamStatus], until_ms: int) -> bool:
    """Whether the warehouse tells what statements read, up to the last of them: an export may have told it once."""
    return any(
        line.stream == ACCESS.name
        and line.watermark_ms is not None
        and line.watermark_ms >= until_ms - OBSERVED_LATE_MS
        for line in lines
    )


def _within(days: set[int], until_ms: int, window_days: int) -> int:
    return sum(until_ms - window_days * DAY_MS <= day < until_ms for day in days)


def _quiet_days(session: Session, connections: Sequence[str], days: set[int]) -> set[int]:
    """The days between the first and the last on which no warehouse ran: there was nothing to read on them.

    Only days that lie within what the meters told count; without meters a day without queries is a day not seen.
    """
    gaps = set(range(min(days), max(days), DAY_MS)) - days
    if not gaps:
        return set()
    of_these = CellRow.connection.in_(connections)
    first, last = session.execute(
        select(func.min(CellRow.day_ms), func.max(CellRow.day_ms)).where(of_these)
    ).one()
    if first is None:
        return set()
    busy = set(
        session.scalars(
            select(CellRow.day_ms)
            .where(of_these, CellRow.service == Service.COMPUTE.value, CellRow.metered_nano > 0)
            .where(CellRow.day_ms >= min(gaps), CellRow.day_ms <= max(gaps))
            .distinct()
        )
    )
    return {day for day in gaps - busy if first <= day <= last}


def _listed_ms(session: Session, connections: Sequence[str]) -> int | None:
    """When the tables of the account were last told, all of them; None where no source tells them."""
    line = CollectionRow
    return session.scalar(
        select(func.max(line.started_ms)).where(
            line.connection.in_(connections), line.stream == TABLES.name, line.status == "ok", line.rows > 0
        )
    )
