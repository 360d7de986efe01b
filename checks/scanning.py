"""One scan of an asset for all aggregates that are asked of it at once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checks import sql
from checks.base import CheckError
from checks.deadline import within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

    from assay.model.checks import CheckResult
    from assay.model.warehouses import Warehouse
    from checks.base import Aggregate, Scene

ROWS = "rows"


def run_one(check: Aggregate, scene: Scene) -> CheckResult:
    """Ask for one check's figures and judge them."""
    return run_together([check], scene)[0]


def run_together(checks: Sequence[Aggregate], scene: Scene) -> list[CheckResult]:
    """Ask for the figures of all checks in one SELECT, and judge each; they must have one `where` between them.

    Raises what the warehouse raises: then each is better run by itself.
    """
    asked: dict[str, exp.Expr] = {ROWS: sql.count()}
    for place, check in enumerate(checks):
        asked |= {f"{place}_{name}": figure for name, figure in check.figures(scene).items()}
    warehouse = scene.asked()
    statement = sql.select(asked.items(), warehouse, scene.asset.key, checks[0].config.where)
    began = time.monotonic()
    row = one_row(statement, warehouse, max(check.config.timeout_s for check in checks))
    told = {
        "sql": sql.shape(statement, warehouse),
        "query_ms": round((time.monotonic() - began) * 1000),
        "checks_in_scan": len(checks),
    }
    found = dict(zip(asked, row, strict=True))
    return [_judged(check, scene, _of(found, place), told) for place, check in enumerate(checks)]


def one_row(statement: exp.Expr, warehouse: Warehouse, timeout_s: float) -> tuple[Any, ...]:
    """The one row a statement of aggregates gives; CheckError when it gives none, or too late."""
    rows = within(timeout_s, warehouse, sql.written(statement, warehouse), 1)
    if not rows:
        raise CheckError(
            "The warehouse gave no row for a query of aggregates.",
            hint="Run `assay doctor`: the connection may not answer queries.",
        )
    return rows[0]


def _judged(
    check: Aggregate, scene: Scene, figures: Mapping[str, Any], told: Mapping[str, object]
) -> CheckResult:
    verdict = check.judge(scene, figures)
    scanned = {"rows_scanned": int(figures[ROWS] or 0)}
    return replace(verdict, metadata={**scanned, **verdict.metadata, **told})


def _of(found: Mapping[str, Any], place: int) -> dict[str, Any]:
    """One check's own figures, and the number of rows."""
    mine = f"{place}_"
    return {ROWS: found[ROWS]} | {
        name.removeprefix(mine): value for name, value in found.items() if name.startswith(mine)
    }
