"""Incidents, their timelines, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from assay.errors import UsageError
from assay.model.incidents import IncidentState
from assay.store.bulk import chunked
from assay.store.keys import is_id
from assay.store.tables import AssetRow, CheckResultRow, CheckRow, IncidentEventRow, IncidentRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

_FACETS: dict[str, InstrumentedAttribute[str]] = {
    "state": IncidentRow.state,
    "severity": IncidentRow.severity,
    "impact": IncidentRow.impact,
    "cause": IncidentRow.cause,
    "owner": IncidentRow.owner,
}
FACETS = tuple(_FACETS)
"""What a list of incidents may be narrowed by."""
TOLD = (IncidentState.OPEN.value, IncidentState.ACKNOWLEDGED.value)
"""The states of incidents that want attention: what the list shows unless told otherwise."""


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in a list, with its asset and how many others it is the root of."""

    row: IncidentRow
    asset: str
    asset_name: str
    grouped: int


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One page of a list and how many there are in all."""

    lines: list[IncidentLine]
    total: int


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A result that belongs to an incident, with the name of its check."""

    check: str
    result: CheckResultRow


def live_key(asset_id: int, cause: str) -> str:
    """The key of a live incident: an asset has at most one of a cause."""
    return f"{asset_id}:{cause}"


def live(session: Session, keys: Iterable[str]) -> dict[str, IncidentRow]:
    """The live incidents of these keys."""
    found: dict[str, IncidentRow] = {}
    for chunk in chunked(keys):
        rows = session.scalars(select(IncidentRow).where(IncidentRow.live_key.in_(chunk)))
        found |= {str(row.live_key): row for row in rows}
    return found


def resolved_since(session: Session, asset_ids: Collection[int], since_ms: int) -> dict[str, IncidentRow]:
    """The last incident of each asset and cause that was resolved at or after that moment, by its former key."""
    found: dict[str, IncidentRow] = {}
    for chunk in chunked(sorted(asset_ids)):
        rows = select(IncidentRow).where(
            IncidentRow.asset_id.in_(chunk),
            IncidentRow.live_key.is_(None),
            IncidentRow.resolved_ms >= since_ms,
        )
        for row in session.scalars(rows.order_by(IncidentRow.resolved_ms, IncidentRow.id)):
            found[live_key(row.asset_id, row.cause)] = row
    return found


def all_live(session: Session) -> list[IncidentRow]:
    """Every live incident, pending ones too, by id."""
    rows = select(IncidentRow).where(IncidentRow.live_key.is_not(None)).order_by(IncidentRow.id)
    return list(session.scalars(rows))


def woken(session: Session, now_ms: int) -> list[IncidentRow]:
    """The incidents whose snooze is over, by id."""
    rows = select(IncidentRow).where(IncidentRow.snoozed_until_ms <= now_ms).order_by(IncidentRow.id)
    return list(session.scalars(rows))


def one(session: Session, incident_id: int) -> IncidentLine | None:
    """The incident of that id with its asset, or None."""
    if not is_id(incident_id):
        return None
    row = session.execute(_lines().where(IncidentRow.id == incident_id)).one_or_none()
    return None if row is None else IncidentLine(*row)


def timeline(session: Session, incident_id: int) -> list[IncidentEventRow]:
    """What happened to an incident, oldest first."""
    rows = select(IncidentEventRow).where(IncidentEventRow.incident_id == incident_id)
    return list(session.scalars(rows.order_by(IncidentEventRow.at_ms, IncidentEventRow.id)))


def findings(session: Session, incident_id: int, limit: int = 100) -> list[CheckFinding]:
    """The bad results of an incident, newest first."""
    rows = (
        select(CheckRow.name, CheckResultRow)
        .join(CheckRow, CheckRow.id == CheckResultRow.check_id)
        .where(CheckResultRow.incident_id == incident_id)
        .order_by(CheckResultRow.at_ms.desc(), CheckRow.name)
    )
    return [CheckFinding(name, result) for name, result in session.execute(rows.limit(limit))]


def grouped_under(session: Session, root_id: int) -> list[IncidentLine]:
    """The live incidents whose root that one is, by id."""
    rows = _lines().where(IncidentRow.root_id == root_id, IncidentRow.live_key.is_not(None))
    return [IncidentLine(*row) for row in session.execute(rows.order_by(IncidentRow.id))]


