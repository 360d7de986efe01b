"""A worker: claims the slots of its jobs, does their work, and says how they ended."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.summary import as_told
from assay.errors import AssayError, StoppedError
from assay.incidents.dispatch import clock_ms
from assay.model.checks import Outcome
from assay.scheduler.shift import Shift
from assay.scheduler.troubles import tell, vanished
from assay.store import jobs
from assay.store.jobs import Held, LostLeaseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from assay.incidents.policy import Policy
    from assay.store.engine import Store
    from assay.store.jobs import Claim, Terms

_log = telemetry.logger("worker")


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done once in each slot of `every_ms`, by one worker. `work` gives a line on what it did."""

    name: str
    every_ms: int
    work: Callable[[Shift], str]


def own_name() -> str:
    """A name no other worker has, which tells people where it runs."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class Worker:
    """Does jobs, each in its slot. Any number of workers may share a store."""

    def __init__(
        self,
        store: Store,
        terms: Terms,
        policy: Callable[[], Policy],
        *,
        clock: Callable[[], int] = clock_ms,
        name: str = "",
    ) -> None:
        self.name = name or own_name()
        self.ending = threading.Event()
        self._store = store
        self._terms = terms
        self._policy = policy
        self._clock = clock
        self._shifts: dict[Held, Shift] = {}
        self._changed = threading.Condition()

    def tick(self, job: Job) -> bool:
        """Claim the job's newest slot and do its work; whether there was any to do."""
        now_ms = self._clock()
        slot_ms = now_ms - now_ms % job.every_ms
        if self.ending.is_set() or not self._is_due(job, slot_ms, now_ms):
            return False
        held = self._claimed(Held(job.name, slot_ms, self.name), now_ms)
        if held is None:
            return False
        shift = Shift.of(held, self._store, now_ms, self.ending)
        with self._changed:
            self._shifts[held] = shift
        try:
            self._work(job, shift)
        finally:
            with self._changed:
                del self._shifts[held]
                self._changed.notify_all()
        return True

    def renew(self) -> None:
        """Hold all that is under way for another lease; what is no longer held stops at its next safe point."""
        for held, shift in self._under_way().items():
            with self._store.write() as session:
                kept = jobs.renew(session, held, self._clock() + self._terms.lease_ms)
            if not kept:
                shift.lost.set()

    def end(self, grace_s: float) -> bool:
        """Claim nothing more, and let what is under way come to a safe point; False when some did not in time.

        What did not is given back all the same: what it still tries to write is refused.
        """
        self.ending.set()
        with self._changed:
            clean = self._changed.wait_for(lambda: not self._shifts, grace_s)
        for held in self._under_way():
            with self._store.write() as session:
                jobs.free(session, held)
        return clean

    def _is_due(self, job: Job, slot_ms: int, now_ms: int) -> bool:
        with self._store.read() as session:
            return jobs.is_due(session, job.name, slot_ms, now_ms, self._terms)

    def _claimed(self, wanted: Held, now_ms: int) -> Held | None:
        with self._store.write() as session:
            claim = jobs.claim(session, wanted, now_ms, self._terms)
            if claim.given_up is not None:
                self._give_up(session, claim, now_ms)
        return claim.held

    def _give_up(self, session: Session, claim: Claim, now_ms: int) -> None:
        """Tell, in the transaction that gives it up, what nobody takes up again."""
        lost = claim.given_up
        if lost is not None:
            _log.error("given up", job=lost.job, attempts=lost.attempt, last_worker=lost.owner)
            tell(session, lost.job, Outcome.FAIL, vanished(lost), now_ms, self._policy())

    def _work(self, job: Job, shift: Shift) -> None:
        """Do it, and keep how it ended; what was stopped is given back for the next worker."""
        with telemetry.job_seconds.labels(job.name).time():
            try:
                state, said = jobs.DONE, job.work(shift)
            except LostLeaseError as error:
                _log.warning("lost", job=job.name, why=error.message)
                return
            except StoppedError:
                self._free(shift.held)
                return
            except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the worker lives on
                told = as_told(error)
                state, said = jobs.FAILED, _one_line(told)
        self._finish(job, shift, state, said)

    def _free(self, held: Held) -> None:
        _log.info("stopped", job=held.job)
        with self._store.write() as session:
            jobs.free(session, held)

    def _finish(self, job: Job, shift: Shift, state: str, said: str) -> None:
        now_ms, good = self._clock(), state == jobs.DONE
        with self._store.write() as session:
            if not jobs.finish(session, shift.held, state, now_ms, said):
                _log.warning("ended after its lease", job=job.name)
                return
            outcome = Outcome.PASS if good else Outcome.FAIL
            tell(session, job.name, outcome, said, now_ms, self._policy())
        telemetry.jobs_ended.labels(job.name, state).inc()
        if good:
            telemetry.job_last_success.labels(job.name).set(now_ms / 1000)
        (_log.info if good else _log.error)(state, job=job.name, said=said)

    def _under_way(self) -> dict[Held, Shift]:
        with self._changed:
            return dict(self._shifts)


def _one_line(error: AssayError) -> str:
    return " ".join(error.message.split())
