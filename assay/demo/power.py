"""When clusters switch on and off, given what they are asked to run.

The rules: a statement resumes a suspended warehouse and waits for it; a warehouse is suspended at the first
check (about every 30 s) that finds it idle for its auto-suspend time; a statement that finds every seat taken
goes to the next cluster, which starts for it and stops when idle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.demo.warehouses import HOUR_MS, SECOND_MS, Warehouse

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CHECK_MS = 30 * SECOND_MS
SCALE_IN_MS = 120 * SECOND_MS


@dataclass(frozen=True, slots=True)
class Sessions:
    """The stretches one cluster was on: [on, off) in epoch ms, when it was asked for, and if by hand."""

    asked_ms: Ints
    on_ms: Ints
    off_ms: Ints
    manual: Flags


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a warehouse's statements: their cluster (from 1), when they began and ended."""

    cluster: Ints
    begin_ms: Ints
    end_ms: Ints
    sessions: tuple[Sessions, ...]


def next_check(ms: Ints, phase_ms: int) -> Ints:
    """The first suspend check at or after `ms`: every 30 s from a phase, up to 1.5 s late."""
    tick = -((phase_ms - ms) // CHECK_MS)
    return np.asarray(phase_ms + tick * CHECK_MS + (tick * 7919) % 1500, dtype=np.int64)


def seat(request_ms: Ints, end_ms: Ints, warehouse: Warehouse) -> Ints:
    """The cluster of each statement (requests in order): the first with a free seat, else the last."""
    running = np.arange(len(request_ms)) - np.searchsorted(np.sort(end_ms), request_ms, side="right")
    taken = np.clip(running // warehouse.seats, 0, warehouse.clusters - 1)
    return np.asarray(taken + 1, dtype=np.int64)


def _starts(request_ms: Ints, end_ms: Ints, idle_ms: int, phase_ms: int) -> Ints:
    """Which statements find their cluster suspended, so that a session begins with them."""
    latest = np.maximum.accumulate(end_ms)
    suspended = next_check(latest[:-1] + idle_ms, phase_ms) < request_ms[1:]
    return np.flatnonzero(np.concatenate([[True], suspended]))


def _switch_on(request_ms: Ints, starts: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """When each session is on, and when each statement may begin at the earliest.

    Resources take 0.1 to 0.8 s to come (not charged), and 0.2 to 2 s more until the first statement executes.
    """
    on = request_ms[starts] + rng.integers(100, 800, len(starts))
    ready = on + rng.integers(200, 2000, len(starts))
    session = np.zeros(len(request_ms), dtype=np.int64)
    session[starts[1:]] = 1
    return on, np.maximum(request_ms, ready[np.cumsum(session)])


def _latest_end(end_ms: Ints, starts: Ints) -> Ints:
    """The latest end of each session."""
    return np.asarray(np.maximum.reduceat(end_ms, starts), dtype=np.int64)


def _sessions(asked: Ints, on: Ints, latest: Ints, idle_ms: int, phase_ms: int) -> Sessions:
    """Close each session at its check, at the latest just before the next one is asked for."""
    until = np.append(asked[1:] - 1, np.iinfo(np.int64).max)
    off = np.minimum(next_check(latest + idle_ms, phase_ms), until)
    return Sessions(asked, on, off, np.zeros(len(on), dtype=np.bool_))


def play(request_ms: Ints, run_ms: Ints, warehouse: Warehouse, rng: np.random.Generator) -> Played:
    """Run statements on a warehouse: each asks for it at `request_ms` (in order) and takes `run_ms`."""
    phase = int(rng.integers(0, CHECK_MS))
    planned_end = request_ms + run_ms
    cluster = seat(request_ms, planned_end, warehouse)
    begin = request_ms.copy()
    extra = []
    for number in range(2, warehouse.clusters + 1):
        mine = np.flatnonzero(cluster == number)
        if not len(mine):
            extra.append(_none())
            continue
        starts = _starts(request_ms[mine], planned_end[mine], SCALE_IN_MS, phase)
        on, begin[mine] = _switch_on(request_ms[mine], starts, rng)
        latest = _latest_end(begin[mine] + run_ms[mine], starts)
        extra.append(_sessions(request_ms[mine][starts], on, latest, SCALE_IN_MS, phase))
    starts = _starts(request_ms, planned_end, warehouse.auto_suspend_ms, phase)
    on, earliest = _switch_on(request_ms, starts, rng)
    begin = np.where(cluster == 1, earliest, begin)
    end = begin + run_ms
    first = _sessions(request_ms[starts], on, _latest_end(end, starts), warehouse.auto_suspend_ms, phase)
    return Played(cluster, begin, end, (first, *extra))


def _none() -> Sessions:
    empty = np.zeros(0, dtype=np.int64)
    return Sessions(empty, empty, empty, empty.astype(np.bool_))


def forget_on(sessions: Sessions) -> Sessions:
    """Add a session that a person starts and stops by hand in the longest gap, without a statement."""
    gaps = sessions.on_ms[1:] - sessions.off_ms[:-1]
    if not len(gaps) or gaps.max() < HOUR_MS // 2:
        return sessions
    at = int(gaps.argmax())
    on = int(sessions.off_ms[at] + gaps[at] // 5)
    off = on + min(9 * HOUR_MS, int(gaps[at] // 2))

    def insert(values: Ints, value: int) -> Ints:
        return np.insert(values, at + 1, value)

    return Sessions(
        insert(sessions.asked_ms, on - 300),
        insert(sessions.on_ms, on),
        insert(sessions.off_ms, off),
        np.insert(sessions.manual, at + 1, True),
    )
