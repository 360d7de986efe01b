"""The list of checks for pages: found by words and facets, with what each found by day, and what no check watches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, exists, func, select

from assay.errors import UsageError
from assay.model.assets import AssetKind
from assay.model.checks import CheckSource
from assay.model.time import DAY_MS
from assay.store.bulk import chunked
from assay.store.tables import AssetRow, AssetSummaryRow, CheckResultRow, CheckRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from assay.model.time import Window

_FACETS: dict[str, InstrumentedAttribute[str]] = {
    "outcome": CheckRow.last_outcome,
    "source": CheckRow.source,
    "kind": CheckRow.kind,
    "severity": CheckRow.severity,
}
FACETS = tuple(_FACETS)
"""What a list of checks may be narrowed by."""

NEVER = "never"
"""How the outcome of a check that has not run yet is asked for."""

_ROWLESS = (AssetKind.EXPOSURE.value, AssetKind.TEST.value, AssetKind.OTHER.value)
"""Dashboards, tests, pipes and procedures hold no rows to check."""

_WORST_FIRST = case({"error": 0, "fail": 1, "unknown": 2, "": 3, "pass": 4}, value=CheckRow.last_outcome)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check in a list, with its asset."""

    row: CheckRow
    asset: str
    asset_name: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    """One page of a list, how many there are in all, and for each facet its values and how many each leaves."""

    lines: list[CheckLine]
    total: int
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many assets that hold rows there are, how many have a check somebody declared, and a detector."""

    assets: int
    checked: int
    detected: int


@dataclass(frozen=True, slots=True)
class Unwatched:
    """An asset without any declared check, and who reads it."""

    key: str
    name: str
    container: str
    kind: str
    owner: str
    reads: int
    downstream: int


def page(
    session: Session,
    text: str = "",
    facets: Mapping[str, Sequence[str]] | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
) -> CheckPage:
    """The declared checks whose name or asset's key holds every word and which match each facet, the worst first.

    UsageError names the valid facets.
    """
    chosen = facets or {}
    matching = [*_words(text), *(_facet(name, values) for name, values in chosen.items() if values)]
    rows = _joined(CheckRow, AssetRow.key, AssetRow.name).where(*matching)
    ordered = rows.order_by(_WORST_FIRST, AssetRow.key, CheckRow.name).limit(limit).offset(offset)
    lines = [CheckLine(*row) for row in session.execute(ordered)]
    groups = _groups(session, text)
    counts = {name: _count(groups, name, chosen) for name in _FACETS}
    return CheckPage(lines, sum(count for *_, count in _left(groups, chosen)), counts)


def _groups(session: Session, text: str) -> list[tuple[Any, ...]]:
    """The values of all facets that occur together under the words, and how many checks have them: one scan."""
    columns = list(_FACETS.values())
    rows = _joined(*columns, func.count()) if text else select(*columns, func.count()).select_from(CheckRow)
    grouped = rows.where(*_words(text)).group_by(*columns)
    return [(outcome or NEVER, *rest) for outcome, *rest in session.execute(grouped)]


def _left(
    groups: Sequence[tuple[Any, ...]], chosen: Mapping[str, Sequence[str]], but: str = ""
) -> list[tuple[Any, ...]]:
    """The groups that match every facet chosen, but for one."""
    wanted = [(place, chosen[name]) for place, name in enumerate(_FACETS) if chosen.get(name) and name != but]
    return [group for group in groups if all(group[place] in values for place, values in wanted)]


def _count(
    groups: Sequence[tuple[Any, ...]], name: str, chosen: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """The values of a facet and how many checks each leaves under the *other* facets, the commonest first."""
    place = FACETS.index(name)
    found: dict[str, int] = defaultdict(int)
    for group in _left(groups, chosen, name):
        found[group[place]] += group[-1]
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def days(session: Session, check_ids: Sequence[int], window: Window) -> dict[int, dict[int, dict[str, int]]]:
    """For each check and UTC day (its first ms) how often it had each outcome; days without results are absent."""
    found: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    day = CheckResultRow.at_ms - CheckResultRow.at_ms % DAY_MS
    for chunk in chunked(check_ids):
        rows = select(CheckResultRow.check_id, day, CheckResultRow.outcome, func.count()).where(
            CheckResultRow.check_id.in_(chunk),
            CheckResultRow.at_ms >= window.start_ms,
            CheckResultRow.at_ms < window.end_ms,
        )
        grouped = rows.group_by(CheckResultRow.check_id, day, CheckResultRow.outcome)
        for check_id, day_ms, outcome, times in session.execute(grouped):
            found[check_id][day_ms][outcome] = times
    return found


def coverage(session: Session) -> Coverage:
    """How many assets are checked: by a check of any source but the detector, and by the detector."""
    by_detector = CheckRow.source == CheckSource.DETECTOR.value
    sums = (
        func.count(),
        *(func.sum(case((_has(is_it), 1), else_=0)) for is_it in (~by_detector, by_detector)),
    )
    assets, checked, detected = session.execute(select(*sums).where(_holds_rows())).one()
    return Coverage(assets, checked or 0, detected or 0)


def unwatched(session: Session, limit: int = 10) -> list[Unwatched]:
    """The assets that hold rows and have no declared check, the most read first."""
    reads, downstream = (
        func.coalesce(column, 0) for column in (AssetSummaryRow.reads, AssetSummaryRow.downstream)
    )
    asset = (AssetRow.key, AssetRow.name, AssetRow.container, AssetRow.kind, AssetRow.owner)
    rows = (
        select(*asset, reads, downstream)
        .outerjoin(AssetSummaryRow, AssetSummaryRow.asset_id == AssetRow.id)
        .where(_holds_rows(), ~_has(CheckRow.source != CheckSource.DETECTOR.value))
        .order_by(reads.desc(), downstream.desc(), AssetRow.key)
    )
    return [Unwatched(*row) for row in session.execute(rows.limit(limit))]


def _holds_rows() -> ColumnElement[bool]:
    return AssetRow.kind.not_in(_ROWLESS)


def _has(is_it: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the asset has a declared check that is it."""
    return exists().where(CheckRow.asset_id == AssetRow.id, CheckRow.removed_ms.is_(None), is_it)


def _joined(*columns: Any) -> Select[Any]:  # noqa: ANN401 - whatever can be selected
    return select(*columns).select_from(CheckRow).join(AssetRow, AssetRow.id == CheckRow.asset_id)


def _words(text: str) -> list[ColumnElement[bool]]:
    named = func.lower(AssetRow.key + " " + CheckRow.name)
    words = [named.contains(word, autoescape=True) for word in text.lower().split()]
    return [CheckRow.removed_ms.is_(None), *words]


def _facet(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    if name not in _FACETS:
        raise UsageError(f"Checks have no facet {name!r}.", hint=f"Choose one of {', '.join(FACETS)}.")
    return _FACETS[name].in_(["" if value == NEVER else value for value in values])
