"""A warehouse's rules are read from what it did, and a backfill's price from its own past days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.money import NANO
from assay.model.time import DAY_MS, HOUR_MS, Window
from costs.backfill.replay import Rules, marginal
from costs.backfill.timeline import DEFAULT_SUSPEND_MS, Timeline, rules_of, timeline

MINUTE = 60_000
WEEK = Window(20_000 * DAY_MS, 20_007 * DAY_MS)
FIRST = WEEK.start_ms


def held(starts_ms: list[int], lasts_ms: int = MINUTE, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a row's values
    """Statements from these moments on, in order of their end."""
    row = {"cluster_number": 1, "size": "SMALL"} | more
    return [row | {"begins_ms": at, "ends_ms": at + lasts_ms} for at in starts_ms]


def event(name: str, at_ms: int) -> dict[str, Any]:
    """An event of the warehouse's first cluster."""
    return {
        "warehouse": "WH", "event_name": name, "event_state": "COMPLETED", "cluster_number": 1, "size": None,
        "at_ms": at_ms,
    }  # fmt: skip


def daily(hour: int = 2) -> list[int]:
    """That hour of every day."""
    return [FIRST + day * DAY_MS + hour * HOUR_MS for day in range(7)]


def test_auto_suspend_is_as_it_was_seen_to_sleep() -> None:
    """It slept two minutes after its last statement, day after day; once later, which is no rule."""
    events = []
    for day, at in enumerate(daily()):
        wait = 30 * MINUTE if day == 3 else 2 * MINUTE
        events += [event("RESUME_CLUSTER", at), event("SUSPEND_CLUSTER", at + MINUTE + wait)]
    rules, told = rules_of(WEEK, held(daily()), events)

    assert (rules.auto_suspend_ms, rules.nano_per_hour, rules.max_clusters) == (2 * MINUTE, 2 * NANO, 1)
    assert "120 s" in told[0]


def test_a_warehouse_that_never_sleeps_is_always_on() -> None:
    """Its price for more work is nothing."""
    found = timeline(
        "WH", WEEK, held(daily()), [event("RESUME_CLUSTER", FIRST - 90 * DAY_MS)], 14 * 24 * NANO
    )

    assert found.rules.auto_suspend_ms is None
    assert set(found.prices([(0, HOUR_MS)], FIRST + 5 * HOUR_MS)) == {0}
    assert "always on" in found.told[0]


@pytest.mark.parametrize("events", [[], [event("RESUME_CLUSTER", FIRST + 6 * DAY_MS)]])
def test_what_was_not_seen_is_taken_and_told(events: list[dict[str, Any]]) -> None:
    """No event, or none of sleeping: ten minutes, which is Snowflake's own default; or always on since it woke."""
    rules, told = rules_of(WEEK, held(daily()), events)

    assert rules.auto_suspend_ms in {DEFAULT_SUSPEND_MS, None}
    assert told


def test_further_clusters_that_were_seen_may_start() -> None:
    """As many as ran."""
    rules, _ = rules_of(WEEK, [*held(daily()), *held(daily(4), cluster_number=3)], [])

    assert rules.max_clusters == 3


def test_the_rate_is_fitted_to_the_meter() -> None:
    """A generation with another price needs no list of its own: the replayed bill is what was metered."""
    listed = timeline("WH", WEEK, held(daily()), [], 0)
    metered = 7 * 2 * NANO * 11 // 60  # a minute and its tail of ten, of a rate of two
    dearer = timeline("WH", WEEK, held(daily()), [], metered * 135 // 100)

    assert listed.fidelity is None
    assert dearer.fidelity == pytest.approx(1 / 1.35, rel=1e-6)
    assert dearer.rules.nano_per_hour == pytest.approx(2.7 * NANO, rel=1e-6)
    assert dearer.rate == 2


def test_a_price_is_told_for_each_past_day_at_the_hour_asked() -> None:
    """Inside the daily run it costs less than in the night: the warehouse is awake."""
    found = timeline("WH", WEEK, held(daily(2), lasts_ms=HOUR_MS), [], 0)
    awake = found.prices([(0, MINUTE)], FIRST + 2 * HOUR_MS + 10 * MINUTE)
    asleep = found.prices([(0, MINUTE)], FIRST + 12 * HOUR_MS)

    assert set(awake) == {0}
    assert set(asleep) == {366_666_667}  # a minute and its tail of ten, at two credits an hour
    assert 5 < len(asleep) <= 7


stretches = st.tuples(st.integers(0, 20 * HOUR_MS), st.integers(1, HOUR_MS)).map(
    lambda s: (s[0], s[0] + s[1])
)


@given(
    st.lists(stretches, max_size=20),
    st.lists(st.tuples(st.integers(0, HOUR_MS), st.integers(1, HOUR_MS)), min_size=1, max_size=5),
)
def test_what_is_far_off_changes_no_price(work: list[tuple[int, int]], extra: list[tuple[int, int]]) -> None:
    """The neighbourhood of the backfill is replayed alone, and gives the price of the whole timeline."""
    day = [(start + FIRST, end + FIRST) for start, end in work]
    rules = Rules(3600 * NANO, auto_suspend_ms=5 * MINUTE, max_clusters=2)
    window = Window(FIRST, FIRST + 2 * DAY_MS)
    found = Timeline("WH", window, sorted(day, key=lambda each: each[1]), rules, 1, None, ())
    moved = [(start, start + lasts) for start, lasts in extra]
    at_ms = FIRST + 10 * HOUR_MS
    whole = marginal(day, [(start + at_ms, end + at_ms) for start, end in moved], rules)

    assert found.prices(moved, at_ms)[0] == whole
    assert replace(found, rules=rules).prices(moved, at_ms) == found.prices(moved, at_ms)
