"""Lists of assets for pages: found by words and facets, sorted, with the figures of their summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from assay.errors import UsageError
from assay.store.tables import AssetRow, AssetSummaryRow, AssetTagRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

_FACETS: dict[str, InstrumentedAttribute[str]] = {
    "kind": AssetRow.kind,
    "owner": AssetRow.owner,
    "container": AssetRow.container,
    "platform": AssetRow.platform,
    "tag": AssetTagRow.tag,
}
_FIGURES = (
    AssetSummaryRow.nano_credits, AssetSummaryRow.before_nano_credits, AssetSummaryRow.micro_currency,
    AssetSummaryRow.currency, AssetSummaryRow.reads, AssetSummaryRow.last_read_ms, AssetSummaryRow.runs,
    AssetSummaryRow.failed_runs, AssetSummaryRow.last_run_ms, AssetSummaryRow.upstream,
    AssetSummaryRow.downstream,
)  # fmt: skip
_SORTS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "cost": func.coalesce(AssetSummaryRow.nano_credits, 0),
    "growth": func.coalesce(AssetSummaryRow.nano_credits - AssetSummaryRow.before_nano_credits, 0),
    "reads": func.coalesce(AssetSummaryRow.reads, 0),
    "last_read": func.coalesce(AssetSummaryRow.last_read_ms, 0),
    "last_run": func.coalesce(AssetSummaryRow.last_run_ms, 0),
    "failed_runs": func.coalesce(AssetSummaryRow.failed_runs, 0),
    "downstream": func.coalesce(AssetSummaryRow.downstream, 0),
    "name": AssetRow.name,
    "owner": AssetRow.owner,
    "kind": AssetRow.kind,
    "container": AssetRow.container,
}
SORTS = tuple(_SORTS)
"""What a list may be sorted by; a leading '-' in `search` turns the order."""
FACETS = tuple(_FACETS)
"""What a list may be narrowed by."""


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset in a list; the figures are of the 30 days its summary covers, zero before the first cycle."""

    id: int
    key: str
    name: str
    container: str
    platform: str
    kind: str
    owner: str
    tags: list[str]
    nano_credits: int
    before_nano_credits: int
    micro_currency: int | None
    currency: str
    reads: int
    last_read_ms: int | None
    runs: int
    failed_runs: int
    last_run_ms: int | None
    upstream: int
    downstream: int


@dataclass(frozen=True, slots=True)
class AssetPage:
    """One page of a list and how many there are in all."""

    lines: list[AssetLine]
    total: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A value a list can be narrowed to, and how many assets that would leave."""

    value: str
    count: int


def search(  # noqa: PLR0913 - the parts of one question
    session: Session,
    text: str = "",
    facets: Mapping[str, Sequence[str]] | None = None,
    *,
    sort: str = "-cost",
    limit: int = 50,
    offset: int = 0,
) -> AssetPage:
    """The assets whose key holds every word of `text` and which match each facet (any of its values).

    UsageError names the valid facets and sorts. Ties go by key, so pages do not overlap.
    """
    matching = _conditions(text, facets or {})
    total = session.scalar(select(func.count()).select_from(AssetRow).where(*matching)) or 0
    rows = session.execute(_lines().where(*matching).order_by(*_order(sort)).limit(limit).offset(offset))
    return AssetPage([_line(row) for row in rows], total)


def named(session: Session, text: str) -> list[str]:
    """The keys people may mean: the one of that text, else all whose path ends with it, in any case of letters."""
    if session.scalar(select(AssetRow.id).where(AssetRow.key == text)) is not None:
        return [text]
    ending = text.strip().lower()
    like = AssetRow.key.icontains(ending, autoescape=True)
    keys = session.scalars(select(AssetRow.key).where(like).order_by(AssetRow.key))
    return [key for key in keys if key.lower().endswith((f".{ending}", f":{ending}"))] if ending else []


def lines(session: Session, asset_ids: Sequence[int]) -> list[AssetLine]:
    """The lines of given assets, by key."""
    rows = session.execute(_lines().where(AssetRow.id.in_(asset_ids)).order_by(AssetRow.key))
    return [_line(row) for row in rows]


def facet_counts(
    session: Session, text: str = "", facets: Mapping[str, Sequence[str]] | None = None, limit: int = 20
) -> dict[str, list[Facet]]:
    """For each facet its commonest values and their counts, under the words and the *other* facets chosen."""
    chosen = facets or {}
    return {
        name: _count(session, name, _conditions(text, {k: v for k, v in chosen.items() if k != name}), limit)
        for name in _FACETS
    }


def _count(session: Session, name: str, matching: list[ColumnElement[bool]], limit: int) -> list[Facet]:
    column = _FACETS[name]
    counted = select(column, func.count()).select_from(AssetRow).where(*matching, column != "")
    if name == "tag":
        counted = counted.join(AssetTagRow, AssetTagRow.asset_id == AssetRow.id)
    rows = session.execute(counted.group_by(column).order_by(func.count().desc(), column).limit(limit))
    return [Facet(value, count) for value, count in rows]


def _conditions(text: str, facets: Mapping[str, Sequence[str]]) -> list[ColumnElement[bool]]:
    words = [func.lower(AssetRow.key).contains(word, autoescape=True) for word in text.lower().split()]
    return words + [_facet(name, values) for name, values in facets.items() if values]


def _facet(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name not in _FACETS:
        raise UsageError(f"Assets have no facet {name!r}.", hint=f"Choose one of {', '.join(FACETS)}.")
    chosen = _FACETS[name].in_([values] if isinstance(values, str) else list(values))
    return AssetRow.id.in_(select(AssetTagRow.asset_id).where(chosen)) if name == "tag" else chosen


def _order(sort: str) -> list[ColumnElement[Any]]:
    name = sort.removeprefix("-")
    if name not in _SORTS:
        raise UsageError(f"Assets cannot be sorted by {name!r}.", hint=f"Choose one of {', '.join(SORTS)}.")
    column = _SORTS[name]
    return [column.desc() if sort.startswith("-") else column.asc(), AssetRow.key.asc()]


def _lines() -> Select[Any]:
    return select(
        AssetRow.id, AssetRow.key, AssetRow.name, AssetRow.container, AssetRow.platform, AssetRow.kind,
        AssetRow.owner, AssetRow.tags, *_FIGURES,
    ).outerjoin(AssetSummaryRow, AssetSummaryRow.asset_id == AssetRow.id)  # fmt: skip


def _line(row: tuple[Any, ...]) -> AssetLine:
    row_id, key, name, container, platform, kind, owner, tags = row[:8]
    cost, before, micro, currency, reads, last_read, runs, failed, last_run, up, down = row[8:]
    return AssetLine(
        row_id, key, name, container, platform, kind, owner, tags,
        cost or 0, before or 0, micro, currency or "", reads or 0, last_read, runs or 0, failed or 0,
        last_run, up or 0, down or 0,
    )  # fmt: skip
