"""Volume: how many rows there are, or were written, and how far that may go from the time before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from assay.model.checks import Cause, Outcome
from assay.model.runs import Metric
from assay.model.time import DAY_MS, HOUR_MS, from_ms, to_ms
from checks import history, sql
from checks.base import QueryConfig, result
from checks.scanning import one_row
from checks.staleness import LOOK_BACK_MS, oldest_ms
from checks.words import counted, figure, hours, range_of

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


_STALE_HINT = (
    "Is its source still read, and the asset still there? `assay doctor` tells; count = true counts now."
)


class VolumeConfig(QueryConfig):
    """Bounds on a number of rows, absolute and relative to the value before; at least one of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"min_rows": 1, "max_drop": 0.3}]})

    metric: Literal["row_count", "rows_written"] = Field(
        default="row_count", description="Rows in the asset, or rows written to it in the last 24 hours"
    )
    min_rows: int | None = Field(default=None, ge=0, description="The fewest rows")
    max_rows: int | None = Field(default=None, ge=0, description="The most rows")
    max_drop: float | None = Field(
        default=None, ge=0, le=1, description="Share of the value before that may be missing: 0.3 is 30 %"
    )
    max_growth: float | None = Field(
        default=None, ge=0, description="Share of the value before that may be more: 1 is twice as much"
    )
    count: bool = Field(
        default=False, description="Count the rows with a query instead of taking what was collected"
    )

    figure_max_age_h: float | None = Field(
        default=None,
        gt=0,
        description="How old a collected figure may be; left out: by the rhythm they come in",
    )

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if {self.min_rows, self.max_rows, self.max_drop, self.max_growth} == {None}:
            raise ValueError("give min_rows, max_rows, max_drop or max_growth")
        if self.min_rows is not None and self.max_rows is not None and self.min_rows > self.max_rows:
            raise ValueError("min_rows is above max_rows")
        if self.count and self.metric == "rows_written":
            raise ValueError("count counts the rows there are; it cannot tell rows_written")
        if self.where and not self.count:
            raise ValueError("where needs count = true: collected figures are of all rows")
        return self


class VolumeCheck:
    """The number of rows keeps within its bounds, and does not jump from the time before."""

    kind: ClassVar[str] = "volume"
    title: ClassVar[str] = "Volume"
    cause: ClassVar[Cause] = Cause.VOLUME
    config_class: ClassVar[type[VolumeConfig]] = VolumeConfig
    from_page: ClassVar[bool] = True

    def __init__(self, check: Check, config: VolumeConfig) -> None:
        self.check = check
        self.config = config

    @property
    def needs_warehouse(self) -> bool:
        """Only to count."""
        return self.config.count

    def run(self, scene: Scene) -> CheckResult:
        """Compare the newest number of rows with the bounds."""
        if self.config.count:
            rows, told = self._counted(scene)
            with scene.store.read() as session:
                before = history.last_observed(session, self.check.name)
            return self._judged(scene, rows, before, told)
        if scene.asset.id is None:
            return self._unknown(scene)
        if self.config.metric == "rows_written":
            return self._of_writes(scene, scene.asset.id)
        with scene.store.read() as session:
            found = history.newest_figures(session, scene.asset.id, Metric.ROW_COUNT, to_ms(scene.now))
        if not found:
            return self._unknown(scene)
        if old := self._too_old(scene, scene.asset.id, Metric.ROW_COUNT, found[0][0]):
            return old
        earlier = found[1][1] if len(found) > 1 else None
        return self._judged(scene, found[0][1], earlier, {"measured_ms": found[0][0]})

    def _of_writes(self, scene: Scene, asset_id: int) -> CheckResult:
        now_ms = to_ms(scene.as_of)
        with scene.store.read() as session:
            rows = history.written_in_day(session, asset_id, now_ms)
            before = history.written_in_day(session, asset_id, now_ms - DAY_MS)
            newest = history.newest_figures(session, asset_id, Metric.ROWS_WRITTEN, now_ms)
        if not newest:
            return self._unknown(scene)
        read_ms = newest[0][0] if rows is None and before is None else now_ms
        if old := self._too_old(scene, asset_id, Metric.ROWS_WRITTEN, read_ms):
            return old
        if rows is None and before is None:
            return self._unknown(scene)
        return self._judged(scene, rows or 0, before, {})

    def _counted(self, scene: Scene) -> tuple[int, dict[str, Any]]:
        warehouse = scene.asked()
        statement = sql.select([("rows", sql.count())], warehouse, scene.asset.key, self.config.where)
        rows = int(one_row(statement, warehouse, self.config.timeout_s)[0])
        return rows, {"sql": sql.shape(statement, warehouse), "rows_scanned": rows}

    def _judged(self, scene: Scene, rows: int, before: float | None, told: dict[str, Any]) -> CheckResult:
        low, high = self._bounds(before)
        is_within = (low is None or rows >= low) and (high is None or rows <= high)
        what = "rows" if self.config.metric == "row_count" else "rows written in 24 hours"
        since = f", {figure(before)} before" if before is not None else ""
        sentence = (
            f"{figure(rows)} {what} keep within {range_of(low, high)}{since}."
            if is_within
            else f"{figure(rows)} {what}, expected {range_of(low, high)}{since}."
        )
        if low is None and high is None:
            sentence = f"{counted(rows, 'row')} for a first sight: there is nothing to compare with yet."
        return result(
            self.check, scene, is_within, sentence,
            observed=rows, expected=before, low=low, high=high, unit="rows", **told,
        )  # fmt: skip

    def _bounds(self, before: float | None) -> tuple[float | None, float | None]:
        """The narrower of the absolute and the relative bound, below and above."""
        lows: list[float] = [] if self.config.min_rows is None else [self.config.min_rows]
        highs: list[float] = [] if self.config.max_rows is None else [self.config.max_rows]
        if before is not None and self.config.max_drop is not None:
            lows.append(before * (1 - self.config.max_drop))
        if before is not None and self.config.max_growth is not None:
            highs.append(before * (1 + self.config.max_growth))
        return max(lows, default=None), min(highs, default=None)

    def _too_old(self, scene: Scene, asset_id: int, metric: Metric, newest_ms: int) -> CheckResult | None:
        """An ERROR where what was told last is too old to say how things stand; None where it is not."""
        age_ms = to_ms(scene.now) - newest_ms
        since_ms = newest_ms - LOOK_BACK_MS
        with scene.store.read() as session:
            told = [at_ms for at_ms, _ in history.figures(session, asset_id, metric, since_ms, newest_ms)]
        if age_ms <= oldest_ms(told, self.config.figure_max_age_h):
            return None
        sentence = (
            f"No figure since {from_ms(newest_ms):%Y-%m-%d %H:%M} UTC: the {self.config.metric} told last is "
            f"{hours(age_ms / HOUR_MS)} old."
        )
        return result(
            self.check, scene, Outcome.ERROR, sentence, unit="rows", measured_ms=newest_ms, next_step=_STALE_HINT,
        )  # fmt: skip

    def _unknown(self, scene: Scene) -> CheckResult:
        sentence = (
            f"No source has told the {self.config.metric} of this asset of late; count = true asks for it."
        )
        return result(self.check, scene, Outcome.UNKNOWN, sentence, unit="rows")
