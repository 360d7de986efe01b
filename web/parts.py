"""What the bill was paid for: building assets or not, running or idle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from assay.model.assets import AssetKind
from assay.store import costs
from assay.store.tables import AssetRow
from costs.mapping.relations import PLATFORM
from web.figures import BILL, IDLE_KINDS, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.time import Window
    from assay.store.costs import CostLine
    from web.format import Amount


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bill; `color` is a token of the style sheet."""

    name: str
    spent: Amount
    color: str


def parts(session: Session, window: Window) -> list[Part]:
    """Split the bill by whether a query built an asset, and whether anything ran; the four add up to it.

    A dashboard that a rule names is an asset of the bill, but its queries read: they build nothing.
    """
    idle, work = _by_idleness(costs.totals(session, BILL, window, ("kind",)))
    others = costs.totals(session, "asset", window, ("kind",), among=["", *_readers(session)])
    others_idle, others_work = _by_idleness(others)
    return [
        Part("Building assets", work.minus(others_work), "building"),
        Part("Idle, kept on by builds", idle.minus(others_idle), "building-idle"),
        Part("Reading and the rest", others_work, "reading"),
        Part("Idle, kept on by the rest", others_idle, "reading-idle"),
    ]


def _readers(session: Session) -> Sequence[str]:
    """The keys of what only reads: dashboards, and whatever stands outside the warehouse."""
    outside = or_(AssetRow.platform != PLATFORM, AssetRow.kind == AssetKind.EXPOSURE)
    return session.scalars(select(AssetRow.key).where(outside)).all()


def _by_idleness(kinds: Sequence[CostLine]) -> tuple[Amount, Amount]:
    idle = total(line for line in kinds if line.group[0] in IDLE_KINDS)
    return idle, total(kinds).minus(idle)
