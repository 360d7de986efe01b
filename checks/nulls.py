"""Nulls: how large a share of a column may be, or must be, unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from assay.model.checks import Cause, Outcome
from checks import sql
from checks.base import QueryConfig, result
from checks.scanning import run_one
from checks.words import counted, names, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


class NullsConfig(QueryConfig):
    """Which columns, and the bounds of their share of NULLs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": ["customer_id"]}]})

    columns: tuple[str, ...] = Field(min_length=1, description="The columns looked at, each by itself")
    max_share: float = Field(default=0, ge=0, le=1, description="The largest share of NULLs, 0 to 1")
    min_share: float = Field(default=0, ge=0, le=1, description="The smallest share of NULLs, 0 to 1")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_share > self.max_share:
            raise ValueError("min_share is above max_share")
        return self


class NullsCheck:
    """The share of NULLs in each column keeps within its bounds."""

    kind: ClassVar[str] = "nulls"
    title: ClassVar[str] = "Share of NULLs"
    cause: ClassVar[Cause] = Cause.NULLS
    config_class: ClassVar[type[NullsConfig]] = NullsConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = True

    def __init__(self, check: Check, config: NullsConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Count the NULLs of each column."""
        return run_one(self, scene)

    def figures(self, scene: Scene) -> Mapping[str, exp.Expr]:
        """NULLs of each column."""
        dialect = scene.asked().dialect
        return {
            f"nulls_{place}": sql.count_where(sql.column(name, dialect).is_(sql.literal(None)))
            for place, name in enumerate(self.config.columns)
        }

    def judge(self, scene: Scene, figures: Mapping[str, Any]) -> CheckResult:
        """Every column's share within the bounds; nothing can be said of no rows."""
        rows = int(figures["rows"])
        if not rows:
            return result(self.check, scene, Outcome.UNKNOWN, "There are no rows to look at.", unit="share")
        nulls = {name: int(figures[f"nulls_{n}"]) for n, name in enumerate(self.config.columns)}
        low, high = self.config.min_share, self.config.max_share
        off = [name for name, count in nulls.items() if not low <= count / rows <= high]
        worst = max(off or nulls, key=lambda name: max(nulls[name] / rows - high, low - nulls[name] / rows))
        return result(
            self.check,
            scene,
            not off,
            _told(off, worst, nulls, rows),
            observed=nulls[worst] / rows,
            low=low or None,
            high=high,
            unit="share",
            rows_failed=max((nulls[name] for name in off), default=0),
            nulls=nulls,
        )


def _told(off: list[str], worst: str, nulls: Mapping[str, int], rows: int) -> str:
    if not off:
        return f"The share of NULLs in {names(list(nulls))} keeps within its bounds."
    others = f" (and {len(off) - 1} more off)" if len(off) > 1 else ""
    part = share(nulls[worst] / rows)
    return f"{names([worst])} is NULL in {part} of {counted(rows, 'row')}{others}."
