"""Overview: what did we pay, is the bill whole, and what needs a look?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint

from assay.model.assets import AssetKind
from assay.store import collections, costs, incidents, search
from web import state
from web.figures import BILL, IDLE_KINDS, spend_by_day, total
from web.format import now_ms
from web.pages import connections
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.collections import StreamStatus
    from assay.store.costs import Balance, CostLine
    from assay.store.incidents import IncidentLine
    from assay.store.search import AssetLine
    from web.ask import Ask
    from web.charts import Chart
    from web.format import Amount
    from web.pages.connections import Connection

blueprint = Blueprint("overview", __name__)
LIST = 8
INCIDENTS = 5
_NEVER_READ = {AssetKind.EXPOSURE, AssetKind.TEST, AssetKind.OTHER}
"""Dashboards, tests, pipes and procedures hold no rows to read."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A warehouse's bill, and what of it was time in which it ran nothing."""

    warehouse: str
    spent: Amount
    idle: Amount


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bill; `color` is a token of the style sheet."""

    name: str
    spent: Amount
    color: str


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
    dearest: Sequence[AssetLine]
    unread: Sequence[AssetLine]
    failing: Sequence[AssetLine]
    streams: Sequence[StreamStatus]
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
    listed = search.search(session, sort="-cost", limit=200).lines
    wanted = incidents.page(session, limit=INCIDENTS)
    return Overview(
        spent=total(kinds),
        before=total(costs.totals(session, BILL, ask.before, ("kind",))),
        idle=total(line for line in kinds if line.group[0] in IDLE_KINDS),
        unattributed=total(nobodys),
        parts=_parts(kinds, nobodys),
        balance=costs.balance(session, window=ask.window),
        spend=spend_by_day(session, ask),
        idle_by_warehouse=_idle(costs.totals(session, "warehouse", ask.window, ("value", "kind"))),
        dearest=listed[:LIST],
        unread=[line for line in listed if _unread(line)][:LIST],
        failing=search.search(session, sort="-failed_runs", limit=LIST).lines,
        streams=collections.latest(session),
        incidents=wanted.lines,
        troubles=wanted.total,
    )


def _parts(kinds: Sequence[CostLine], nobodys: Sequence[CostLine]) -> list[Part]:
    """Split the bill by whether an asset was built, and whether anything ran."""
    idle, work = _by_idleness(kinds)
    nobodys_idle, nobodys_work = _by_idleness(nobodys)
    return [
        Part("Building assets", work.minus(nobodys_work), "busy"),
        Part("Reading and the rest", nobodys_work, "cloud_services"),
        Part("Idle, kept on by builds", idle.minus(nobodys_idle), "no_query"),
        Part("Idle, kept on by others", nobodys_idle, "keeper_idle"),
    ]


def _by_idleness(kinds: Sequence[CostLine]) -> tuple[Amount, Amount]:
    idle = total(line for line in kinds if line.group[0] in IDLE_KINDS)
    return idle, total(kinds).minus(idle)


def _unread(line: AssetLine) -> bool:
    """Whether an asset that could be read is paid for, and nobody does."""
    return line.nano_credits > 0 and not (line.reads or line.downstream or line.kind in _NEVER_READ)


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
