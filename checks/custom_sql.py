"""Custom SQL: rows that should not be there, or a figure that must keep within bounds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator
from sqlglot import exp

from assay.model.checks import Cause, Outcome
from checks import sql
from checks.base import DEFAULT_TIMEOUT_S, CheckConfig, result
from checks.deadline import within
from checks.words import counted, figure, range_of

if TYPE_CHECKING:
    from typing import Any

    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


class CustomSqlConfig(CheckConfig):
    """A query of one's own. Without bounds each row it gives is a failure; with them it gives one figure."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sql": "SELECT * FROM this WHERE paid < 0"}]})

    sql: str = Field(
        min_length=1, description="One SELECT in the warehouse's SQL; the table `this` in it is the asset"
    )
    min: float | None = Field(default=None, description="The least the figure may be")
    max: float | None = Field(default=None, description="The most the figure may be")
    max_rows: int = Field(default=0, ge=0, description="Without bounds: how many rows are no failure yet")
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="Seconds the query may take")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        if self.is_figure and self.max_rows:
            raise ValueError(
                "max_rows is for a query of failing rows; with min or max the query gives a figure"
            )
        return self

    @property
    def is_figure(self) -> bool:
        """Whether the query gives a figure to hold against bounds."""
        return self.min is not None or self.max is not None


class CustomSqlCheck:
    """A query of one's own finds no failing row, or a figure within its bounds."""

    kind: ClassVar[str] = "custom_sql"
    title: ClassVar[str] = "Custom SQL"
    cause: ClassVar[Cause] = Cause.CUSTOM
    config_class: ClassVar[type[CustomSqlConfig]] = CustomSqlConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = True

    def __init__(self, check: Check, config: CustomSqlConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Ask the query, and judge its rows or its figure."""
        warehouse = scene.asked()
        asked: exp.Expr = sql.query(self.config.sql, warehouse, scene.asset.key)
        if not self.config.is_figure:
            asked = exp.select(sql.count()).from_(asked.subquery("failing"))  # type: ignore[attr-defined] # a Query is what sql.query gives
        began = time.monotonic()
        rows = within(self.config.timeout_s, warehouse, sql.written(asked, warehouse), 2)
        told = {
            "sql": sql.shape(asked, warehouse),
            "query_ms": round((time.monotonic() - began) * 1000),
        }
        return (
            self._of_figure(scene, rows, told) if self.config.is_figure else self._of_rows(scene, rows, told)
        )

    def _of_rows(self, scene: Scene, rows: list[tuple[Any, ...]], told: dict[str, Any]) -> CheckResult:
        failed = int(rows[0][0])
        sentence = f"The query finds {counted(failed, 'failing row') if failed else 'no failing row'}."
        return result(
            self.check, scene, failed <= self.config.max_rows, sentence,
            observed=failed, high=self.config.max_rows, unit="rows", rows_failed=failed, **told,
        )  # fmt: skip

    def _of_figure(self, scene: Scene, rows: list[tuple[Any, ...]], told: dict[str, Any]) -> CheckResult:
        if len(rows) != 1 or len(rows[0]) != 1:
            raise sql.SqlError(
                "The query of a figure gave no single value.", hint="Select one column of one row."
            )
        found = sql.number(rows[0][0])
        low, high = self.config.min, self.config.max
        if found is None:
            nothing = "The query gave NULL, which keeps within no bounds."
            return result(self.check, scene, Outcome.FAIL, nothing, low=low, high=high, **told)
        is_within = (low is None or found >= low) and (high is None or found <= high)
        expected = range_of(low, high)
        sentence = (
            f"The query gave {figure(found)}, within {expected}."
            if is_within
            else f"The query gave {figure(found)}, expected {expected}."
        )
        return result(self.check, scene, is_within, sentence, observed=found, low=low, high=high, **told)
