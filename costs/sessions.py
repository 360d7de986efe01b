"""When each cluster of a warehouse was on, and what was billed beyond that: read from the warehouse's own events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assay.model.charges import ChargeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assay.model.time import Window

Row = Mapping[str, Any]

MINIMUM_MS = 60_000
"""Every start, and every upsize for what it adds, is billed for at least 60 seconds (Snowflake's billing rule)."""

SIZES = {
    "XSMALL": 1, "SMALL": 2, "MEDIUM": 4, "LARGE": 8, "XLARGE": 16, "2XLARGE": 32, "3XLARGE": 64, "4XLARGE": 128,
    "5XLARGE": 256, "6XLARGE": 512, "X2LARGE": 32, "X3LARGE": 64, "X4LARGE": 128, "X5LARGE": 256, "X6LARGE": 512,
    "XXLARGE": 32, "XXXLARGE": 64,
}  # fmt: skip
"""Credits an hour of a standard warehouse by size, spelt as Snowflake does anywhere, less dashes. Only their ratios
matter: the meter sets the level, so generations with another price need no list of their own."""

_ON = {"RESUME_CLUSTER", "SPINUP_CLUSTER", "RESUME_WAREHOUSE"}
_OFF = {"SUSPEND_CLUSTER", "SPINDOWN_CLUSTER", "SUSPEND_WAREHOUSE"}
_SIZED = {"WAREHOUSE_CONSISTENT", "RESIZE_WAREHOUSE"}


def size_key(size: str | None) -> str:
    """A size as the table of sizes spells it: 'X-Small' and 'XSMALL' are one."""
    return (size or "").upper().replace("-", "").replace(" ", "")


@dataclass(frozen=True, slots=True)
class OnPeriod:
    """A stretch of one session at one size; `rate` is credits an hour by the list."""

    warehouse: str
    cluster_number: int
    session_on_ms: int
    session_off_ms: int
    on_ms: int
    off_ms: int
    rate: int | None


@dataclass(frozen=True, slots=True)
class TopUp:
    """Time billed although the cluster was off (or smaller): from `from_ms` to `until_ms` at `rate`.

    It was caused in the span [span_on_ms, span_off_ms): the queries that ran there share it.
    """

    kind: ChargeKind
    warehouse: str
    cluster_number: int
    span_on_ms: int
    span_off_ms: int
    from_ms: int
    until_ms: int
    rate: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """What the events tell: on-periods, top-ups, and since when each warehouse's events are known."""

    periods: Sequence[OnPeriod] = ()
    top_ups: Sequence[TopUp] = ()
    known_from_ms: Mapping[str, int] = field(default_factory=dict)

    def within(self, window: Window) -> Sessions:
        """Only what touches the window; since when events are known stays."""
        return Sessions(
            [p for p in self.periods if p.off_ms > window.start_ms and p.on_ms < window.end_ms],
            [t for t in self.top_ups if t.until_ms > window.start_ms and t.from_ms < window.end_ms],
            self.known_from_ms,
        )


@dataclass(slots=True)
class _Warehouse:
    """The state while the events of one warehouse are read in order of time."""

    name: str
    size: int | None = None
    on: dict[int, int] = field(default_factory=dict)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    sessions: list[tuple[int, int, int]] = field(default_factory=list)

    def read(self, row: Row) -> None:
        event, at_ms = row["event_name"], row["at_ms"]
        cluster = row["cluster_number"] or 1
        if event in _SIZED and row["size"] and (rate := SIZES.get(size_key(row["size"]))):
            if not self.sizes or self.sizes[-1][1] != rate:
                self.sizes.append((at_ms, rate))
        elif event in _ON:
            self.on.setdefault(cluster, at_ms)
        elif event in _OFF:
            stopping = list(self.on) if event == "SUSPEND_WAREHOUSE" else [cluster]
            for number in stopping:
                if number in self.on:
                    self.sessions.append((number, self.on.pop(number), at_ms))

    def finish(self, until_ms: int) -> None:
        """Clusters still on when the events end are on until `until_ms`."""
        self.sessions += [(number, since, until_ms) for number, since in self.on.items() if until_ms > since]
        self.on.clear()


def sessions_of(events: Iterable[Row], until_ms: int) -> Sessions:
    """The on-periods of every cluster and the top-ups they were billed, from WAREHOUSE_EVENTS rows in any order.

    A start is its first event (STARTED before COMPLETED), an end likewise. A warehouse-level start without
    cluster events is its first cluster's. `until_ms` is how far the events are known.
    """
    by_warehouse: dict[str, list[Row]] = defaultdict(list)
    for row in events:
        if row["warehouse"] and row["event_state"] != "FAILED":
            by_warehouse[row["warehouse"]].append(row)
    periods: list[OnPeriod] = []
    top_ups: list[TopUp] = []
    for name in sorted(by_warehouse):
        state = _Warehouse(name)
        for row in sorted(by_warehouse[name], key=_moment):
            state.read(row)
        state.finish(until_ms)
        for number, on_ms, off_ms in sorted(state.sessions):
            pieces = list(_pieces(name, number, on_ms, off_ms, state.sizes))
            periods += pieces
            top_ups += _minimum(pieces)
            top_ups += _upsizes(pieces)
    known = {name: min(row["at_ms"] for row in rows) for name, rows in by_warehouse.items()}
    return Sessions(periods, top_ups, known)


def _moment(row: Row) -> tuple[int, bool, str, int]:
    """Events in order of time; at one instant an end comes before a start, as a restart shows both."""
    return row["at_ms"], row["event_name"] not in _OFF, row["event_name"], row["cluster_number"] or 0


def _pieces(
    name: str, number: int, on_ms: int, off_ms: int, sizes: Sequence[tuple[int, int]]
) -> Iterator[OnPeriod]:
    """A session cut where the warehouse changed size. Before the first size told, that first one is assumed."""
    cuts = [at for at, _ in sizes if on_ms < at < off_ms]
    for begins, ends in zip([on_ms, *cuts], [*cuts, off_ms], strict=True):
        yield OnPeriod(name, number, on_ms, off_ms, begins, ends, _rate_at(sizes, begins))


def _rate_at(sizes: Sequence[tuple[int, int]], at_ms: int) -> int | None:
    told = [rate for at, rate in sizes if at <= at_ms]
    return told[-1] if told else sizes[0][1] if sizes else None


def _minimum(pieces: Sequence[OnPeriod]) -> Iterator[TopUp]:
    """The rest of the first minute of a session that was shorter, at its least size: an upsize has its own minute."""
    last = pieces[-1]
    until_ms = last.session_on_ms + MINIMUM_MS
    if last.session_off_ms < until_ms:
        span = (last.session_on_ms, max(last.session_off_ms, last.session_on_ms + 1))
        yield TopUp(
            ChargeKind.MIN_60S,
            last.warehouse,
            last.cluster_number,
            *span,
            last.session_off_ms,
            until_ms,
            min((piece.rate for piece in pieces if piece.rate), default=1),
        )


def _upsizes(pieces: Sequence[OnPeriod]) -> Iterator[TopUp]:
    """The rest of the first minute of resources an upsize added, where they went sooner."""
    for i, (before, after) in enumerate(pairwise(pieces)):
        added = (after.rate or 0) - (before.rate or 0)
        if added <= 0:
            continue
        gone_ms = next(
            (p.on_ms for p in pieces[i + 2 :] if (p.rate or 0) < (after.rate or 0)), after.session_off_ms
        )
        until_ms = after.on_ms + MINIMUM_MS
        if gone_ms < until_ms:
            yield TopUp(
                ChargeKind.RESIZE,
                after.warehouse,
                after.cluster_number,
                after.on_ms,
                gone_ms,
                gone_ms,
                until_ms,
                added,
            )
