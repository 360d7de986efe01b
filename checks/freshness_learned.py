"""Learned freshness: an asset that is refreshed later than it ever was at this time of its week."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, Field

from assay.model.checks import Cause, Outcome
from assay.model.time import DAY_MS, HOUR_MS, from_ms, to_ms
from checks import history
from checks.base import CheckConfig, result
from checks.gaps import bound_of, gaps_of
from checks.words import counted, hours

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene
    from checks.gaps import Bound


class FreshnessLearnedConfig(CheckConfig):
    """How much history is asked, and how far beyond it is too far."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"history_days": 60}]})

    history_days: int = Field(default=60, ge=7, le=400, description="How far back gaps are learned from")
    quantile: float = Field(default=0.99, gt=0.5, le=1, description="The share of gaps that are no longer")
    buffer: float = Field(default=0.25, ge=0, description="Share added to that gap")
    min_gaps: int = Field(default=8, ge=3, description="Fewer gaps than these say nothing")


class FreshnessLearnedCheck:
    """The gap since the last refresh is no longer than the asset's own gaps let expect."""

    kind: ClassVar[str] = "freshness_learned"
    title: ClassVar[str] = "Freshness, learned"
    cause: ClassVar[Cause] = Cause.FRESHNESS
    config_class: ClassVar[type[FreshnessLearnedConfig]] = FreshnessLearnedConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = False

    def __init__(self, check: Check, config: FreshnessLearnedConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Hold the open gap against those before it."""
        moments = self._refreshes(scene)
        gaps = gaps_of(moments)
        bound = bound_of(gaps, moments[-1], self.config.quantile, self.config.buffer) if gaps else None
        if bound is None or len(gaps) < self.config.min_gaps:
            few = f"{counted(len(gaps), 'gap')} between refreshes are too few to learn from."
            return result(self.check, scene, Outcome.UNKNOWN, few, unit="hours", gaps=len(gaps))
        return self._judged(scene, moments[-1], bound)

    def _refreshes(self, scene: Scene) -> list[int]:
        """The refreshes up to the last one, as far back as is learned from; the last may be long ago."""
        if scene.asset.id is None:
            return []
        with scene.store.read() as session:
            last_ms = history.last_refresh(session, scene.asset.id, to_ms(scene.as_of))
            if last_ms is None:
                return []
            since_ms = last_ms - self.config.history_days * DAY_MS
            return history.refreshes(session, scene.asset.id, since_ms, to_ms(scene.as_of))

    def _judged(self, scene: Scene, last_ms: int, bound: Bound) -> CheckResult:
        age_ms = to_ms(scene.as_of) - last_ms
        usual = f"{hours(bound.typical_ms / HOUR_MS)} are usual, {hours(bound.hours)} the most to expect"
        return result(
            self.check,
            scene,
            age_ms <= bound.limit_ms,
            f"Last refreshed {hours(age_ms / HOUR_MS)} ago; {usual}.",
            observed=age_ms / HOUR_MS,
            expected=bound.typical_ms / HOUR_MS,
            high=bound.hours,
            unit="hours",
            refreshed_at=from_ms(last_ms).isoformat(),
            gaps=bound.gaps,
            gaps_like=bound.like,
            quantile=self.config.quantile,
            buffer=self.config.buffer,
        )
