"""The schema contract: an asset has the columns, of the types, that its readers were promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, Field

from assay.model.assets import Column
from assay.model.checks import Cause, Outcome
from assay.store.schemas import as_dicts
from checks.base import DEFAULT_TIMEOUT_S, CheckConfig, result
from checks.columns import ColumnChange, actual, change, dialect_of

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


class SchemaConfig(CheckConfig):
    """The columns that were promised."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"columns": {"id": "NUMBER(38,0)", "state": "VARCHAR"}}]}
    )

    columns: dict[str, str] = Field(
        min_length=1, description="Each column with its type in the warehouse's words; '' for any type"
    )
    allow_extra: bool = Field(default=True, description="Whether there may be other columns")
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="Seconds the query may take")


class SchemaCheck:
    """The asset has the columns that were promised, of those types."""

    kind: ClassVar[str] = "schema"
    title: ClassVar[str] = "Schema contract"
    cause: ClassVar[Cause] = Cause.SCHEMA
    config_class: ClassVar[type[SchemaConfig]] = SchemaConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = False

    def __init__(self, check: Check, config: SchemaConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Compare the columns there are with those promised."""
        columns = actual(scene, self.config.timeout_s)
        if not columns:
            nothing = "No source has told the columns of this asset yet."
            return result(self.check, scene, Outcome.UNKNOWN, nothing)
        promised = [Column(name, of_type) for name, of_type in self.config.columns.items()]
        found = change(promised, columns, dialect_of(scene))
        broken = found if not self.config.allow_extra else ColumnChange((), found.removed, found.retyped)
        sentence = (
            f"Not as promised: {broken.told()}."
            if broken
            else f"All {len(promised)} promised columns are there with their types."
        )
        off = len(broken.added) + len(broken.removed) + len(broken.retyped)
        return result(
            self.check, scene, not broken, sentence,
            observed=off, high=0, unit="changed columns", columns=as_dicts(columns), **broken.as_dict(),
        )  # fmt: skip
