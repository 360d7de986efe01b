"""Relationships: every key that is referred to exists."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field
from sqlglot import exp

from assay.model.assets import AssetKey
from assay.model.checks import Cause
from checks import sql
from checks.base import CheckError, QueryConfig, result
from checks.scanning import one_row
from checks.words import counted, shown

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from assay.model.warehouses import Warehouse
    from checks.base import Scene


def _asset_key(text: str) -> str:
    return str(AssetKey.parse(text))


class RelationshipsConfig(QueryConfig):
    """Which column refers to which column of which asset."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"column": "customer_id", "to": "snowflake:acme:shop.marts.customers", "to_column": "id"}
            ]
        }
    )

    column: str = Field(min_length=1, description="The column that refers")
    to: Annotated[str, AfterValidator(_asset_key)] = Field(
        description="The asset referred to, platform:instance:db.schema.table"
    )
    to_column: str = Field(min_length=1, description="The column referred to")
    max_orphans: int = Field(default=0, ge=0, description="How many rows may refer to nothing")


class RelationshipsCheck:
    """Every value of a column, NULL aside, exists in a column of another asset of the same warehouse."""

    kind: ClassVar[str] = "relationships"
    title: ClassVar[str] = "Relationship"
    cause: ClassVar[Cause] = Cause.RELATIONSHIP
    config_class: ClassVar[type[RelationshipsConfig]] = RelationshipsConfig
    from_page: ClassVar[bool] = True
    needs_warehouse = True

    def __init__(self, check: Check, config: RelationshipsConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Count the rows that refer, and those of them that refer to nothing."""
        warehouse = scene.asked()
        statement = self._statement(scene, warehouse)
        began = time.monotonic()
        rows, orphans = map(int, one_row(statement, warehouse, self.config.timeout_s))
        return result(
            self.check,
            scene,
            orphans <= self.config.max_orphans,
            self._told(rows, orphans),
            observed=orphans,
            high=self.config.max_orphans,
            unit="rows",
            rows_scanned=rows,
            rows_failed=orphans,
            sql=sql.shape(statement, warehouse),
            query_ms=round((time.monotonic() - began) * 1000),
        )

    def _told(self, rows: int, orphans: int) -> str:
        to = f"{AssetKey.parse(self.config.to).name}.{self.config.to_column}"
        if orphans:
            name = shown(self.config.column)
            return f"{counted(orphans, 'row')} of {rows:,} have a {name} that {shown(to)} does not hold."
        return f"Every {shown(self.config.column)} exists in {shown(to)}."

    def _statement(self, scene: Scene, warehouse: Warehouse) -> exp.Expr:
        """Child left-joined to the distinct keys of its parent, so that no row is counted twice."""
        to = AssetKey.parse(self.config.to)
        here = scene.asset.key
        if (to.platform, to.instance) != (here.platform, here.instance):
            raise CheckError(
                f"{to} is not in the same warehouse as {here}.",
                hint="A relationship lies within one warehouse.",
            )
        child = exp.select(exp.alias_(sql.column(self.config.column, warehouse.dialect), "k"))
        child = child.from_(sql.table(warehouse, here))
        if self.config.where:
            child = child.where(sql.condition(self.config.where, warehouse.dialect))
        parent = exp.select(exp.alias_(sql.column(self.config.to_column, warehouse.dialect), "k")).distinct()
        parent = parent.from_(sql.table(warehouse, to))
        child_key, parent_key = exp.column("k", table="child"), exp.column("k", table="parent")
        return (
            exp.select(sql.count(), sql.count_where(parent_key.copy().is_(sql.literal(None))))
            .from_(child.subquery("child"))
            .join(
                parent.subquery("parent"), on=exp.EQ(this=child_key, expression=parent_key), join_type="left"
            )
            .where(child_key.copy().is_(sql.literal(None)).not_())
        )
