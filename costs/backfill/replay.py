"""What a warehouse is billed for a timeline of work, replayed by its own rules. Integers only, so nothing drifts.

The rules are Snowflake's: per second while a cluster is on; each start, and each upsize for what it adds, at least
60 seconds; a cluster stays on until it was idle for the auto-suspend time; further clusters start when the load is
more than the running ones take, and stop a while after it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from costs.sessions import MINIMUM_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SECOND_MS = 1000
HOUR_MS = 3_600_000
SCALE_IN_MS = 120_000
"""How long a further cluster outlives its need: two checks, a minute apart."""
SLOTS = 8
"""Statements a cluster takes at once (MAX_CONCURRENCY_LEVEL's default)."""

Stretch = tuple[int, int]
"""A half-open stretch of time in epoch milliseconds."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a warehouse is billed and when it sleeps.

    `nano_per_hour` is one cluster's rate in nano-credits an hour; `resizes` are later ones as (from_ms, rate).
    `auto_suspend_ms` None: it never sleeps, and is on for the whole of `open_ms`.
    """

    nano_per_hour: int
    auto_suspend_ms: int | None = 600_000
    min_clusters: int = 1
    max_clusters: int = 1
    slots: int = SLOTS
    scale_in_ms: int = SCALE_IN_MS
    resizes: tuple[tuple[int, int], ...] = ()
    open_ms: Stretch = field(default=(0, 0))


def bill(timeline: Iterable[Stretch], rules: Rules) -> int:
    """Nano-credits billed for statements that hold the warehouse in these stretches; their order means nothing."""
    return _nano(_metered(list(timeline), rules))


def marginal(timeline: Iterable[Stretch], extra: Iterable[Stretch], rules: Rules) -> int:
    """What `extra` adds to the bill of `timeline`, in nano-credits: bill(with) − bill(without).

    0 where the warehouse is on anyway. It can be less than 0 where the warehouse sleeps sooner than after 60
    seconds: two short starts, each billed a minute, become one.
    """
    without = list(timeline)
    return _nano(_metered([*without, *extra], rules) - _metered(without, rules))


def _nano(nano_hours_ms: int) -> int:
    """Nano-credits of nano-credits an hour times milliseconds, half up."""
    return (2 * nano_hours_ms + HOUR_MS) // (2 * HOUR_MS)


def _metered(timeline: Sequence[Stretch], rules: Rules) -> int:
    """Rates times milliseconds over all clusters and layers of size; a stretch of a layer is at least a minute."""
    on = _on(timeline, rules)
    return sum(
        rate * sum(max(end - start, MINIMUM_MS) for start, end in _both(stretches, active))
        for rate, active in _layers(rules)
        for stretches in on
    )


def _on(timeline: Sequence[Stretch], rules: Rules) -> list[list[Stretch]]:
    """When each cluster is on, in whole seconds. The first carries the warehouse: none outlives it."""
    steps = _load(timeline)
    first = _awake(_needed(steps, 0), rules)
    clusters = [first]
    tail_ms = rules.scale_in_ms
    if rules.auto_suspend_ms is not None:
        tail_ms = min(tail_ms, rules.auto_suspend_ms)
    for number in range(1, rules.max_clusters):
        if number < rules.min_clusters:
            clusters.append(first)
            continue
        needed = _needed(steps, number * rules.slots)
        if not needed:
            break
        clusters.append(_joined(_seconds(needed, tail_ms)))
    return clusters


def _awake(busy: Sequence[Stretch], rules: Rules) -> list[Stretch]:
    if rules.auto_suspend_ms is not None:
        return _joined(_seconds(busy, rules.auto_suspend_ms))
    return _joined([rules.open_ms, *_seconds(busy, 0)])


def _load(timeline: Sequence[Stretch]) -> list[tuple[int, int]]:
    """How many statements run from each moment on, in order; a statement of no length holds a millisecond."""
    moves: dict[int, int] = {}
    for start, end in timeline:
        moves[start] = moves.get(start, 0) + 1
        last = max(end, start + 1)
        moves[last] = moves.get(last, 0) - 1
    running, steps = 0, []
    for at in sorted(moves):
        running += moves[at]
        steps.append((at, running))
    return steps


def _needed(steps: Sequence[tuple[int, int]], more_than: int) -> list[Stretch]:
    """The stretches in which more than so many statements run."""
    return [(at, until) for (at, running), (until, _) in pairwise(steps) if running > more_than]


def _seconds(stretches: Iterable[Stretch], tail_ms: int) -> list[Stretch]:
    """The stretches with their tails, in whole seconds: what is touched of a second is billed."""
    return [
        (start - start % SECOND_MS, -(-(end + tail_ms) // SECOND_MS) * SECOND_MS) for start, end in stretches
    ]


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that touch made one, in order."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined


def _both(some: Sequence[Stretch], others: Sequence[Stretch] | None) -> list[Stretch]:
    """Where both are on; None is always. Each list is in order and without overlap."""
    if others is None:
        return list(some)
    met, place = [], 0
    for start, end in some:
        while place < len(others) and others[place][1] <= start:
            place += 1
        at = place
        while at < len(others) and others[at][0] < end:
            met.append((max(start, others[at][0]), min(end, others[at][1])))
            at += 1
    return met


def _layers(rules: Rules) -> list[tuple[int, list[Stretch] | None]]:
    """The rate as layers: what each size adds to the next smaller one, and when it is that large.

    A resized warehouse is a stack of such layers, and the minute of a start and of an upsize is the same rule: a
    layer that comes on is billed for at least 60 seconds.
    """
    if not rules.resizes:
        return [(rules.nano_per_hour, None)]
    far = 1 << 62
    steps = [(-far, rules.nano_per_hour), *sorted(rules.resizes), (far, 0)]
    pieces = [(at, until, rate) for (at, rate), (until, _) in pairwise(steps)]
    rates = sorted({rate for *_, rate in pieces} - {0})
    return [
        (rate - below, _joined((at, until) for at, until, size in pieces if size >= rate))
        for below, rate in zip([0, *rates], rates, strict=False)
    ]
