"""Schema change: what is other than in the schema that was last accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, Field

from assay.model.checks import Cause, Outcome
from assay.store.schemas import accepted, as_dicts
from checks.base import DEFAULT_TIMEOUT_S, CheckConfig, result
from checks.columns import ColumnChange, actual, change, dialect_of

if TYPE_CHECKING:
    from assay.model.assets import Column
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


class SchemaChangeConfig(CheckConfig):
    """Which changes matter."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ignore_added": False}]})

    ignore_added: bool = Field(default=False, description="Whether a new column is no reason to fail")
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="Seconds the query may take")


class SchemaChangeCheck:
    """The columns are those last accepted, not those of the last look: a change stays told until it is accepted.

    The first sight passes, with ``metadata["accepts"]`` the columns that are accepted when the
    result is recorded.
    """

    kind: ClassVar[str] = "schema_change"
    title: ClassVar[str] = "Schema change"
    cause: ClassVar[Cause] = Cause.SCHEMA
    config_class: ClassVar[type[SchemaChangeConfig]] = SchemaChangeConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = False

    def __init__(self, check: Check, config: SchemaChangeConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Compare the columns there are with those last accepted."""
        columns = actual(scene, self.config.timeout_s)
        if not columns:
            nothing = "No source has told the columns of this asset yet."
            return result(self.check, scene, Outcome.UNKNOWN, nothing)
        before = _accepted(scene)
        if before is None:
            first = f"First sight of {len(columns)} columns: they are accepted."
            return result(
                self.check, scene, True, first, accepts=as_dicts(columns), columns=as_dicts(columns)
            )
        found = change(before, columns, dialect_of(scene))
        counting = ColumnChange((), found.removed, found.retyped) if self.config.ignore_added else found
        off = len(counting.added) + len(counting.removed) + len(counting.retyped)
        told = f"Since the accepted schema: {found.told()}." if found else "The accepted columns, unchanged."
        return result(
            self.check, scene, not counting, told,
            observed=off, high=0, unit="changed columns", columns=as_dicts(columns), **found.as_dict(),
        )  # fmt: skip


def _accepted(scene: Scene) -> tuple[Column, ...] | None:
    """The columns that were accepted; None before the first sight."""
    if scene.asset.id is None:
        return None
    with scene.store.read() as session:
        return accepted(session, scene.asset.id)
