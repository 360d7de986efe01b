"""Silences: what is not told until a moment, by whose word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from assay.store.keys import is_id
from assay.store.outbox import MUTED
from assay.store.tables import OutboxRow, SilenceRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session


def add(  # noqa: PLR0913, PLR0917 - the parts of a silence
    session: Session,
    matcher: Mapping[str, str],
    until_ms: int,
    now_ms: int,
    author: str = "",
    reason: str = "",
) -> int:
    """Keep a silence: globs by the name of what they match; gives its id."""
    row = SilenceRow(
        matcher=dict(matcher), until_ms=until_ms, author=author, reason=reason, created_ms=now_ms
    )
    session.add(row)
    session.flush()
    return row.id


def live(session: Session, now_ms: int) -> Sequence[SilenceRow]:
    """Those that hold now, the one that lasts longest first."""
    rows = select(SilenceRow).where(SilenceRow.until_ms > now_ms, SilenceRow.ended_ms.is_(None))
    return session.scalars(rows.order_by(SilenceRow.until_ms.desc(), SilenceRow.id)).all()


def recent(session: Session, limit: int = 50) -> Sequence[SilenceRow]:
    """The newest, whether they hold or not."""
    return session.scalars(select(SilenceRow).order_by(SilenceRow.id.desc()).limit(limit)).all()


def end(session: Session, silence_id: int, now_ms: int) -> bool:
    """End one before its time, and let what it muted be judged again; False when none of that id still holds."""
    row = session.get(SilenceRow, silence_id) if is_id(silence_id) else None
    if row is None or row.ended_ms is not None or row.until_ms <= now_ms:
        return False
    row.ended_ms = now_ms
    muted = OutboxRow.state == MUTED
    session.execute(update(OutboxRow).where(muted, OutboxRow.next_ms == row.until_ms).values(next_ms=now_ms))
    session.flush()
    return True
