"""Workers: each slot is done once, whoever does it, and whatever becomes of who began it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from fakes.clock import HandClock
from sqlalchemy import select

from assay.errors import ConfigError, StoppedError
from assay.incidents.policy import Policy
from assay.scheduler.worker import Job, Worker
from assay.store.jobs import LostLeaseError, Terms
from assay.store.tables import IncidentEventRow, IncidentRow, JobRunRow, SeenRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.scheduler.shift import Shift
    from assay.store.engine import Store

HOUR_S = 3600
TERMS = Terms(lease_ms=60_000, most_attempts=3)


@dataclass
class Shop:
    """A store, a clock, and the workers that share them. A job notes each of its slots in the store."""

    store: Store
    clock: HandClock = field(default_factory=HandClock)

    def worker(self, name: str) -> Worker:
        """A worker of that name."""
        return Worker(self.store, TERMS, Policy, clock=self.clock, name=name)

    def job(self, before: Callable[[Shift], None] = lambda _: None) -> Job:
        """An hourly job that does `before`, then notes the slot and who did it."""

        def work(shift: Shift) -> str:
            before(shift)
            with shift.store.write() as session:
                mark = f"{shift.held.slot_ms} {shift.held.owner} {shift.held.attempt}"
                session.add(SeenRow(connection="job", fingerprint=mark, seen_ms=1))
            return "noted"

        return Job("count", HOUR_S * 1000, work)

    def notes(self) -> list[str]:
        """Who did it, with which attempt."""
        with self.store.read() as session:
            marks = session.scalars(select(SeenRow.fingerprint).order_by(SeenRow.fingerprint))
            return [mark.partition(" ")[2] for mark in marks]

    def slots(self) -> list[tuple[str, int, str, str]]:
        """Owner, attempt, state and message of each slot."""
        with self.store.read() as session:
            rows = session.scalars(select(JobRunRow).order_by(JobRunRow.slot_ms))
            return [(row.owner, row.attempt, row.state, row.message) for row in rows]

    def incidents(self) -> list[tuple[str, str, str]]:
        """Cause, state and title of each."""
        with self.store.read() as session:
            rows = session.scalars(select(IncidentRow).order_by(IncidentRow.id))
            return [(row.cause, row.state, row.title) for row in rows]


@pytest.fixture
def shop(store: Store) -> Shop:
    """A shop on each database."""
    return Shop(store)


def dies(_: Shift) -> None:
    """What a worker does that is killed: nothing more, not even to say so."""
    raise KeyboardInterrupt


def test_a_job_is_done_once_in_each_slot(shop: Shop) -> None:
    """However often the ticker asks."""
    ann, job = shop.worker("ann"), shop.job()
    did = [ann.tick(job), ann.tick(job)]
    shop.clock.pass_s(HOUR_S)
    did.append(ann.tick(job))

    assert did == [True, False, True]
    assert shop.slots() == [("ann", 1, "done", "noted")] * 2


def test_of_workers_that_race_one_does_it(shop: Shop) -> None:
    """Eight of them, for six hours: each slot is done once."""
    workers, job = [shop.worker(str(number)) for number in range(8)], shop.job()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(6):
            assert sum(pool.map(lambda worker: worker.tick(job), workers)) == 1
            shop.clock.pass_s(HOUR_S)

    assert len(shop.notes()) == 6
    assert {state for _, _, state, _ in shop.slots()} == {"done"}


def test_a_worker_told_to_end_gives_its_slot_back(shop: Shop) -> None:
    """It stops at a safe point, claims nothing more, and the next worker does the slot at once."""
    ann, ben = shop.worker("ann"), shop.worker("ben")

    def told_to_end(shift: Shift) -> None:
        ann.ending.set()
        shift.go_on()

    ann.tick(shop.job(told_to_end))

    assert shop.slots() == []
    assert not ann.tick(shop.job())
    assert ben.tick(shop.job())
    assert shop.notes() == ["ben 1"]
    assert ann.end(0)


def test_ending_waits_for_what_is_under_way_and_no_longer(shop: Shop) -> None:
    """Work that comes to no safe point in time loses its slot, and what it writes after that is refused."""
    ann, ben = shop.worker("ann"), shop.worker("ben")
    begun, released = threading.Event(), threading.Event()

    def stuck(_: Shift) -> None:
        begun.set()
        released.wait()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(ann.tick, shop.job(stuck))
        begun.wait()
        clean = ann.end(0.01)
        taken = ben.tick(shop.job())
        released.set()
        working.result()

    assert (clean, taken) == (False, True)
    assert shop.notes() == ["ben 1"]
    assert shop.slots() == [("ben", 1, "done", "noted")]


def test_a_dead_workers_slot_is_taken_up_after_its_lease(shop: Shop) -> None:
    """Not before; with the next attempt."""
    ann, ben = shop.worker("ann"), shop.worker("ben")
    with pytest.raises(KeyboardInterrupt):
        ann.tick(shop.job(dies))
    early = ben.tick(shop.job())
    shop.clock.pass_s(60)
    late = ben.tick(shop.job())

    assert (early, late) == (False, True)
    assert shop.slots() == [("ben", 2, "done", "noted")]


def test_a_renewed_slot_is_not_taken_up(shop: Shop) -> None:
    """Work may last as long as it needs while its worker lives."""
    ann, ben = shop.worker("ann"), shop.worker("ben")
    taken: list[bool] = []

    def slow(shift: Shift) -> None:
        for _ in range(5):
            shop.clock.pass_s(40)
            ann.renew()
            taken.append(ben.tick(shop.job()))
            shift.go_on()

    ann.tick(shop.job(slow))

    assert taken == [False] * 5
    assert shop.notes() == ["ann 1"]


def test_a_frozen_worker_that_wakes_writes_nothing(shop: Shop) -> None:
    """Another did its slot meanwhile: its next write is refused, and it does not end the slot a second time."""
    ann, ben = shop.worker("ann"), shop.worker("ben")

    def frozen(_: Shift) -> None:
        shop.clock.pass_s(61)
        ben.tick(shop.job())

    ann.tick(shop.job(frozen))

    assert shop.notes() == ["ben 2"]
    assert shop.slots() == [("ben", 2, "done", "noted")]


def test_a_worker_that_hears_its_slot_is_lost_stops(shop: Shop) -> None:
    """At the next safe point, before it would write."""
    ann, ben = shop.worker("ann"), shop.worker("ben")
    raised: list[type[StoppedError]] = []

    def frozen(shift: Shift) -> None:
        shop.clock.pass_s(61)
        ben.tick(shop.job())
        ann.renew()
        try:
            shift.go_on()
        except StoppedError as error:
            raised.append(type(error))
            raise

    ann.tick(shop.job(frozen))

    assert raised == [LostLeaseError]


def test_a_job_whose_workers_vanish_is_given_up_and_told(shop: Shop) -> None:
    """Three of them in a row; the next slot that goes well ends the incident."""
    for number in range(3):
        with pytest.raises(KeyboardInterrupt):
            shop.worker(f"worker {number}").tick(shop.job(dies))
        shop.clock.pass_s(60)
    ann = shop.worker("ann")
    did = ann.tick(shop.job())
    (told,) = shop.incidents()
    shop.clock.pass_s(HOUR_S)
    ann.tick(shop.job())

    assert not did
    assert told[:2] == ("run", "open")
    assert "3 workers in a row vanished" in told[2]
    assert [state for _, state, _ in shop.incidents()] == ["resolved"]


def test_a_job_that_fails_is_told_once_and_mended_by_the_next(shop: Shop) -> None:
    """The slot is not tried again; two failures are one incident, and what went wrong is in its title."""

    def fails(_: Shift) -> None:
        raise ConfigError("assay.toml is torn", hint="mend it")

    ann = shop.worker("ann")
    for _ in range(2):
        ann.tick(shop.job(fails))
        ann.tick(shop.job(fails))
        shop.clock.pass_s(HOUR_S)
    told = shop.incidents()
    ann.tick(shop.job())

    assert told == [("run", "open", "count: assay.toml is torn")]
    assert [state for _, _, state, _ in shop.slots()] == ["failed", "failed", "done"]
    assert [state for _, state, _ in shop.incidents()] == ["resolved"]


def test_a_job_that_goes_well_is_no_news(shop: Shop) -> None:
    """No incident, no check, no event: all is well is told after trouble alone."""
    shop.worker("ann").tick(shop.job())
    with shop.store.read() as session:
        events = session.scalars(select(IncidentEventRow)).all()

    assert (shop.incidents(), events) == ([], [])


def test_workers_have_names_of_their_own() -> None:
    """Two in one process, too."""
    first, second = (Worker(None, TERMS, Policy).name for _ in range(2))  # type: ignore[arg-type] - only named

    assert first != second
