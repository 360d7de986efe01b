"""Uniqueness: no two rows have the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field
from sqlglot import exp

from assay.model.checks import Cause
from checks import sql
from checks.base import QueryConfig, result
from checks.scanning import run_one
from checks.words import counted, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


class UniquenessConfig(QueryConfig):
    """Which columns are the key, together."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": ["order_id"]}]})

    columns: tuple[str, ...] = Field(min_length=1, description="The columns that together name a row")
    max_duplicates: int = Field(default=0, ge=0, description="How many rows too many are allowed")


class UniquenessCheck:
    """No two rows have the same key. A row with NULL in its key is no duplicate: `nulls` looks for those."""

    kind: ClassVar[str] = "uniqueness"
    title: ClassVar[str] = "Unique key"
    cause: ClassVar[Cause] = Cause.UNIQUENESS
    config_class: ClassVar[type[UniquenessConfig]] = UniquenessConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = True

    def __init__(self, check: Check, config: UniquenessConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Count keys and distinct keys."""
        return run_one(self, scene)

    def figures(self, scene: Scene) -> Mapping[str, exp.Expr]:
        """Rows with a whole key, and distinct keys among them."""
        dialect = scene.asked().dialect
        columns = [sql.column(name, dialect) for name in self.config.columns]
        whole = exp.and_(*(column.copy().is_(exp.null()).not_() for column in columns))
        return {"keys": sql.count_where(whole), "distinct": exp.Count(this=exp.Distinct(expressions=columns))}

    def judge(self, scene: Scene, figures: Mapping[str, Any]) -> CheckResult:
        """As many distinct keys as keys."""
        keys, distinct = int(figures["keys"]), int(figures["distinct"])
        duplicates = keys - distinct
        key = names(list(self.config.columns))
        told = (
            f"{counted(duplicates, 'row')} of {keys:,} repeat a key of {key}."
            if duplicates
            else f"All {counted(keys, 'key')} of {key} are distinct."
        )
        return result(
            self.check,
            scene,
            duplicates <= self.config.max_duplicates,
            told,
            observed=duplicates,
            high=self.config.max_duplicates,
            unit="rows",
            rows_failed=duplicates,
            rows_without_key=int(figures["rows"]) - keys,
        )
