"""Slots of jobs: one worker at a time, taken up when it vanishes, given up when that goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assay.model.time import DAY_MS, HOUR_MS
from assay.store import jobs
from assay.store.jobs import Claim, Held, LostLeaseError, Terms
from assay.store.tables import JobRunRow, SeenRow

if TYPE_CHECKING:
    from assay.store.engine import Store

SLOT = 1_779_192_000_000
TERMS = Terms(lease_ms=60_000, most_attempts=3)
ANN, BEN = (Held("cycle", SLOT, owner) for owner in ("ann", "ben"))


def claim(store: Store, wanted: Held = ANN, after_ms: int = 0) -> Claim:
    """Ask for a slot, so long after its begin."""
    with store.write() as session:
        return jobs.claim(session, wanted, SLOT + after_ms, TERMS)


def finish(store: Store, held: Held, state: str = jobs.DONE) -> bool:
    """End a slot a second after its begin."""
    with store.write() as session:
        return jobs.finish(session, held, state, SLOT + 1000, "told")


def rows(store: Store) -> list[tuple[int, str, int, str]]:
    """Slot (in hours after the first), owner, attempt and state of each row."""
    with store.read() as session:
        found = session.query(JobRunRow).order_by(JobRunRow.slot_ms)
        return [((row.slot_ms - SLOT) // HOUR_MS, row.owner, row.attempt, row.state) for row in found]


def test_a_slot_is_one_workers_alone(store: Store) -> None:
    """The second who asks gets nothing, also for another slot of the job; another job is free."""
    assert claim(store) == Claim(ANN)
    assert claim(store, BEN) == jobs.NOTHING
    assert claim(store, replace(BEN, slot_ms=SLOT + HOUR_MS), 30_000) == jobs.NOTHING
    assert claim(store, replace(BEN, job="tidy")).held == replace(BEN, job="tidy")


def test_a_slot_that_ended_is_not_run_again(store: Store) -> None:
    """Whether it went well or not; the next slot is free."""
    claim(store)
    finish(store, ANN, jobs.FAILED)

    assert claim(store, BEN) == jobs.NOTHING
    assert claim(store, replace(BEN, slot_ms=SLOT + HOUR_MS), HOUR_MS).held is not None


def test_of_two_who_ask_at_once_one_gets_it(store: Store) -> None:
    """However often they try, and also when their clocks give different slots."""

    def ask(number: int) -> Claim:
        return claim(store, Held("cycle", SLOT + number % 2, f"worker {number}"), 10)

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(ask, range(8)))

    assert len([one for one in claims if one.held]) == 1
    assert len(rows(store)) == 1


def test_who_is_held_up_past_the_lease_may_not_write(store: Store) -> None:
    """The slot is another's then: renewing, ending and every write of the first are refused."""
    claim(store)
    taken = claim(store, BEN, 60_000).held
    guarded = store.guarded(lambda session: jobs.expect_held(session, ANN))

    assert taken == replace(BEN, attempt=2)
    assert not finish(store, ANN)
    with store.write() as session:
        assert not jobs.renew(session, ANN, SLOT + DAY_MS)
        assert not jobs.free(session, ANN)
    with pytest.raises(LostLeaseError), guarded.write() as session:
        session.add(SeenRow(connection="acme", fingerprint="x", seen_ms=1))
    with store.read() as session:
        assert session.query(SeenRow).count() == 0
    assert finish(store, taken)


def test_who_holds_it_may_write(store: Store) -> None:
    """The guard lets the holder pass, as often as it likes."""
    claim(store)
    guarded = store.guarded(lambda session: jobs.expect_held(session, ANN))
    for number in range(2):
        with guarded.write() as session:
            session.add(SeenRow(connection="acme", fingerprint=str(number), seen_ms=1))

    with store.read() as session:
        assert session.query(SeenRow).count() == 2


def test_a_renewed_lease_holds(store: Store) -> None:
    """Nobody takes the slot up while its worker says that it lives."""
    claim(store)
    with store.write() as session:
        assert jobs.renew(session, ANN, SLOT + 120_000)

    assert claim(store, BEN, 60_000) == jobs.NOTHING
    assert claim(store, BEN, 120_000).held == replace(BEN, attempt=2)


def test_a_slot_whose_workers_vanish_is_given_up(store: Store) -> None:
    """After three of them, and whoever asks hears so once; the next slot begins anew."""
    later = replace(BEN, slot_ms=SLOT + HOUR_MS)
    claims = [claim(store, BEN, minute * 60_000) for minute in range(5)]

    assert [one.held.attempt for one in claims if one.held] == [1, 2, 3]
    assert claims[3:] == [Claim(given_up=replace(BEN, attempt=3)), jobs.NOTHING]
    assert claim(store, later, HOUR_MS) == Claim(later)
    assert rows(store) == [(0, "ben", 3, "failed"), (1, "ben", 1, "running")]


def test_deaths_count_on_from_slot_to_slot(store: Store) -> None:
    """A job whose every slot kills its worker is given up, too, however short its slots are."""
    claims = [claim(store, replace(BEN, slot_ms=SLOT + n * HOUR_MS), n * HOUR_MS) for n in range(4)]

    assert [one.held.attempt for one in claims if one.held] == [1, 2, 3, 1]
    assert [one.given_up for one in claims].count(None) == 3
    assert [state for *_, state in rows(store)] == ["failed"] * 3 + ["running"]


def test_missed_slots_are_made_up_for_by_one(store: Store) -> None:
    """After a night without a worker there is one run, not twelve."""
    claim(store)
    finish(store, ANN)
    morning = replace(ANN, slot_ms=SLOT + 12 * HOUR_MS)

    assert claim(store, morning, 12 * HOUR_MS) == Claim(morning)
    assert [slot for slot, *_ in rows(store)] == [0, 12]


def test_what_is_freed_is_as_if_never_claimed(store: Store) -> None:
    """A worker that ends in order leaves the slot to the next, without a death counted."""
    claim(store)
    with store.write() as session:
        assert jobs.free(session, ANN)

    assert claim(store, BEN) == Claim(BEN)


def test_a_clock_that_ran_ahead_stops_nothing(store: Store) -> None:
    """A slot of tomorrow, done or held, is no reason not to run today's."""
    with store.write() as session:
        ahead = jobs.claim(session, replace(ANN, slot_ms=SLOT + DAY_MS), SLOT + DAY_MS, TERMS).held
    assert ahead is not None
    taken = claim(store, BEN).held
    finish(store, ahead)

    assert taken == replace(BEN, attempt=2)


@pytest.mark.parametrize(("after_ms", "due"), [(0, False), (59_999, False), (60_000, True)])
def test_asking_whether_it_is_due_writes_nothing(store: Store, after_ms: int, *, due: bool) -> None:
    """It says what a claim would come to."""
    with store.read() as session:
        assert jobs.is_due(session, "cycle", SLOT, SLOT, TERMS)
    claim(store)
    with store.read() as session:
        assert jobs.is_due(session, "cycle", SLOT, SLOT + after_ms, TERMS) is due


def test_old_slots_are_forgotten(store: Store) -> None:
    """Those that ended; one that runs stays."""
    claim(store)
    finish(store, ANN)
    claim(store, replace(ANN, slot_ms=SLOT + HOUR_MS), HOUR_MS)
    with store.write() as session:
        jobs.forget(session, SLOT + DAY_MS)
    with store.read() as session:
        found = jobs.latest(session, "cycle")

    assert found is not None
    assert rows(store) == [(1, "ann", 1, "running")]