def page(  # noqa: PLR0913 - the parts of one question
    session: Session,
    text: str = "",
    facets: Mapping[str, Sequence[str]] | None = None,
    *,
    sort: str = "",
    roots_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> IncidentPage:
    """The incidents whose asset's key holds every word of `text` and which match each facet (any of its values).

    Without a state only those that want attention. What matters most stands first: state, impact, severity, then
    the newest; or they are sorted by one of SORTS, a leading '-' turns the order. `roots_only` leaves out those told
    within another. UsageError names what is valid.
    """
    matching = _conditions(text, facets or {})
    if roots_only:
        matching.append(IncidentRow.root_id.is_(None))
    counted = (
        select(func.count()).select_from(IncidentRow).join(AssetRow, AssetRow.id == IncidentRow.asset_id)
    )
    total = session.scalar(counted.where(*matching)) or 0
    ordered = _lines().where(*matching).order_by(*_order(sort))
    rows = session.execute(ordered.limit(limit).offset(offset))
    return IncidentPage([IncidentLine(*row) for row in rows], total)


def counts(
    session: Session, text: str = "", facets: Mapping[str, Sequence[str]] | None = None
) -> dict[str, dict[str, int]]:
    """For each facet its values and how many incidents each leaves, under the words and the *other* facets."""
    chosen = facets or {}
    return {
        name: _count(session, name, _conditions(text, {k: v for k, v in chosen.items() if k != name}, name))
        for name in _FACETS
    }


def _count(session: Session, name: str, matching: list[ColumnElement[bool]]) -> dict[str, int]:
    column = _FACETS[name]
    rows = (
        select(column, func.count())
        .select_from(IncidentRow)
        .join(AssetRow, AssetRow.id == IncidentRow.asset_id)
        .where(*matching)
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return dict(session.execute(rows).all())


def _conditions(
    text: str, facets: Mapping[str, Sequence[str]], counting: str = ""
) -> list[ColumnElement[bool]]:
    """What a row must meet. While states are counted, none is left out for not being asked for."""
    words = [func.lower(AssetRow.key).contains(word, autoescape=True) for word in text.lower().split()]
    chosen = [_facet(name, values) for name, values in facets.items() if values]
    if not facets.get("state") and counting != "state":
        chosen.append(IncidentRow.state.in_(TOLD))
    return [*words, *chosen]


def _facet(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name not in _FACETS:
        raise UsageError(f"Incidents have no facet {name!r}.", hint=f"Choose one of {', '.join(FACETS)}.")
    return _FACETS[name].in_([values] if isinstance(values, str) else list(values))


def _rank(column: InstrumentedAttribute[str], values: Sequence[str]) -> ColumnElement[int]:
    return case({value: place for place, value in enumerate(values)}, value=column, else_=len(values))


_ORDER = (
    _rank(IncidentRow.state, ("open", "acknowledged", "pending")),
    _rank(IncidentRow.impact, ("high", "medium", "low")),
    _rank(IncidentRow.severity, ("error", "warn")),
    IncidentRow.opened_ms.desc(),
    IncidentRow.id.desc(),
)


_SORTS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "asset": AssetRow.name,
    "impact": -_rank(IncidentRow.impact, ("high", "medium", "low")),
    "owner": IncidentRow.owner,
    "severity": -_rank(IncidentRow.severity, ("error", "warn")),
    "since": IncidentRow.opened_ms,
}
SORTS = tuple(_SORTS)
"""What a list of incidents may be sorted by; a leading '-' in `page` turns the order."""


def _order(sort: str) -> Sequence[ColumnElement[Any]]:
    name = sort.removeprefix("-")
    if not sort:
        return _ORDER
    if name not in _SORTS:
        raise UsageError(
            f"Incidents cannot be sorted by {name!r}.", hint=f"Choose one of {', '.join(SORTS)}."
        )
    column = _SORTS[name]
    return [column.desc() if sort.startswith("-") else column.asc(), IncidentRow.id.desc()]


def _lines() -> Select[Any]:
    other = aliased(IncidentRow)
    grouped = (
        select(func.count())
        .where(other.root_id == IncidentRow.id, other.live_key.is_not(None))
        .correlate(IncidentRow)
        .scalar_subquery()
    )
    return select(IncidentRow, AssetRow.key, AssetRow.name, grouped).join(
        AssetRow, AssetRow.id == IncidentRow.asset_id
    )
