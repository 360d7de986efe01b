"""What an asset's page tells of its soundness: checks, open incidents, and its columns against those accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey
from assay.model.time import DAY_MS, Window, floor_day_ms
from assay.store import check_list, checks, triage
from assay.store.schemas import of_dicts
from assay.store.tables import AcceptedSchemaRow
from checks.columns import change, dialect_named
from web.charts import strip
from web.format import now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.checks import Latest
    from assay.store.tables import AssetRow, IncidentRow
    from checks.columns import ColumnChange

DAYS = 30
MOST_CHECKS = 40
"""How many checks the page of an asset lists, the worst first."""

_MARKS = {"fail": "fail", "error": "broken", "unknown": "unknown", "pass": "pass"}
"""How a day's worst outcome is drawn, the worst first."""

_ORDER = ("error", "fail", "unknown", "", "pass")


@dataclass(frozen=True, slots=True)
class Record:
    """What a check found in 30 days: how often it passed of how often it gave a verdict, and its days drawn."""

    passed: int
    looks: int
    beats: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Soundness:
    """What is known of an asset's soundness."""

    checks: Sequence[Latest]
    total: int
    records: Mapping[int, Record]
    incidents: Sequence[IncidentRow]
    accepted: AcceptedSchemaRow | None
    change: ColumnChange | None
    """How the columns differ from those accepted; None where they do not, or where either is not known."""

    @property
    def more(self) -> bool:
        """Whether there are more checks than are listed."""
        return self.total > len(self.checks)


def soundness(session: Session, asset: AssetRow) -> Soundness:
    """Read an asset's checks with their records, its open incidents and its accepted schema."""
    found = sorted(checks.latest(session, [asset.id]), key=lambda one: _ORDER.index(one.row.last_outcome))
    listed = found[:MOST_CHECKS]
    accepted = session.get(AcceptedSchemaRow, asset.id)
    return Soundness(
        checks=listed,
        total=len(found),
        records=records(session, [one.row.id for one in listed]),
        incidents=triage.on_assets(session, [asset.id]).get(asset.id, []),
        accepted=accepted,
        change=_change(asset, accepted),
    )


def records(session: Session, check_ids: Sequence[int]) -> dict[int, Record]:
    """The record of each check in the last 30 days; one without results there is absent."""
    days = last_days().start_ms
    starts = range(days, days + DAYS * DAY_MS, DAY_MS)
    return {
        check_id: _record([by_day.get(day_ms, {}) for day_ms in starts])
        for check_id, by_day in check_list.days(session, check_ids, last_days()).items()
    }


def last_days() -> Window:
    """The last 30 UTC days, today's included."""
    until_ms = floor_day_ms(now_ms()) + DAY_MS
    return Window(until_ms - DAYS * DAY_MS, until_ms)


def _record(days: Sequence[Mapping[str, int]]) -> Record:
    """A day is as bad as its worst result; UNKNOWN is no verdict, a check that could not be run is no pass."""
    passed = sum(day.get("pass", 0) for day in days)
    looks = passed + sum(day.get("fail", 0) + day.get("error", 0) for day in days)
    return Record(passed, looks, strip([_mark(day) for day in days]))


def _mark(day: Mapping[str, int]) -> str:
    return next((mark for outcome, mark in _MARKS.items() if day.get(outcome)), "")


def _change(asset: AssetRow, accepted: AcceptedSchemaRow | None) -> ColumnChange | None:
    if accepted is None or not asset.columns:
        return None
    dialect = dialect_named(AssetKey.parse(asset.key).platform)
    return change(of_dicts(accepted.columns), of_dicts(asset.columns), dialect) or None
