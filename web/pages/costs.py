"""Costs: where did the money go, by day, warehouse, user, tag, asset or service?"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from assay.errors import UsageError
from assay.store import costs, summaries
from web import state
from web.figures import BILL, IDLE_KINDS, added, amount_of, spend_by_day, total
from web.format import Amount
from web.pages.base import asked, rendered
from web.restated import restated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.costs import CostLine
    from web.ask import Ask
    from web.charts import Chart
    from web.restated import Restated

blueprint = Blueprint("costs", __name__)
GROUPS = ("warehouse", "asset", "user", "tag", "service", "day")
LISTED = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets read both widths
_NOBODY = {
    "asset": "no asset",
    "warehouse": "no warehouse (serverless, storage)",
    "user": "no user",
    "tag": "no tag",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What one group cost, what of it was idle, and against the period before."""

    value: str
    label: str
    spent: Amount
    idle: Amount
    before: Amount
    queries: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What the page tells."""

    by: str
    spent: Amount
    idle: Amount
    unattributed: Amount
    rows: Sequence[Row]
    others: Amount | None
    """What those not listed cost together."""
    spend: Chart
    restatements: Sequence[Restated]
    restated_earlier: bool
    """Whether more changed before those listed."""


def query(session: Session, ask: Ask, by: str, listed: int | None = LISTED) -> Costs:
    """Read the roll-ups of the period; every grouping adds up to the same bill."""
    if by not in GROUPS:
        raise UsageError(f"Costs cannot be told by {by[:40]!r}.", hint=f"Choose one of {', '.join(GROUPS)}.")
    dimension, group = (by, "value") if by in _NOBODY else (BILL, by)
    among = [*summaries.dearest(session, ask.window, listed), ""] if by == "asset" and listed else None
    lines = costs.totals(session, dimension, ask.window, (group, "kind"), among=among)
    before = costs.totals(session, dimension, ask.before, (group,), among=among)
    rows = _shown(_rows(by, lines, {line.group[0]: amount_of(line) for line in before}), listed)
    kinds = costs.totals(session, BILL, ask.window, ("kind",))
    spent = total(kinds)
    changes, earlier = restated(session)
    others = spent.minus(added(row.spent for row in rows))
    return Costs(
        by=by,
        spent=spent,
        idle=total(line for line in kinds if line.group[0] in IDLE_KINDS),
        unattributed=total(costs.totals(session, "asset", ask.window, ("value",), among=[""])),
        rows=rows,
        others=others if others.nano or others.micro else None,
        spend=spend_by_day(session, ask),
        restatements=changes,
        restated_earlier=earlier,
    )


def _rows(by: str, lines: Sequence[CostLine], before: dict[str | int, Amount]) -> list[Row]:
    groups: dict[str | int, list[CostLine]] = {}
    for line in lines:
        groups.setdefault(line.group[0], []).append(line)
    rows = [
        Row(
            value=str(value),
            label=str(value) or _NOBODY.get(by, ""),
            spent=total(of_group),
            idle=total(line for line in of_group if line.group[1] in IDLE_KINDS),
            before=before.get(value, Amount(0)),
            queries=sum(line.queries for line in of_group),
        )
        for value, of_group in groups.items()
    ]
    if by == "day":
        return sorted(rows, key=lambda row: -int(row.value))
    return sorted(rows, key=lambda row: (row.value == "", -_weight(row), row.value))


def _shown(rows: Sequence[Row], listed: int | None) -> list[Row]:
    """The first rows, and nobody's row wherever it stands."""
    return [row for i, row in enumerate(rows) if listed is None or i < listed or not row.value]


def _weight(row: Row) -> int:
    return row.spent.micro if row.spent.micro is not None else row.spent.nano


@blueprint.get("/costs")
def page() -> str:
    """The page."""
    ask = asked()
    told = query(state.session(), ask, request.args.get("by", "warehouse"))
    return rendered("costs.html", ask=ask, told=told, groups=GROUPS)


@blueprint.get("/costs.csv")
def table() -> Response:
    """All rows of the page as CSV; a cell that a spreadsheet would take for a formula is kept as text."""
    ask = asked()
    told = query(state.session(), ask, request.args.get("by", "warehouse"), None)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([told.by, "nano_credits", "idle_nano_credits", "micro_currency", "currency", "queries"])
    for row in told.rows:
        writer.writerow(
            [
                _as_text(row.value),
                row.spent.nano,
                row.idle.nano,
                row.spent.micro,
                _as_text(row.spent.currency),
                row.queries,
            ]
        )
    headers = {"Content-Disposition": f"attachment; filename=costs-by-{told.by}.csv"}
    return Response(out.getvalue(), mimetype="text/csv", headers=headers)


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
