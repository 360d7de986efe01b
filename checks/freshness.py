"""Freshness: an asset is refreshed as often, or by the hour, that its readers were promised."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, model_validator
from sqlglot import exp

from assay.model.checks import Cause, Outcome
from assay.model.time import from_ms, to_ms
from checks import history, sql
from checks.base import QueryConfig, result
from checks.calendar import WEEK, Weekday, Zone, counted_hours, last_due
from checks.scanning import one_row
from checks.words import hours

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene

FAR_BACK = timedelta(days=1)
"""How long before it is due a refresh may have come."""


class FreshnessConfig(QueryConfig):
    """How old the asset may be: by age, or by an hour of the day; exactly one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_age_h": 26}]})

    max_age_h: float | None = Field(default=None, gt=0, description="Hours since the last refresh")
    due_by: time | None = Field(default=None, description="Refreshed by this hour, e.g. 07:30")
    grace_min: float = Field(default=0, ge=0, description="Minutes of patience after that")
    weekdays: tuple[Weekday, ...] = Field(
        default=WEEK,
        min_length=1,
        description="The days that count: on others no age is added, nothing is due",
    )
    timezone: Zone = Field(default="UTC", description="Whose days and hours, e.g. Europe/Berlin")
    column: str = Field(
        default="",
        description="Ask the warehouse for this column's newest moment, instead of the collected ones",
    )

    @model_validator(mode="after")
    def _one_promise(self) -> Self:
        if (self.max_age_h is None) == (self.due_by is None):
            raise ValueError("give either max_age_h or due_by")
        if self.where and not self.column:
            raise ValueError("where needs a column to ask for")
        return self


class FreshnessCheck:
    """The asset was refreshed in time."""

    kind: ClassVar[str] = "freshness"
    title: ClassVar[str] = "Freshness"
    cause: ClassVar[Cause] = Cause.FRESHNESS
    config_class: ClassVar[type[FreshnessConfig]] = FreshnessConfig
    from_page: ClassVar[bool] = True

    def __init__(self, check: Check, config: FreshnessConfig) -> None:
        self.check = check
        self.config = config

    @property
    def needs_warehouse(self) -> bool:
        """Only to ask for a column."""
        return bool(self.config.column)

    def run(self, scene: Scene) -> CheckResult:
        """Find the last refresh and hold it against the promise."""
        refreshed, told = self._asked(scene) if self.config.column else self._collected(scene)
        if refreshed is None:
            nothing = "The column holds no moment." if self.config.column else "No refresh is known yet."
            return result(self.check, scene, Outcome.UNKNOWN, nothing, unit="hours", **told)
        if self.config.due_by is not None:
            return self._by_hour(scene, refreshed, self.config.due_by, told)
        return self._by_age(scene, refreshed, self.config.max_age_h or 0, told)

    def _by_age(self, scene: Scene, refreshed: datetime, most: float, told: dict[str, Any]) -> CheckResult:
        age = counted_hours(refreshed, self._moment(scene), self.config.weekdays, self.config.timezone)
        most += self.config.grace_min / 60
        counting = "" if len(set(self.config.weekdays)) == len(WEEK) else f" counted on {self._days()}"
        sentence = f"Last refreshed {hours(age)} ago{counting}, at most {hours(most)} are promised."
        return result(
            self.check, scene, age <= most, sentence,
            observed=age, high=most, unit="hours", refreshed_at=refreshed.isoformat(), **told,
        )  # fmt: skip

    def _by_hour(self, scene: Scene, refreshed: datetime, at: time, told: dict[str, Any]) -> CheckResult:
        patience = timedelta(minutes=self.config.grace_min)
        due = last_due(self._moment(scene) - patience, at, self.config.weekdays, self.config.timezone)
        is_fresh = refreshed > due - FAR_BACK
        late = 0.0 if is_fresh else (self._moment(scene) - due).total_seconds() / 3600
        when = due.astimezone(ZoneInfo(self.config.timezone))
        sentence = (
            f"Refreshed for {when:%a %H:%M}."
            if is_fresh
            else f"The refresh due {when:%a %d %b %H:%M} is {hours(late)} late."
        )
        return result(
            self.check, scene, is_fresh, sentence,
            observed=late, high=0, unit="hours", due_at=due.isoformat(), refreshed_at=refreshed.isoformat(), **told,
        )  # fmt: skip

    def _moment(self, scene: Scene) -> datetime:
        """The moment the last refresh is held against: a column is asked now, collected refreshes end earlier."""
        return scene.now if self.config.column else scene.as_of

    def _collected(self, scene: Scene) -> tuple[datetime | None, dict[str, Any]]:
        if scene.asset.id is None:
            return None, {}
        with scene.store.read() as session:
            found = history.last_refresh(session, scene.asset.id, to_ms(scene.as_of))
        return None if found is None else from_ms(found), {}

    def _asked(self, scene: Scene) -> tuple[datetime | None, dict[str, Any]]:
        warehouse = scene.asked()
        newest = exp.Max(this=sql.column(self.config.column, warehouse.dialect))
        asked = [("rows", sql.count()), ("newest", newest)]
        statement = sql.select(asked, warehouse, scene.asset.key, self.config.where)
        began = clock.monotonic()
        rows, moment = one_row(statement, warehouse, self.config.timeout_s)
        return _moment(moment, self.config.timezone), {
            "sql": sql.shape(statement, warehouse),
            "rows_scanned": int(rows),
            "query_ms": round((clock.monotonic() - began) * 1000),
        }

    def _days(self) -> str:
        return ", ".join(day.capitalize() for day in WEEK if day in self.config.weekdays)


def _moment(value: Any, zone: str) -> datetime | None:  # noqa: ANN401 - whatever the driver gives for a moment
    """A driver's moment in UTC: one without a zone is of the config's, a bare day is its midnight."""
    if value is None:
        return None
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), ZoneInfo(zone)).astimezone(UTC)
    raise sql.SqlError(
        f"The column's newest value is a {type(value).__name__}, no moment.",
        hint="Name a column of dates or timestamps.",
    )


def _read(text: str) -> datetime | str:
    """A text as the moment it tells, else the text itself."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
