"""Accepted values: a column holds nothing but what it may hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from assay.model.checks import Cause
from checks import sql
from checks.base import QueryConfig, result
from checks.scanning import run_one
from checks.words import counted, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


def _plain(value: object) -> object:
    """A value as JSON can keep it: a decimal as a number, a day as its text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


class AcceptedValuesConfig(QueryConfig):
    """The column and what it may hold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"column": "state", "values": ["open", "paid"]}]}
    )

    column: str = Field(min_length=1, description="The column looked at")
    values: tuple[Annotated[bool | int | float | str, BeforeValidator(_plain)], ...] = Field(
        min_length=1, description="Texts, numbers or truth values"
    )
    nulls: bool = Field(default=True, description="Whether NULL is accepted, too")


class AcceptedValuesCheck:
    """A column holds nothing but what it may hold."""

    kind: ClassVar[str] = "accepted_values"
    title: ClassVar[str] = "Accepted values"
    cause: ClassVar[Cause] = Cause.VALUES
    config_class: ClassVar[type[AcceptedValuesConfig]] = AcceptedValuesConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = True

    def __init__(self, check: Check, config: AcceptedValuesConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Count the rows with another value."""
        return run_one(self, scene)

    def figures(self, scene: Scene) -> Mapping[str, exp.Expr]:
        """Rows with a value that is not accepted."""
        column = sql.column(self.config.column, scene.asked().dialect)
        known = column.copy().is_(sql.literal(None)).not_()
        other = column.copy().isin(*map(sql.literal, self.config.values)).not_()
        bad = known.and_(other)
        if not self.config.nulls:
            bad = bad.or_(column.is_(sql.literal(None)))
        return {"bad": sql.count_where(bad)}

    def judge(self, scene: Scene, figures: Mapping[str, Any]) -> CheckResult:
        """No row with another value."""
        bad, rows = int(figures["bad"]), int(figures["rows"])
        name = shown(self.config.column)
        told = (
            f"{counted(bad, 'row')} of {rows:,} hold a value of {name} that is not accepted."
            if bad
            else f"Every value of {name} is accepted."
        )
        return result(self.check, scene, not bad, told, observed=bad, high=0, unit="rows", rows_failed=bad)
