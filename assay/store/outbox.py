"""The outbox: messages written with what they tell, claimed one thread at a time, and marked by who holds them.

A claim is a lease with a fencing token, `attempt`: whoever was held up past the lease finds the token changed, and
what it writes then changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from assay.model.incidents import IncidentState
from assay.store.bulk import chunked, insert_missing, values
from assay.store.tables import IncidentRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

WAITING, SENT, GROUPED, MUTED, DIGEST, DEAD = "waiting", "sent", "grouped", "muted", "digest", "dead"
STATES = (WAITING, SENT, GROUPED, MUTED, DIGEST, DEAD)
"""Where a message stands. GROUPED: told within another's message, see `head_of`."""

HEAD = "row:"
"""What a group key begins with that names the row whose message told the group."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message somebody holds until the lease ends: its row, and the token every later write is checked with."""

    row: OutboxRow
    attempt: int
    lapsed: bool
    """Whether an earlier holder vanished: it may have sent it."""


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write messages, those whose dedupe key is known left as they are; gives how many are new."""
    keys = [row["dedupe_key"] for row in rows]
    known = {
        key
        for chunk in chunked(keys)
        for key in session.scalars(select(OutboxRow.dedupe_key).where(OutboxRow.dedupe_key.in_(chunk)))
    }
    fresh = [row for row in rows if row["dedupe_key"] not in known]
    insert_missing(session, OutboxRow, [_whole(row) for row in fresh])
    return len(fresh)


def claim(
    session: Session, now_ms: int, lease_ms: int, skip: Collection[str] = (), thread: str = ""
) -> Claim | None:
    """Hold the message that is longest due and the oldest of its thread; None when nothing is due.

    `skip` are channels that rest, `thread` the only one wanted. Two who claim at once never get the same message.
    """
    waiting = _due(now_ms).order_by(OutboxRow.next_ms, OutboxRow.id).limit(1)
    if skip:
        waiting = waiting.where(OutboxRow.channel.not_in(sorted(skip)))
    if thread:
        waiting = waiting.where(OutboxRow.thread == thread)
    row = session.scalar(waiting.with_for_update(skip_locked=True, of=OutboxRow))
    if row is None:
        return None
    held = _held(row, now_ms, lease_ms)
    session.flush()
    return held


def claim_group(session: Session, head: Claim, transition: str, now_ms: int, lease_ms: int) -> list[Claim]:
    """Hold, beside `head`, what else is due in its channel with its group key; the oldest of each thread."""
    return _claim_all(
        session,
        _due(now_ms).where(
            OutboxRow.channel == head.row.channel,
            OutboxRow.group_key == head.row.group_key,
            OutboxRow.transition == transition,
        ),
        now_ms,
        lease_ms,
    )


def claim_followers(session: Session, head_id: int, channel: str, now_ms: int, lease_ms: int) -> list[Claim]:
    """Hold every due message on an incident that was told within the message of row `head_id`."""
    member = aliased(OutboxRow)
    inside = select(member.incident_id).where(member.group_key == head_key(head_id))
    return _claim_all(
        session,
        _due(now_ms).where(OutboxRow.channel == channel, OutboxRow.incident_id.in_(inside)),
        now_ms,
        lease_ms,
    )


def head_key(head_id: int) -> str:
    """The group key of what was told within the message of that row."""
    return f"{HEAD}{head_id}"


def head_of(row: OutboxRow) -> int | None:
    """The row whose message told this one; None when it was told by itself."""
    kind, _, number = row.group_key.partition(":")
    return int(number) if kind == "row" and number.isdecimal() else None


def members(session: Session, head_id: int, transition: str) -> list[int]:
    """The ids of the incidents told within the message of that row, oldest first."""
    rows = select(OutboxRow.incident_id).where(
        OutboxRow.group_key == head_key(head_id), OutboxRow.transition == transition
    )
    return [found for found in session.scalars(rows.order_by(OutboxRow.id)) if found is not None]


def mark_all(session: Session, held: Sequence[Claim], **changes: Any) -> int:  # noqa: ANN401 - columns of the row
    """The same as `mark` for many with the same outcome; gives how many were still held."""
    count = 0
    for attempt in sorted({one.attempt for one in held}):
        for chunk in chunked(one.row.id for one in held if one.attempt == attempt):
            done = session.execute(
                update(OutboxRow)
                .where(OutboxRow.id.in_(chunk), OutboxRow.attempt == attempt, OutboxRow.state == WAITING)
                .values(lease_ms=0, **changes)
                .returning(OutboxRow.id)
                .execution_options(synchronize_session=False)
            )
            count += len(done.all())
    return count


def mark(session: Session, held: Claim, **changes: Any) -> bool:  # noqa: ANN401 - columns of the row
    """Write what became of a message and give it back; False, and nothing written, when it is no longer held."""
    done = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == held.row.id, OutboxRow.attempt == held.attempt, OutboxRow.state == WAITING)
        .values(lease_ms=0, **changes)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def mark_digested(session: Session, ids: Collection[int], **changes: Any) -> None:  # noqa: ANN401 - as above
    """Write what became of messages that waited for a digest."""
    for chunk in chunked(sorted(ids)):
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(chunk), OutboxRow.state == DIGEST)
            .values(**changes)
            .execution_options(synchronize_session=False)
        )


def requeue(session: Session, ids: Collection[int], now_ms: int) -> int:
    """Let messages that were muted or given up wait again; gives how many."""
    count = 0
    for chunk in chunked(sorted(ids)):
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.id.in_(chunk), OutboxRow.state.in_((MUTED, DEAD)))
        ).all()
        for row in rows:
            row.state, row.next_ms, row.error = WAITING, now_ms, ""
            row.payload = {
                key: value for key, value in row.payload.items() if key not in {"failing_ms", "failures"}
            }
        count += len(rows)
    session.flush()
    return count


def hasten(session: Session, since_ms: int, now_ms: int) -> None:
    """Let what was written since then, and nobody took up yet, be due now: what it waits for will not come."""
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.state == WAITING,
            OutboxRow.attempt == 0,
            OutboxRow.created_ms >= since_ms,
            OutboxRow.next_ms > now_ms,
        )
        .values(next_ms=now_ms)
        .execution_options(synchronize_session=False)
    )


def oldest_waiting_ms(session: Session, now_ms: int) -> int | None:
    """How long the message that is longest due has been due, in ms; None when none is."""
    due = session.scalar(
        select(func.min(OutboxRow.next_ms)).where(OutboxRow.state == WAITING, OutboxRow.next_ms <= now_ms)
    )
    return None if due is None else now_ms - due


def due_channels(session: Session, now_ms: int) -> list[str]:
    """The channels that have something due which nobody holds."""
    due = _due(now_ms).with_only_columns(OutboxRow.channel, maintain_column_froms=True).distinct()
    return sorted(session.scalars(due))


def next_waiting_ms(session: Session) -> int | None:
    """When the next waiting message falls due, in epoch ms; None when none waits."""
    return session.scalar(select(func.min(OutboxRow.next_ms)).where(OutboxRow.state == WAITING))


def by_key(session: Session, dedupe_key: str) -> OutboxRow:
    """The message of that dedupe key, which must be there."""
    return session.scalars(select(OutboxRow).where(OutboxRow.dedupe_key == dedupe_key)).one()


def counts(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    found = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return dict.fromkeys(STATES, 0) | dict(found.all())


def deliveries(  # noqa: PLR0913 - the parts of one question
    session: Session,
    *,
    channel: str = "",
    state: str = "",
    incident_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[OutboxRow]:
    """The log, newest first: of a channel, a state or an incident where one is named."""
    rows = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit).offset(offset)
    if channel:
        rows = rows.where(OutboxRow.channel == channel)
    if state:
        rows = rows.where(OutboxRow.state == state)
    if incident_id is not None:
        rows = rows.where(OutboxRow.incident_id == incident_id)
    return list(session.scalars(rows))


def dead_letters(session: Session, channel: str = "") -> list[OutboxRow]:
    """All that was given up (in the channel), newest first."""
    rows = select(OutboxRow).where(OutboxRow.state == DEAD).order_by(OutboxRow.id.desc())
    return list(session.scalars(rows.where(OutboxRow.channel == channel) if channel else rows))


def last_told(session: Session, thread: str) -> OutboxRow | None:
    """The newest message of the thread that was told, by itself or within another."""
    told = select(OutboxRow).where(OutboxRow.thread == thread, OutboxRow.state.in_((SENT, GROUPED)))
    return session.scalar(told.order_by(OutboxRow.id.desc()).limit(1))


def sent_since(session: Session, channel: str, transitions: Collection[str], since_ms: int) -> int:
    """How many messages of these transitions the channel was sent; one that tells many counts once."""
    return (
        session.scalar(
            select(func.count()).where(
                OutboxRow.channel == channel,
                OutboxRow.state == SENT,
                OutboxRow.transition.in_(sorted(transitions)),
                OutboxRow.sent_ms >= since_ms,
            )
        )
        or 0
    )


def in_digest(session: Session, channel: str) -> list[OutboxRow]:
    """What waits for the channel's digest, oldest first."""
    rows = select(OutboxRow).where(OutboxRow.state == DIGEST, OutboxRow.channel == channel)
    return list(session.scalars(rows.order_by(OutboxRow.id)))


