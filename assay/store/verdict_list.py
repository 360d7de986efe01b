"""The list of verdicts for pages: found by words and facets, dead sets together in the order they can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from assay.errors import UsageError
from assay.model.decisions import Verdict
from assay.store.tables import AssetRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

_FACETS: dict[str, InstrumentedAttribute[str]] = {
    "verdict": VerdictRow.verdict,
    "confidence": VerdictRow.confidence,
    "owner": AssetRow.owner,
    "container": AssetRow.container,
}
FACETS = tuple(_FACETS)
"""What a list of verdicts may be narrowed by."""

DEAD = tuple(verdict.value for verdict in Verdict if verdict.is_dead)
"""What the list shows unless told otherwise."""

_SORTS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "cost": VerdictRow.nano_per_month,
    "last_read": func.coalesce(VerdictRow.last_read_ms, 0),
    "name": AssetRow.name,
    "owner": AssetRow.owner,
}
SORTS = tuple(_SORTS)
"""What a list may be sorted by; a leading '-' in `page` turns the order. Without any, dead sets stand together."""


@dataclass(frozen=True, slots=True)
class VerdictEntry:
    """A verdict in a list with its asset."""

    row: VerdictRow
    key: str
    name: str
    container: str
    platform: str
    kind: str
    owner: str


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """One page of a list, how many there are in all, and for each facet its values and how many each leaves."""

    lines: list[VerdictEntry]
    total: int
    counts: dict[str, dict[str, int]]


def page(  # noqa: PLR0913 - the parts of one question
    session: Session,
    text: str = "",
    facets: Mapping[str, Sequence[str]] | None = None,
    *,
    sort: str = "",
    limit: int = 50,
    offset: int = 0,
) -> VerdictPage:
    """The verdicts on assets whose key holds every word of `text` and which match each facet (any of its values).

    Without a verdict only what is dead. The dearest set stands first, each in the order it can go; or they are sorted
    by one of SORTS. UsageError names what is valid.
    """
    chosen = facets or {}
    matching = _conditions(text, chosen)
    ordered = _ordered(entries().where(*matching), sort)
    rows = session.execute(ordered.limit(limit).offset(offset))
    counts = {name: _count(session, name, text, chosen) for name in _FACETS}
    total = session.scalar(_joined(func.count()).where(*matching)) or 0
    return VerdictPage([VerdictEntry(*row) for row in rows], total, counts)


def _conditions(
    text: str, facets: Mapping[str, Sequence[str]], counting: str = ""
) -> list[ColumnElement[bool]]:
    """What a row must meet. While verdicts are counted, none is left out for not being asked for."""
    words = [func.lower(AssetRow.key).contains(word, autoescape=True) for word in text.lower().split()]
    chosen = [_facet(name, values) for name, values in facets.items() if values and name != counting]
    if not facets.get("verdict") and counting != "verdict":
        chosen.append(VerdictRow.verdict.in_(DEAD))
    return [*words, *chosen]


def _facet(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name not in _FACETS:
        raise UsageError(f"Verdicts have no facet {name!r}.", hint=f"Choose one of {', '.join(FACETS)}.")
    return _FACETS[name].in_(list(values))


def _count(session: Session, name: str, text: str, facets: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The values of a facet and how many verdicts each leaves under the *other* facets, the commonest first."""
    column, number = _FACETS[name], func.count()
    rows = _joined(column, number).where(*_conditions(text, facets, name)).group_by(column)
    return dict(session.execute(rows.order_by(number.desc(), column)).all())


def _ordered(rows: Select[Any], sort: str) -> Select[Any]:
    name = sort.removeprefix("-")
    if not sort:
        whole = select(VerdictRow.set_id, func.sum(VerdictRow.nano_per_month).label("nano"))
        of_set = whole.where(VerdictRow.set_id != "").group_by(VerdictRow.set_id).subquery()
        weight = func.coalesce(of_set.c.nano, VerdictRow.nano_per_month)
        joined = rows.outerjoin(of_set, of_set.c.set_id == VerdictRow.set_id)
        return joined.order_by(weight.desc(), VerdictRow.set_id, VerdictRow.place, AssetRow.key)
    if name not in _SORTS:
        raise UsageError(f"Verdicts cannot be sorted by {name!r}.", hint=f"Choose one of {', '.join(SORTS)}.")
    column = _SORTS[name]
    return rows.order_by(column.desc() if sort.startswith("-") else column.asc(), AssetRow.key)


def entries() -> Select[Any]:
    """Verdicts with what a list shows of their assets: the fields of a VerdictEntry."""
    asset = AssetRow
    shown = asset.key, asset.name, asset.container, asset.platform, asset.kind, asset.owner
    return _joined(VerdictRow, *shown)


def _joined(*columns: Any) -> Select[Any]:  # noqa: ANN401 - whatever can be selected
    return select(*columns).select_from(VerdictRow).join(AssetRow, AssetRow.id == VerdictRow.asset_id)
