"""Slots of jobs, each claimed by one worker at a time with a lease and a fencing token.

Of a job at most one slot runs. Whoever holds it is known by owner and `attempt`; when a holder vanishes its lease runs
out, another takes the slot up with the next attempt, and what the first still writes is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from assay.errors import StoppedError
from assay.store.locks import only_claimer
from assay.store.tables import JobRunRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

RUNNING, DONE, FAILED = "running", "done", "failed"


class LostLeaseError(StoppedError):
    """The slot's lease ran out and another worker took it up: this one may not write any more."""


@dataclass(frozen=True, slots=True)
class Held:
    """A slot somebody holds; owner and `attempt` together are the token every write of its work is checked with."""

    job: str
    slot_ms: int
    owner: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a claim holds without being renewed, and how often a slot whose holders vanish is taken up."""

    lease_ms: int
    most_attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of asking for a slot: held, or not; and the holder who vanished once too often, if one did."""

    held: Held | None = None
    given_up: Held | None = None


NOTHING = Claim()


def claim(session: Session, wanted: Held, now_ms: int, terms: Terms) -> Claim:
    """Hold the slot for `wanted.owner` unless it was run, or a slot of the job runs.

    A slot whose holder vanished goes on in the newest one, with the next attempt; after `most_attempts` it is given up
    and a newer slot begins anew. What a clock that ran ahead left in the future counts for nothing.
    """
    only_claimer(session)
    running = session.scalar(_running(wanted.job).with_for_update())
    if running is not None and _is_live(running, now_ms, terms):
        return NOTHING
    newest_ms = _newest_ms(session, wanted.job, now_ms)
    if running is None:
        return NOTHING if newest_ms >= wanted.slot_ms else Claim(_hold(session, wanted, now_ms, terms))
    return _taken_over(
        session, running, replace(wanted, slot_ms=max(wanted.slot_ms, newest_ms)), now_ms, terms
    )


def _taken_over(session: Session, running: JobRunRow, wanted: Held, now_ms: int, terms: Terms) -> Claim:
    """Go on with what a holder left who vanished, unless that happened too often."""
    lost = Held(running.job, running.slot_ms, running.owner, running.attempt)
    if lost.attempt >= terms.most_attempts:
        _end(running, now_ms, f"given up: its worker vanished {lost.attempt} times")
        newer = wanted.slot_ms > lost.slot_ms
        return Claim(_hold(session, wanted, now_ms, terms) if newer else None, lost)
    if wanted.slot_ms != lost.slot_ms:
        _end(running, now_ms, "its worker vanished; a newer slot goes on with it")
    return Claim(_hold(session, replace(wanted, attempt=lost.attempt + 1), now_ms, terms))


def is_due(session: Session, job: str, slot_ms: int, now_ms: int, terms: Terms) -> bool:
    """Whether claiming the slot could succeed: to be asked first, since it only reads."""
    running = session.scalar(_running(job))
    if running is not None:
        return not _is_live(running, now_ms, terms)
    return _newest_ms(session, job, now_ms) < slot_ms


def expect_held(session: Session, held: Held) -> None:
    """LostLeaseError unless the slot is still held; on PostgreSQL nobody takes it up before the transaction ends."""
    standing = select(JobRunRow.attempt).where(*_token(held)).with_for_update(read=True)
    if session.scalar(standing) is None:
        raise LostLeaseError(
            f"Another worker took up the job {held.job} while this one was held up.",
            hint="Nothing was lost: what was not written, it writes.",
        )


def renew(session: Session, held: Held, until_ms: int) -> bool:
    """Hold the slot until then; False when it is no longer held."""
    done = session.execute(
        update(JobRunRow).where(*_token(held)).values(lease_ms=until_ms).returning(JobRunRow.attempt)
    )
    return done.first() is not None


def finish(session: Session, held: Held, state: str, now_ms: int, message: str = "") -> bool:
    """Write how the slot ended, DONE or FAILED; False, and nothing written, when it is no longer held."""
    done = session.execute(
        update(JobRunRow)
        .where(*_token(held))
        .values(state=state, lease_ms=0, ended_ms=now_ms, message=message)
        .returning(JobRunRow.attempt)
    )
    return done.first() is not None


def free(session: Session, held: Held) -> bool:
    """Give the slot back as if it had never been claimed; False when it is no longer held."""
    done = session.execute(delete(JobRunRow).where(*_token(held)).returning(JobRunRow.attempt))
    return done.first() is not None


def forget(session: Session, before_ms: int) -> None:
    """Drop the slots that ended before then."""
    session.execute(delete(JobRunRow).where(JobRunRow.state != RUNNING, JobRunRow.ended_ms < before_ms))


def latest(session: Session, job: str) -> JobRunRow | None:
    """The newest slot of a job, however it stands; None before the first."""
    return session.scalar(_of(job).order_by(JobRunRow.slot_ms.desc()).limit(1))


def _of(job: str) -> Select[JobRunRow]:
    return select(JobRunRow).where(JobRunRow.job == job)


def _running(job: str) -> Select[JobRunRow]:
    """The slot of the job that runs; there is never a second."""
    return _of(job).where(JobRunRow.state == RUNNING)


def _token(held: Held) -> tuple[ColumnElement[bool], ...]:
    row = JobRunRow
    return (
        row.job == held.job,
        row.slot_ms == held.slot_ms,
        row.owner == held.owner,
        row.attempt == held.attempt,
        row.state == RUNNING,
    )


def _is_live(row: JobRunRow, now_ms: int, terms: Terms) -> bool:
    """Whether a lease holds; one that ends absurdly late was written by a clock that was wrong."""
    return now_ms < row.lease_ms <= now_ms + 10 * terms.lease_ms


def _newest_ms(session: Session, job: str, now_ms: int) -> int:
    found = session.scalar(
        select(JobRunRow.slot_ms)
        .where(JobRunRow.job == job, JobRunRow.slot_ms <= now_ms)
        .order_by(JobRunRow.slot_ms.desc())
        .limit(1)
    )
    return -1 if found is None else found


def _hold(session: Session, held: Held, now_ms: int, terms: Terms) -> Held:
    session.merge(
        JobRunRow(
            job=held.job, slot_ms=held.slot_ms, owner=held.owner, attempt=held.attempt, state=RUNNING,
            lease_ms=now_ms + terms.lease_ms, started_ms=now_ms, ended_ms=None, message="",
        )
    )  # fmt: skip
    session.flush()
    return held


def _end(row: JobRunRow, now_ms: int, message: str) -> None:
    row.state, row.lease_ms, row.ended_ms, row.message = FAILED, 0, now_ms, message
