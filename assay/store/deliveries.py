"""Figures of the delivery log for pages: how many messages fit, and how each channel fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select

from assay.store.outbox import DEAD, SENT, WAITING
from assay.store.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Tally:
    """A channel's messages: how many call somebody and were sent lately, wait, or were given up; when the last went.

    `error` is why one that waits was not taken, '' where all were.
    """

    called: int = 0
    waiting: int = 0
    dead: int = 0
    last_sent_ms: int | None = None
    error: str = ""


def count(session: Session, *, channel: str = "", state: str = "") -> int:
    """How many messages the log has, of a channel and a state where one is named."""
    rows = select(func.count()).select_from(OutboxRow)
    if channel:
        rows = rows.where(OutboxRow.channel == channel)
    if state:
        rows = rows.where(OutboxRow.state == state)
    return session.scalar(rows) or 0


def tallies(session: Session, calling: Collection[str], since_ms: int) -> dict[str, Tally]:
    """Every channel's tally by its name; `calling` are the transitions that call somebody, counted since then."""
    called = and_(
        OutboxRow.state == SENT,
        OutboxRow.transition.in_(sorted(map(str, calling))),
        OutboxRow.sent_ms >= since_ms,
    )
    sums = (
        func.sum(case((condition, 1), else_=0))
        for condition in (called, OutboxRow.state == WAITING, OutboxRow.state == DEAD)
    )
    error = func.max(case((OutboxRow.state == WAITING, OutboxRow.error), else_=""))
    rows = select(OutboxRow.channel, *sums, func.max(OutboxRow.sent_ms), error).group_by(OutboxRow.channel)
    return {name: Tally(*figures) for name, *figures in session.execute(rows)}
