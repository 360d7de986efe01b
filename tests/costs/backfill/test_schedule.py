"""Units are placed as soon as they may run, never before what they are made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from costs.backfill.schedule import Job, scheduled

DAYS = ("a", "b", "c", "d")


def ends(jobs: list[Job], workers: int) -> int:
    """When all is done."""
    return max(end for _, end in scheduled(jobs, workers).values())


def test_two_workers_take_half_the_time() -> None:
    """Four equal units on two workers."""
    assert ends([Job((10, 10, 10, 10), DAYS)], 2) == 20


def test_a_partition_waits_for_the_same_partition_alone() -> None:
    """What reads a partition begins when that one is there: a pipeline of two is one unit longer."""
    jobs = [Job((10,) * 4, DAYS), Job((10,) * 4, DAYS, after=(0,))]
    placed = scheduled(jobs, 2)

    assert placed[1, 0][0] >= placed[0, 0][1]
    assert ends(jobs, 8) == 20
    assert ends(jobs, 2) == 40


def test_what_is_made_whole_waits_for_every_partition() -> None:
    """A table that is rebuilt needs all of what it reads."""
    placed = scheduled([Job((10,) * 4, DAYS), Job((5,), ("",), after=(0,))], 2)

    assert placed[1, 0] == (20, 25)


def test_what_is_read_whole_comes_before_every_partition() -> None:
    """Partitions of a table that reads a rebuilt one begin when that is there."""
    placed = scheduled([Job((5,), ("",)), Job((10,) * 4, DAYS, after=(0,))], 4)

    assert {placed[1, unit][0] for unit in range(4)} == {5}


times = st.lists(st.integers(0, 50), min_size=1, max_size=6)
jobs = st.lists(st.tuples(times, st.booleans(), st.integers(0, 3)), min_size=1, max_size=5)


def plan_of(told: list[tuple[list[int], bool, int]]) -> list[Job]:
    """Jobs that each may read one before."""
    return [
        Job(
            lasting if by_partition else lasting[:1],
            tuple("abcdef"[: len(lasting)]) if by_partition else ("",),
            after=(place - 1 - back,) if place - 1 - back >= 0 else (),
        )
        for place, (lasting, by_partition, back) in enumerate(told)
    ]


@given(jobs, st.integers(1, 6))
def test_every_unit_runs_once_on_a_free_worker_after_what_it_reads(
    told: list[tuple[list[int], bool, int]], workers: int
) -> None:
    """Whatever the plan: nothing is lost, nothing overlaps beyond the workers, nothing comes too early."""
    plan = plan_of(told)
    placed = scheduled(plan, workers)

    assert len(placed) == sum(len(job.durations_ms) for job in plan)
    for (asset, unit), (start, end) in placed.items():
        job = plan[asset]
        assert end - start == job.durations_ms[unit]
        for upstream in job.after:
            same = plan[upstream].partitions == job.partitions and job.partitions[unit]
            units = [unit] if same else range(len(plan[upstream].durations_ms))
            assert all(placed[upstream, each][1] <= start for each in units)
    moments = {start for start, end in placed.values() if end > start}
    assert all(sum(start <= at < end for start, end in placed.values()) <= workers for at in moments)


@given(jobs)
def test_one_worker_takes_the_sum(told: list[tuple[list[int], bool, int]]) -> None:
    """Alone there is nothing to gain by order."""
    plan = plan_of(told)

    assert ends(plan, 1) == sum(sum(job.durations_ms) for job in plan)