def forget(session: Session, before_ms: int) -> None:
    """Forget what was settled of messages from before that moment, on nothing or on incidents long resolved.

    Of an incident that lives, the newest that was told stays in each channel: the next edits it, or follows it. So
    does a message that told many, while one of those is not resolved.
    """
    member, of_member = aliased(OutboxRow), aliased(IncidentRow)
    still = exists().where(
        member.group_key == OutboxRow.group_key,
        member.incident_id == of_member.id,
        of_member.state != IncidentState.RESOLVED,
    )
    over = exists().where(
        IncidentRow.id == OutboxRow.incident_id,
        IncidentRow.state == IncidentState.RESOLVED,
        IncidentRow.changed_ms < before_ms,
    )
    later = aliased(OutboxRow)
    followed = exists().where(
        later.thread == OutboxRow.thread, later.state.in_((SENT, GROUPED)), later.id > OutboxRow.id
    )
    old = select(OutboxRow.id).where(
        OutboxRow.created_ms < before_ms,
        OutboxRow.state.not_in((WAITING, DIGEST)),
        OutboxRow.incident_id.is_(None) | over | followed,
        ~(OutboxRow.group_key.startswith(HEAD) & still),
    )
    for chunk in chunked(session.scalars(old).all()):
        session.execute(
            delete(OutboxRow).where(OutboxRow.id.in_(chunk)).execution_options(synchronize_session=False)
        )


def _due(now_ms: int) -> Select[OutboxRow]:
    """Messages that are due, held by nobody, and behind no other of their thread."""
    return select(OutboxRow).where(
        OutboxRow.state == WAITING,
        OutboxRow.next_ms <= now_ms,
        OutboxRow.lease_ms <= now_ms,
        ~_earlier_waits(),
    )


def _claim_all(session: Session, waiting: Select[OutboxRow], now_ms: int, lease_ms: int) -> list[Claim]:
    locked = waiting.order_by(OutboxRow.id).with_for_update(skip_locked=True, of=OutboxRow)
    held = [_held(row, now_ms, lease_ms) for row in session.scalars(locked)]
    session.flush()
    return held


def _earlier_waits() -> ColumnElement[bool]:
    earlier = aliased(OutboxRow)
    return exists().where(
        earlier.thread == OutboxRow.thread, earlier.state == WAITING, earlier.id < OutboxRow.id
    )


def _held(row: OutboxRow, now_ms: int, lease_ms: int) -> Claim:
    lapsed = row.lease_ms > 0
    row.attempt += 1
    row.lease_ms = now_ms + lease_ms
    return Claim(row, row.attempt, lapsed)


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    return values(OutboxRow(**row))
