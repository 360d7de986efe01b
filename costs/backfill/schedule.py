"""In which order and how long: units placed on so many workers, each as soon as what it is made of is done."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Place = tuple[int, int]
"""A unit: the asset's place in the plan, and the unit's place in the asset."""


@dataclass(frozen=True, slots=True)
class Job:
    """An asset's part of a plan: how long each unit takes, its partitions ('' when made whole), and what it reads."""

    durations_ms: Sequence[int]
    partitions: Sequence[str]
    after: Sequence[int] = ()


def scheduled(jobs: Sequence[Job], workers: int) -> dict[Place, tuple[int, int]]:
    """When each unit runs, [start, end) in milliseconds from the beginning, by list scheduling (Graham, 1966).

    Assets come in an order in which what one reads stands before it. A unit waits for the same partition of what its
    asset reads, and for all of it where either is made whole. Units of one asset that is made whole follow nothing
    else. The units ready first go first; of those the earlier asset's, then the earlier partition's.
    """
    waiting, followers = _dependencies(jobs)
    ready = [(0, place) for place, count in waiting.items() if not count]
    heapq.heapify(ready)
    free = [0] * max(workers, 1)
    placed: dict[Place, tuple[int, int]] = {}
    ready_at: dict[Place, int] = defaultdict(int)
    while ready:
        since, place = heapq.heappop(ready)
        start = max(heapq.heappop(free), since)
        end = start + jobs[place[0]].durations_ms[place[1]]
        heapq.heappush(free, end)
        placed[place] = (start, end)
        for follower in _following(place, followers, jobs):
            ready_at[follower] = max(ready_at[follower], end)
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, (ready_at[follower], follower))
    return placed


def _dependencies(jobs: Sequence[Job]) -> tuple[dict[Place, int], Mapping[int, Sequence[int]]]:
    """How many units each waits for, and the assets that read each asset."""
    waiting: dict[Place, int] = {}
    followers: dict[int, list[int]] = defaultdict(list)
    for asset, job in enumerate(jobs):
        for upstream in job.after:
            followers[upstream].append(asset)
        for unit in range(len(job.durations_ms)):
            waiting[asset, unit] = sum(
                len(_met(jobs[upstream], job.partitions[unit], job)) for upstream in job.after
            )
    return waiting, followers


def _met(upstream: Job, partition: str, job: Job) -> range | list[int]:
    """The units of what is read that a unit waits for: the same partition where both have it, else all."""
    everything = range(len(upstream.durations_ms))
    if upstream.partitions == job.partitions and partition:
        return [upstream.partitions.index(partition)]
    return everything


def _following(
    place: Place, followers: Mapping[int, Sequence[int]], jobs: Sequence[Job]
) -> list[Place]:  # fmt: skip
    asset, unit = place
    job, found = jobs[asset], list[Place]()
    for reader in followers.get(asset, ()):
        partitions = jobs[reader].partitions
        same = job.partitions == partitions and job.partitions[unit]
        found += [(reader, unit)] if same else [(reader, each) for each in range(len(partitions))]
    return found
