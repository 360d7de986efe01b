"""Overview: what did we pay, is the bill whole, and what needs a look?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint

from assay.store import collections, costs, search
from web import state
from web.figures import BILL, IDLE_KINDS, spend_by_day, total
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.collections import StreamStatus
    from assay.store.costs import Balance, CostLine
    from assay.store.search import AssetLine
    from web.ask import Ask
    from web.charts import Chart
    from web.format import Amount

blueprint = Blueprint("overview", __name__)
LIST = 8


@dataclass(frozen=True, slots=True)
class Idle:
    """A warehouse's bill, and what of it was time in which it ran nothing."""

    warehouse: str
    spent: Amount
    idle: Amount


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page tells."""

    spent: Amount
    before: Amount
    idle: Amount
    unattributed: Amount
    balance: Balance
    spend: Chart
    idle_by_warehouse: Sequence[Idle]
    dearest: Sequence[AssetLine]
    unread: Sequence[AssetLine]
    failing: Sequence[AssetLine]
    streams: Sequence[StreamStatus]


def query(session: Session, ask: Ask) -> Overview:
    """Read the roll-ups of the period."""
    kinds = costs.totals(session, BILL, ask.window, ("kind",))
    nobodys = costs.totals(session, "asset", ask.window, ("value",), among=[""])
    listed = search.search(session, sort="-cost", limit=200).lines
    return Overview(
        spent=total(kinds),
        before=total(costs.totals(session, BILL, ask.before, ("kind",))),
        idle=total(line for line in kinds if line.group[0] in IDLE_KINDS),
        unattributed=total(nobodys),
        balance=costs.balance(session, window=ask.window),
        spend=spend_by_day(session, ask),
        idle_by_warehouse=_idle(costs.totals(session, "warehouse", ask.window, ("value", "kind"))),
        dearest=listed[:LIST],
        unread=[line for line in listed if _unread(line)][:LIST],
        failing=search.search(session, sort="-failed_runs", limit=LIST).lines,
        streams=collections.latest(session),
    )


def _unread(line: AssetLine) -> bool:
    return line.nano_credits > 0 and not (line.reads or line.downstream)


def _idle(lines: Sequence[CostLine]) -> list[Idle]:
    by_warehouse: dict[str, list[CostLine]] = {}
    for line in lines:
        by_warehouse.setdefault(str(line.group[0]), []).append(line)
    rows = [
        Idle(name, total(of_name), total(line for line in of_name if line.group[1] in IDLE_KINDS))
        for name, of_name in by_warehouse.items()
        if name
    ]
    return sorted(rows, key=lambda row: -row.idle.nano)


@blueprint.get("/")
def page() -> str:
    """The page."""
    ask = asked()
    return rendered("overview.html", ask=ask, told=query(state.session(), ask))
