"""What becomes due by the passing of time: reminders, what a silence muted, and the daily digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from assay.incidents.blocks import DIGEST, REMINDER
from assay.incidents.judging import LOUD
from assay.model.incidents import IncidentState
from assay.model.time import HOUR_MS, day_of, floor_day_ms
from assay.store import outbox
from assay.store.bulk import chunked
from assay.store.tables import IncidentRow, OutboxRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from assay.incidents.telling import Telling

_MOST = 1000
"""How many rows one look takes up; the next look takes the rest."""


def fall_due(session: Session, telling: Telling, now_ms: int) -> None:
    """Write what time has made due into the outbox. Doing it twice changes nothing."""
    _wake(session, now_ms)
    if telling.repeat_ms:
        _remind(session, telling.repeat_ms, now_ms)
    _gather(session, telling.digest_hour, now_ms)


def _wake(session: Session, now_ms: int) -> None:
    """Let what was muted be judged again when its reason is over and its incident is still open."""
    root = aliased(IncidentRow)
    over = (
        select(OutboxRow.id)
        .join(IncidentRow, IncidentRow.id == OutboxRow.incident_id)
        .outerjoin(root, root.id == IncidentRow.root_id)
        .where(
            OutboxRow.state == outbox.MUTED,
            OutboxRow.transition.in_(sorted(LOUD)),
            OutboxRow.next_ms <= now_ms,
            IncidentRow.state == IncidentState.OPEN,
            or_(root.id.is_(None), root.id == IncidentRow.id, root.state == IncidentState.RESOLVED),
        )
        .limit(_MOST)
    )
    outbox.requeue(session, list(session.scalars(over)), now_ms)


def _remind(session: Session, repeat_ms: int, now_ms: int) -> None:
    """Repeat what was last told so long ago, and which nobody acknowledged; a group, while one of it is like that."""
    later = aliased(OutboxRow)
    newer = exists().where(
        later.thread == OutboxRow.thread,
        later.id > OutboxRow.id,
        later.transition.in_(sorted(LOUD)),
        later.state.in_((outbox.WAITING, outbox.SENT, outbox.DIGEST)),
    )
    stale = (
        select(OutboxRow)
        .join(IncidentRow, IncidentRow.id == OutboxRow.incident_id)
        .where(
            OutboxRow.state == outbox.SENT,
            OutboxRow.transition.in_(sorted(LOUD)),
            OutboxRow.sent_ms <= now_ms - repeat_ms,
            ~newer,
            ~exists().where(later.dedupe_key == _reminder_key(OutboxRow)),
        )
        .limit(_MOST)
    )
    due = [(row, row.incident_id) for row in session.scalars(stale.where(_wants(now_ms)))]
    wanting = _wanting(session, now_ms)
    for chunk in chunked(wanting):
        rows = session.scalars(stale.where(~_wants(now_ms), OutboxRow.group_key.in_(chunk))).all()
        due += [(row, wanting[row.group_key]) for row in rows if _is_of_head(session, row)]
    outbox.add(session, [_reminder(row, incident_id, now_ms) for row, incident_id in due])


def _wanting(session: Session, now_ms: int) -> dict[str, int]:
    """By the group key of a message that told many, one of these that wants attention; no other message is here."""
    rows = (
        select(OutboxRow.group_key, func.min(IncidentRow.id))
        .join(IncidentRow, IncidentRow.id == OutboxRow.incident_id)
        .where(_wants(now_ms), OutboxRow.group_key.startswith(outbox.HEAD))
        .group_by(OutboxRow.group_key)
    )
    return dict(session.execute(rows).all())


def _is_of_head(session: Session, row: OutboxRow) -> bool:
    """Whether it is of the thread that told its group: that one alone speaks for the others."""
    head = session.get(OutboxRow, outbox.head_of(row))
    return head is not None and head.thread == row.thread


def _wants(now_ms: int) -> ColumnElement[bool]:
    """Whether an incident is open, with nobody at it, and not snoozed."""
    is_awake = or_(IncidentRow.snoozed_until_ms.is_(None), IncidentRow.snoozed_until_ms <= now_ms)
    return and_(IncidentRow.state == IncidentState.OPEN, is_awake)


def _reminder_key(row: Any) -> Any:  # noqa: ANN401 - the same sum for a row and for its column
    return "after:" + row.dedupe_key


def _reminder(row: OutboxRow, incident_id: int | None, now_ms: int) -> dict[str, Any]:
    return {
        "incident_id": incident_id,
        "channel": row.channel,
        "thread": row.thread,
        "transition": REMINDER,
        "group_key": row.group_key,
        "dedupe_key": _reminder_key(row),
        "payload": {"owner": row.payload.get("owner", ""), "at_ms": now_ms},
        "next_ms": now_ms,
        "created_ms": now_ms,
    }


def _gather(session: Session, hour: int, now_ms: int) -> None:
    """Once a day, after the hour: a digest for each channel that has something for it."""
    if now_ms - floor_day_ms(now_ms) < hour * HOUR_MS:
        return
    channels = session.scalars(
        select(OutboxRow.channel).where(OutboxRow.state == outbox.DIGEST).distinct()
    ).all()
    outbox.add(
        session,
        [
            {
                "channel": channel,
                "thread": f"{DIGEST}:{channel}",
                "transition": DIGEST,
                "dedupe_key": f"{DIGEST}:{day_of(now_ms)}:{channel}",
                "payload": {"at_ms": now_ms},
                "next_ms": now_ms,
                "created_ms": now_ms,
            }
            for channel in channels
        ],
    )
