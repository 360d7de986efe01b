"""The true meter of a warehouse: what every second cost and why, in whole units.

The unit is the *credit-millisecond*: credits per hour times milliseconds; 3.6 million of them are a credit.

busy        on, and something executes; at every instant shared equally among what executes on the cluster.
startup     from the cluster's on until its first statement begins to execute.
keeper_idle on, nothing executes, after a statement of the session ended: the last to end keeps it on.
no_query    on, in a session in which no statement ever ran.
min_60s     off, but charged until on + 60 s, as the session was shorter; in the hours where that falls.
resize      gone, but charged until 60 s after an enlargement; for the added resources only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assay.demo.warehouses import CREDITS_PER_HOUR, HOUR_MS, MINUTE_MS, Resize

if TYPE_CHECKING:
    from assay.demo.power import Ints, Sessions

KINDS = ("busy", "keeper_idle", "startup", "no_query", "min_60s", "resize")
BUSY, KEEPER_IDLE, STARTUP, NO_QUERY, MIN_60S, RESIZE = range(6)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of a warehouse over time: `credits_per_hour[k]` holds from `since_ms[k]` on."""

    since_ms: Ints
    credits_per_hour: Ints
    names: tuple[str, ...]

    @classmethod
    def of(cls, size: str, resizes: tuple[Resize, ...]) -> Sizes:
        """The sizes of a warehouse that begins as `size`."""
        names = (size, *(resize.size for resize in resizes))
        since = np.array([0, *(resize.at_ms for resize in resizes)], dtype=np.int64)
        return cls(since, np.array([CREDITS_PER_HOUR[name] for name in names], dtype=np.int64), names)

    def index(self, ms: Ints) -> Ints:
        """Which size holds at each moment."""
        return np.searchsorted(self.since_ms, ms, side="right").astype(np.int64) - 1

    def rate(self, ms: Ints) -> Ints:
        """Credits per hour of one cluster at each moment."""
        return self.credits_per_hour[self.index(ms)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Stretches [begin, end) in which statements execute on one cluster; `query` says whose each is."""

    begin_ms: Ints
    end_ms: Ints
    query: Ints


@dataclass(frozen=True, slots=True)
class Metered:
    """Credit-milliseconds by kind and hour (kind, hour), and by statement, busy and kept idle."""

    by_hour: Ints
    busy: Floats
    idle: Floats


def meter(pieces: Pieces, sessions: Sessions, sizes: Sizes, covered: range, queries: int) -> Metered:
    """Meter a cluster of `queries` statements; `by_hour` is of the UTC hours `covered` (since the epoch)."""
    first_hour, hours = covered.start, len(covered)
    by_hour = np.zeros((len(KINDS), hours), dtype=np.int64)
    begins, order = np.sort(pieces.begin_ms), np.argsort(pieces.end_ms, kind="stable")
    ends = pieces.end_ms[order]
    clock = (np.arange(hours + 1) + first_hour) * HOUR_MS
    times = np.unique(
        np.concatenate([begins, ends, sessions.on_ms, sessions.off_ms, sizes.since_ms[1:], clock])
    )
    at = times[:-1]
    session = np.searchsorted(sessions.on_ms, at, side="right") - 1
    on = (
        (session >= 0) & (at < sessions.off_ms[np.maximum(session, 0)])
        if len(sessions.on_ms)
        else session >= 0
    )
    at, lasts, session = at[on], np.diff(times)[on], session[on]
    ended = np.searchsorted(ends, at, side="right")
    running = np.searchsorted(begins, at, side="right") - ended
    units = lasts * sizes.rate(at)
    kind = _why(at, running, session, sessions, begins)
    hour = at // HOUR_MS - first_hour
    np.add.at(by_hour, (kind, hour), units)
    busy = _shared(at, units, running, pieces, queries)
    kept = kind == KEEPER_IDLE
    keeper = pieces.query[order][ended[kept] - 1]
    idle = np.bincount(keeper, units[kept], minlength=queries).astype(np.float64)
    _top_ups(by_hour, sessions, sizes, first_hour)
    return Metered(by_hour, busy, idle)


def _why(at: Ints, running: Ints, session: Ints, sessions: Sessions, begins: Ints) -> Ints:
    """The kind of each stretch in which the cluster is on."""
    never = np.iinfo(np.int64).max
    first = np.append(begins, never)[np.searchsorted(begins, sessions.on_ms)]
    first = np.where(first < sessions.off_ms, first, never)[session]
    idle = np.where(first == never, NO_QUERY, np.where(at < first, STARTUP, KEEPER_IDLE))
    return np.where(running > 0, BUSY, idle)


def _shared(at: Ints, units: Ints, running: Ints, pieces: Pieces, queries: int) -> Floats:
    """Each statement's part of the busy time, equal among what executes at every instant."""
    each = np.where(running > 0, units / np.maximum(running, 1), 0.0)
    reading = np.concatenate([[0.0], np.cumsum(each)])
    part = reading[np.searchsorted(at, pieces.end_ms)] - reading[np.searchsorted(at, pieces.begin_ms)]
    return np.bincount(pieces.query, part, minlength=queries).astype(np.float64)


def _top_ups(by_hour: Ints, sessions: Sessions, sizes: Sizes, first_hour: int) -> None:
    """Charge what a minute's minimum adds to short sessions and to short enlargements."""
    due = sessions.on_ms + MINUTE_MS
    short = due > sessions.off_ms
    off = sessions.off_ms[short]
    _charge(by_hour[MIN_60S], off, due[short], sizes.rate(off - 1), first_hour)
    for k in range(1, len(sizes.names)):
        added = sizes.credits_per_hour[k] - sizes.credits_per_hour[k - 1]
        at = int(sizes.since_ms[k])
        until = int(sizes.since_ms[k + 1]) if k + 1 < len(sizes.names) else at + MINUTE_MS
        live = (sessions.on_ms < at) & (at < sessions.off_ms)
        gone = np.minimum(sessions.off_ms[live], until)
        gone = gone[gone < at + MINUTE_MS]
        if added > 0:
            _charge(
                by_hour[RESIZE],
                gone,
                np.full_like(gone, at + MINUTE_MS),
                np.full_like(gone, added),
                first_hour,
            )


def _charge(hours: Ints, begin: Ints, end: Ints, rate: Ints, first_hour: int) -> None:
    """Add stretches shorter than an hour to the hours they fall in."""
    turn = (begin // HOUR_MS + 1) * HOUR_MS
    np.add.at(hours, begin // HOUR_MS - first_hour, (np.minimum(end, turn) - begin) * rate)
    over = end > turn
    np.add.at(hours, turn[over] // HOUR_MS - first_hour, (end - turn)[over] * rate[over])


def to_nano(units: Ints) -> Ints:
    """Credit-milliseconds as nano-credits: one is 2500/9 of them; half a nano-credit is rounded up."""
    return (units * 5000 + 9) // 18


def parts_to_nano(by_kind: Ints) -> Ints:
    """Nano-credits of each kind (first axis) so that they add up to the nano-credits of the sum, exactly."""
    running = to_nano(np.cumsum(by_kind, axis=0))
    return np.diff(running, axis=0, prepend=0)
