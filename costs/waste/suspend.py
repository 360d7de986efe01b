"""What a warehouse would have been billed with another auto-suspend: its timeline played again, second by second.

The rules are Snowflake's: a cluster is billed by the second while it is on, each start for a minute at least; a
warehouse goes off once it has been idle for its auto-suspend time, at the next of its checks (about every 30 s). A
shorter time takes idle stretches away and adds starts: each costs the time until its first statement begins, and the
rest of its minute. Of several clusters those beyond the first go off by the scaling policy, whatever the setting is,
and the warehouse is suspended only when they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from costs.sessions import MINIMUM_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costs.sessions import OnPeriod

Ints = npt.NDArray[np.int64]
CHECK_MS = 30_000
"""How long a warehouse that may go off waits for its check, at most."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A warehouse's time: when anything ran in it, and when it was on.

    `busy_from`/`busy_until` are the stretches in which some statement ran, in order and apart from each other; `on` and
    `off` those in which any cluster was on. `cuts` are the moments at which its rate changes, and `rates` what it is
    billed from each on (credits an hour of all its clusters), `single` the same of its first cluster alone. From
    `more_from` to `more_until` other clusters than the first were on.
    """

    busy_from: Ints
    busy_until: Ints
    on: Ints
    off: Ints
    cuts: Ints
    rates: Ints
    single: Ints
    more_from: Ints
    more_until: Ints


@dataclass(frozen=True, slots=True)
class Played:
    """A timeline as it would be billed: rate times milliseconds, how often it starts, and how long it idles (ms)."""

    units: int
    starts: int
    idle_ms: int


def timeline(busy: Sequence[tuple[int, int]], periods: Sequence[OnPeriod]) -> Timeline:
    """The timeline of one warehouse from its busy stretches and the on-periods of its clusters."""
    begins, ends = _apart(sorted((period.on_ms, period.off_ms) for period in periods))
    cuts = np.unique(
        np.array([at for period in periods for at in (period.on_ms, period.off_ms)] or [0], dtype=np.int64)
    )
    number = min((period.cluster_number for period in periods), default=1)
    first = [period for period in periods if period.cluster_number == number]
    others = sorted((period.on_ms, period.off_ms) for period in periods if period.cluster_number != number)
    rates, single = _rates(periods, cuts), _rates(first, cuts)
    return Timeline(*_apart(sorted(busy)), begins, ends, cuts, rates, single, *_apart(others))


def _rates(periods: Sequence[OnPeriod], cuts: Ints) -> Ints:
    """The sum of the rates of the periods that are on from each cut to the next."""
    steps = np.zeros(len(cuts) + 1, dtype=np.int64)
    if periods:
        rate = np.array([period.rate or 1 for period in periods], dtype=np.int64)
        np.add.at(steps, np.searchsorted(cuts, [period.on_ms for period in periods]), rate)
        np.subtract.at(steps, np.searchsorted(cuts, [period.off_ms for period in periods]), rate)
    return np.cumsum(steps[:-1])


def _apart(stretches: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Stretches in order of their beginning, those that touch made one."""
    if not stretches:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    begins, ends = np.array(stretches, dtype=np.int64).T
    reach = np.maximum.accumulate(ends)
    new = np.concatenate([[True], begins[1:] > reach[:-1]])
    last = np.append(np.flatnonzero(new)[1:] - 1, len(begins) - 1)
    return begins[new], reach[last]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The idle stretches: from `quiet` on, off at `off` (or still on when the next statement came, at `next`)."""

    quiet: Ints
    off: Ints
    next: Ints


def gaps(line: Timeline) -> Gaps:
    """After each busy stretch: when it went quiet, when the warehouse went off or was needed again, when it was."""
    session = np.searchsorted(line.on, line.busy_until, side="left") - 1
    known = (session >= 0) & (line.busy_until <= line.off[np.maximum(session, 0)] + 1)
    quiet = line.busy_until[known]
    following = np.append(line.busy_from[1:], np.iinfo(np.int64).max)[known]
    return Gaps(quiet, np.minimum(following, np.maximum(line.off[session[known]], quiet)), following)


@dataclass(frozen=True, slots=True)
class Setting:
    """The auto-suspend time a warehouse seems to have and how late its checks come, both in ms.

    Where it was never seen to go off (`is_seen` is false), the time is the longest it stayed on without a statement.
    """

    ms: int
    late_ms: int
    is_seen: bool = True


def auto_suspend(line: Timeline) -> Setting:
    """The setting as the timeline shows it; 0 ms where nothing shows any.

    A tail is the idle time before it went off: the setting, and up to 30 s until the check. Hardly any is shorter than
    the setting, so the least but a twentieth tells it, in whole half minutes. The last tail is left out: the period
    ends it.
    """
    idle = gaps(line)
    went_off = (idle.off < idle.next) & (idle.off < line.off[-1])
    tails = np.sort((idle.off - idle.quiet)[went_off])
    if not len(tails):
        stayed = (idle.off - idle.quiet)[idle.off == idle.next]
        return Setting(int(stayed.max(initial=0)), CHECK_MS // 2, is_seen=False)
    setting = int(tails[len(tails) // 20]) // CHECK_MS * CHECK_MS
    return Setting(setting, min(max(int(np.median(tails)) - setting, 0), CHECK_MS))


def startup(line: Timeline) -> int:
    """How long the warehouse is usually on before the first statement of a start runs, in ms."""
    first = np.searchsorted(line.busy_from, line.on)
    there = first < len(line.busy_from)
    waits = line.busy_from[first[there]] - line.on[there]
    waits = waits[waits < MINIMUM_MS]
    return int(np.median(waits)) if len(waits) else 0


def replay(line: Timeline, suspend_ms: int | None = None) -> Played:
    """The bill of the timeline as it was, or with each idle stretch cut after `suspend_ms` and the usual check.

    Stretches before the first statement of a start, and starts in which nothing ran, are left as they were.
    """
    idle = gaps(line)
    off = idle.off if suspend_ms is None else np.minimum(idle.off, _alone(line, idle.quiet + suspend_ms))
    again = (off < idle.next) & (idle.off == idle.next)
    wait = startup(line)
    resumed = idle.next[again] - np.minimum(wait, idle.next[again] - off[again])
    removed = int((_billed(line, idle.off) - _billed(line, off)).sum())
    removed -= int(((idle.next[again] - resumed) * _rate(line.single, line.cuts, idle.next[again])).sum())
    whole = int(_billed(line, line.off).sum() - _billed(line, line.on).sum())
    starts = np.sort(np.concatenate([line.on, resumed]))
    ends = np.sort(np.concatenate([line.off[~_cut_at_end(line, idle, off)], off[off < idle.off]]))
    return Played(whole - removed + _top_ups(line, starts, ends), len(starts), int((off - idle.quiet).sum()))


def _alone(line: Timeline, at: Ints) -> Ints:
    """Each moment, or if another cluster than the first is on then, the moment it has gone off."""
    if not len(line.more_from):
        return at
    place = np.searchsorted(line.more_from, at, side="right") - 1
    until = line.more_until[np.maximum(place, 0)]
    return np.where((place >= 0) & (until > at), until, at)


def _cut_at_end(line: Timeline, idle: Gaps, off: Ints) -> npt.NDArray[np.bool_]:
    """Which sessions end sooner than they did."""
    sooner = idle.off[(off < idle.off) & (idle.off < idle.next)]
    return np.isin(line.off, sooner)


def _billed(line: Timeline, at: Ints) -> Ints:
    """Rate times milliseconds from the first cut until each moment."""
    lasted = np.diff(line.cuts, append=line.cuts[-1:])
    until = np.concatenate([[0], np.cumsum(lasted * line.rates)[:-1]]) if len(line.cuts) else lasted
    place = np.maximum(np.searchsorted(line.cuts, at, side="right") - 1, 0)
    return np.asarray(until[place] + np.maximum(at - line.cuts[place], 0) * line.rates[place], dtype=np.int64)


def _rate(rates: Ints, cuts: Ints, at: Ints) -> Ints:
    place = np.maximum(np.searchsorted(cuts, at, side="left") - 1, 0)
    return np.asarray(rates[place], dtype=np.int64)


def _top_ups(line: Timeline, starts: Ints, ends: Ints) -> int:
    """What the minute of each start comes to beyond the time it lasted, of one cluster."""
    missing = np.maximum(MINIMUM_MS - (ends - starts), 0)
    return int((missing * np.maximum(_rate(line.single, line.cuts, starts + 1), 1)).sum())
