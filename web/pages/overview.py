"""Overview: what did we pay, is the bill whole, and what needs a look?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint

from assay.store import budgets, collections, costs, incidents
from web import period, state
from web.figures import BILL, IDLE_KINDS, spend_by_day, total
from web.format import now_ms
from web.pages import connections
from web.pages.base import asked, rendered
from web.parts import parts
from web.reclaim import reclaim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.collections import StreamStatus
    from assay.store.costs import Balance, CostLine
    from assay.store.incidents import IncidentLine
    from web.ask import Ask
    from web.charts import Chart
    from web.format import Amount
    from web.pages.connections import Connection
    from web.parts import Part
    from web.period import Failing, Spender
    from web.reclaim import Reclaim

blueprint = Blueprint("overview", __name__)
LIST = 8
INCIDENTS = 5
_AMONG = 200
"""How many of the dearest are looked through for those nobody reads."""


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
    parts: Sequence[Part]
    """The bill in four parts that add up to it."""
    balance: Balance
    spend: Chart
    idle_by_warehouse: Sequence[Idle]
    dearest: Sequence[Spender]
    unread: Sequence[Spender] | None
    """None where no account tells who reads: what nobody was seen to read may be read all the same."""
    failing: Sequence[Failing] | None
    """None where no run of the period is known."""
    streams: Sequence[StreamStatus]
    reclaim: Reclaim
    """What could be saved a month, by the last cycle's word."""
    budgets: Mapping[str, int]
    """How many budgets are in each state in the newest month that is known."""
    incidents: Sequence[IncidentLine]
    """Those that want attention, what matters most first."""
    troubles: int

    @property
    def connections(self) -> list[Connection]:
        """The streams by their connection."""
        return connections.grouped(self.streams)


def query(session: Session, ask: Ask) -> Overview:
    """Read the roll-ups of the period."""
    kinds = costs.totals(session, BILL, ask.window, ("kind",))
    nobodys = costs.totals(session, "asset", ask.window, ("kind",), among=[""])
    listed = period.spenders(session, ask, _AMONG)
    wanted = incidents.page(session, limit=INCIDENTS)
    return Overview(
        spent=total(kinds),
        before=total(costs.totals(session, BILL, ask.before, ("kind",))),
        idle=total(line for line in kinds if line.group[0] in IDLE_KINDS),
        unattributed=total(nobodys),
        parts=parts(session, ask.window),
        balance=costs.balance(session, window=ask.window),
        spend=spend_by_day(session, ask),
        idle_by_warehouse=_idle(costs.totals(session, "warehouse", ask.window, ("value", "kind"))),
        dearest=listed[:LIST],
        unread=[one for one in listed if one.unread][:LIST] if period.knows_readers(session) else None,
        failing=period.failing(session, ask.window, LIST) if period.knows_runs(session, ask.window) else None,
        streams=collections.latest(session),
        reclaim=reclaim(session),
        budgets=budgets.states(session),
        incidents=wanted.lines,
        troubles=wanted.total,
    )


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
    return rendered("overview.html", ask=ask, told=query(state.session(), ask), now_ms=now_ms())
