"""A warehouse's recent timeline and the rules it was seen to keep: what a backfill is replayed on."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.facts.streams import QUERY_HISTORY, WAREHOUSE_EVENTS, WAREHOUSE_METERING
from assay.model.money import NANO
from assay.model.time import DAY_MS, HOUR_MS, Window, floor_day_ms
from costs.backfill.replay import Rules, Stretch, bill, marginal
from costs.sessions import SIZES, sessions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.facts.engine import Engine
    from assay.facts.files import FactFiles
    from assay.facts.streams import FactStream

LOOK_BACK_DAYS = 14
"""How many days of a warehouse's timeline a backfill is replayed on, each at the same hour."""
DEFAULT_SUSPEND_MS = 600_000
ALWAYS_ON = 0.98
"""The share of the hours from which on a warehouse counts as always on."""
MARGIN_MS = HOUR_MS
NEAR = 0.7
"""A replay that comes this near to the meter keeps the list's rate where several clusters ran."""
_COLUMNS = (
    "query_id", "start_ms", "end_ms", "queued_provisioning_ms", "queued_repair_ms", "queued_overload_ms",
    "compilation_ms", "list_external_files_ms", "transaction_blocked_ms", "cluster_number", "warehouse",
    "warehouse_size", "cloud_services_nano", "acceleration_bytes", "user", "tag",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timeline:
    """What held a warehouse in a window, in order of its end, and the rules it kept.

    `rate` is the list's credits an hour of its size. `fidelity` is what the rules bill for this timeline over what was
    metered, before the rate was fitted to the meter; None where nothing was metered. `told` says what the rules were
    read from.
    """

    warehouse: str
    window: Window
    held: Sequence[Stretch]
    rules: Rules
    rate: int
    fidelity: float | None
    told: tuple[str, ...]

    def prices(self, extra: Sequence[Stretch], at_ms: int) -> list[int]:
        """What `extra` (from 0 on, in ms) adds to the bill when it begins at `at_ms`' time of day, on each past day."""
        lasts = max((end for _, end in extra), default=0)
        newest = floor_day_ms(self.window.end_ms - 1) - DAY_MS
        days = [
            day_ms
            for day_ms in range(floor_day_ms(self.window.start_ms), newest + 1, DAY_MS)
            if day_ms + at_ms % DAY_MS + min(lasts, DAY_MS) <= self.window.end_ms
        ]
        return [self._price(extra, day_ms + at_ms % DAY_MS) for day_ms in days or [newest]]

    def _price(self, extra: Sequence[Stretch], at_ms: int) -> int:
        moved = [(start + at_ms, end + at_ms) for start, end in extra]
        around = self._between(at_ms, max((end for _, end in moved), default=at_ms))
        reach = (around.start_ms, around.end_ms)
        rules = replace(self.rules, open_ms=reach) if self.rules.auto_suspend_ms is None else self.rules
        near = [(start, end) for start, end in self._near(around) if end > around.start_ms]
        return marginal([_cut(each, reach) for each in near], moved, rules)

    def _between(self, start_ms: int, end_ms: int) -> Window:
        """The stretch that can matter to work from start to end: what is further off is in both bills alike."""
        margin = MARGIN_MS + 2 * (self.rules.auto_suspend_ms or 0)
        return Window(start_ms - margin, end_ms + margin)

    def _near(self, window: Window) -> Iterable[Stretch]:
        first = bisect_left(self.held, window.start_ms, key=lambda each: each[1])
        return (each for each in self.held[first:] if each[0] < window.end_ms)


def _cut(stretch: Stretch, within: Stretch) -> Stretch:
    return max(stretch[0], within[0]), min(stretch[1], within[1])


def timelines(  # noqa: PLR0913, PLR0917 - where facts are, and which are asked for
    session: Session,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    connection: str,
    warehouses: Iterable[str],
    until_ms: int,
) -> dict[str, Timeline]:
    """The recent timelines of some warehouses, by name; one that ran nothing has an empty one."""
    wanted = sorted(set(warehouses))
    window = Window(floor_day_ms(until_ms) - LOOK_BACK_DAYS * DAY_MS, until_ms)

    def of(stream: FactStream, within: Window) -> list[Any]:
        return list(files.files(session, connection, stream, within))

    with engine_factory() as engine:
        engine.table("wanted", pa.table({"warehouse": pa.array(wanted, pa.string())}))
        engine.facts("told", QUERY_HISTORY, of(QUERY_HISTORY, window), window, columns=_COLUMNS)
        engine.into("queries", "backfill_queries")
        engine.into("statements", "statements")
        held = engine.step("backfill_held").to_pylist()
        whole = Window(0, until_ms)
        engine.facts("all_events", WAREHOUSE_EVENTS, of(WAREHOUSE_EVENTS, whole), whole)
        events = engine.step("backfill_events").to_pylist()
        engine.facts("metering", WAREHOUSE_METERING, of(WAREHOUSE_METERING, window), window)
        metered: dict[str, int] = defaultdict(int)
        for row in engine.rows("metering"):
            metered[row["warehouse"]] += row["compute_nano"] or 0
    return {
        name: timeline(
            name,
            window,
            [row for row in held if row["warehouse"] == name],
            [row for row in events if row["warehouse"] == name],
            metered[name],
        )
        for name in wanted
    }


def timeline(
    warehouse: str, window: Window, held: Sequence[Any], events: Sequence[Any], metered_nano: int
) -> Timeline:
    """A warehouse's timeline from its statements and events, its rate fitted to what was metered in the window."""
    work = [(row["begins_ms"], row["ends_ms"]) for row in held]
    rules, told = rules_of(window, held, events)
    rate = rules.nano_per_hour // NANO
    if not work or not metered_nano:
        return Timeline(warehouse, window, work, rules, rate, None, told)
    billed = bill([_cut(each, (window.start_ms, window.end_ms)) for each in work], rules)
    fidelity = billed / metered_nano
    if (
        rules.max_clusters == 1 or not NEAR < fidelity < 1 / NEAR
    ):  # what further clusters did is told less exactly
        rules = replace(rules, nano_per_hour=max(rules.nano_per_hour * metered_nano // billed, 1))
    return Timeline(warehouse, window, work, rules, rate, fidelity, told)


def rules_of(
    window: Window, held: Sequence[Any], events: Sequence[Any]
) -> tuple[Rules, tuple[str, ...]]:  # fmt: skip
    """The rules a warehouse was seen to keep: its size, when it sleeps, how many clusters it starts."""
    sizes = [row["size"] for row in held if row["size"] in SIZES]
    rate = SIZES[sizes[-1]] if sizes else 1
    clusters = max((row["cluster_number"] or 1 for row in held), default=1)
    suspend_ms, told = _suspend(window, held, events)
    rules = Rules(
        rate * NANO,
        suspend_ms,
        max_clusters=clusters,
        open_ms=(window.start_ms, window.end_ms),
    )
    return rules, told


def _suspend(
    window: Window, held: Sequence[Any], events: Sequence[Any]
) -> tuple[int | None, tuple[str, ...]]:  # fmt: skip
    """After how long without work it sleeps, by its own events: None for never."""
    sessions = sessions_of(events, window.end_ms).within(window)
    first = [period for period in sessions.periods if period.cluster_number == 1]
    if not first:
        return DEFAULT_SUSPEND_MS, (
            "auto-suspend is taken as 10 minutes: no event of the warehouse is known",
        )
    on_ms = sum(min(p.off_ms, window.end_ms) - max(p.on_ms, window.start_ms) for p in first)
    if on_ms >= ALWAYS_ON * (
        window.end_ms - max(window.start_ms, sessions.known_from_ms[first[0].warehouse])
    ):
        return None, ("the warehouse is always on: more work adds nothing until it is full",)
    ends = [row["ends_ms"] for row in held]
    tails = []
    for off_ms in sorted(
        {period.session_off_ms for period in first if period.session_off_ms < window.end_ms}
    ):
        place = bisect_left(ends, off_ms + 1) - 1
        if place >= 0 and 0 <= off_ms - ends[place] < HOUR_MS:
            tails.append(off_ms - ends[place])
    if not tails:
        return DEFAULT_SUSPEND_MS, ("auto-suspend is taken as 10 minutes: it was never seen to sleep",)
    seconds = round(median_low(tails) / 1000)
    return seconds * 1000, (f"auto-suspend is taken as {seconds} s, as it was seen to sleep",)
