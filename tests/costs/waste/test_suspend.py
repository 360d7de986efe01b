"""The replay of a warehouse's timeline: by hand, by brute force, and against the simulator."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.demo import power
from assay.demo.warehouses import Warehouse
from assay.model.decisions import Confidence
from assay.model.time import DAY_MS, HOUR_MS
from costs.sessions import OnPeriod
from costs.waste import idle, suspend
from costs.waste.guess import guessed_periods
from costs.waste.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

S = 1000
NANO_PER_UNIT = 2500 / 9


def on(begins: int, ends: int, rate: int = 1, cluster: int = 1) -> OnPeriod:
    """A cluster that is on from second to second."""
    return OnPeriod("WH", cluster, begins * S, ends * S, begins * S, ends * S, rate)


def line(busy: Sequence[tuple[int, int]], *periods: OnPeriod) -> suspend.Timeline:
    """A timeline from stretches in seconds."""
    return suspend.timeline([(begins * S, ends * S) for begins, ends in busy], periods)


def test_as_it_was() -> None:
    """On for 500 s at 4 credits an hour, and for 10 s that are billed as 60."""
    told = suspend.replay(line([(0, 100), (2000, 2005)], on(0, 500, 4), on(2000, 2010, 4)))

    assert (4 * 560 * S, 2, 405 * S) == (told.units, told.starts, told.idle_ms)


def test_a_shorter_tail() -> None:
    """Off 60 s after the last statement instead of 400 s after it: 340 s less."""
    told = suspend.replay(line([(0, 100)], on(0, 500)), 60 * S)

    assert (160 * S, 1, 60 * S) == (told.units, told.starts, told.idle_ms)


def test_a_gap_is_left_and_another_start_is_paid() -> None:
    """A gap of 300 s is cut after 60: 240 s less, but for 2 s that the new start takes until its first statement."""
    before = line([(2, 100), (400, 500)], on(0, 600))
    told = suspend.replay(before, 60 * S)

    assert 2 * S == suspend.startup(before)
    assert (600 * S, 600 * S - 240 * S + 2 * S - 40 * S) == (suspend.replay(before).units, told.units)
    assert 2 == told.starts


def test_a_minute_is_billed_for_each_start() -> None:
    """With 10 s, a statement of 5 s holds 15 s and is billed 60; so more starts may cost more than they save."""
    before = line([(0, 5), (40, 45), (80, 85)], on(0, 95))
    told = suspend.replay(before, 10 * S)

    assert (95 * S, 3 * 60 * S) == (suspend.replay(before).units, told.units)


def test_a_second_cluster_goes_by_its_own_policy() -> None:
    """It is suspended once the first cluster is alone: at 250 s, not at 160; the other one is paid as it was."""
    told = suspend.replay(line([(0, 100)], on(0, 400), on(50, 250, cluster=2)), 60 * S)

    assert (250 + 200) * S == told.units
    assert (300 + 200) * S == suspend.replay(
        line([(0, 100)], on(0, 400), on(50, 250, cluster=2)), 200 * S
    ).units


def test_a_size_that_changed_counts_as_it_was() -> None:
    """The tail is at 2 credits for 100 s and at 4 after; only what lies behind the cut goes."""
    grown = OnPeriod("WH", 1, 0, 500 * S, 200 * S, 500 * S, 4)
    first = OnPeriod("WH", 1, 0, 500 * S, 0, 200 * S, 2)
    told = suspend.replay(line([(0, 100)], first, grown), 160 * S)

    assert (2 * 200 + 4 * 60) * S == told.units


def test_the_setting_is_read_off_the_tails() -> None:
    """Tails of 300 to 330 s are a setting of 300, and the checks come 15 s late in the middle."""
    busy = [(k * 1000, k * 1000 + 100) for k in range(32)]
    periods = [on(begins, ends + 300 + k % 31) for k, (begins, ends) in enumerate(busy)]

    assert suspend.Setting(300 * S, 15 * S) == suspend.auto_suspend(line(busy, *periods))
    assert 0 == suspend.auto_suspend(line([], on(0, 100))).ms


def test_a_warehouse_that_is_never_suspended() -> None:
    """Always on: how long it stayed on is all that is seen, and any time may be proposed; the last one is no tail."""
    timeline = line([(0, 100), (4000, 4100), (90_000, 90_100)], on(0, 864_000))
    nano = round(suspend.replay(timeline).units * NANO_PER_UNIT)
    found = idle.find(idle.Evidence("WH", "acme", timeline, nano, nano), Period(0, 10 * DAY_MS))

    assert suspend.Setting(85_900 * S, 15 * S, is_seen=False) == suspend.auto_suspend(timeline)
    assert found is not None
    assert "it was not suspended once, also when nothing ran for 23.9 h" in found.title
    assert "SET AUTO_SUSPEND = 600" in found.change


def test_a_start_in_which_nothing_ran_is_left_alone() -> None:
    """Somebody switched it on by hand."""
    told = suspend.replay(line([(0, 100)], on(0, 500), on(1000, 9000)), 60 * S)

    assert (160 + 8000) * S == told.units


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[OnPeriod]]:
    """Statements in seconds, and the on-periods an auto-suspend time gives them."""
    tail = draw(st.integers(60, 400))
    busy, at = [], 0
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.integers(1, 900))
        busy.append((at, at + draw(st.integers(1, 200))))
        at = busy[-1][1]
    sessions = [[busy[0][0], busy[0][1] + tail]]
    for begins, ends in busy[1:]:
        if begins <= sessions[-1][1]:
            sessions[-1][1] = ends + tail
        else:
            sessions.append([begins, ends + tail])
    rate = draw(st.sampled_from([1, 4]))
    return busy, [on(begins, ends, rate) for begins, ends in sessions]


def _second_by_second(busy: Sequence[tuple[int, int]], periods: Sequence[OnPeriod], wait: int) -> int:
    """The bill with an auto-suspend of `wait` seconds, by counting; the warehouse never comes on sooner than it did."""
    rate = periods[0].rate or 1
    was_on = {at for p in periods for at in range(p.on_ms // S, p.off_ms // S)}
    kept = sorted(
        at
        for at in was_on
        if any(b <= at < e for b, e in busy)
        or (ended := max((e for _, e in busy if e <= at), default=None)) is None
        or at < ended + wait
    )
    starts = [0, *(place for place, (a, b) in enumerate(pairwise(kept), start=1) if b > a + 1), len(kept)]
    return rate * S * sum(max(ends - begins, 60) for begins, ends in pairwise(starts))


@settings(max_examples=80, deadline=None)
@given(_worlds(), st.integers(1, 500))
def test_the_replay_is_the_bill_counted_second_by_second(
    world: tuple[list[tuple[int, int]], list[OnPeriod]], wait: int
) -> None:
    """Whatever the statements, the setting and the time proposed."""
    busy, periods = world

    assert _second_by_second(busy, periods, wait) == suspend.replay(line(busy, *periods), wait * S).units
    assert _second_by_second(busy, periods, 10**6) == suspend.replay(line(busy, *periods)).units


@settings(deadline=None)
@given(_worlds())
def test_a_time_of_a_minute_or_more_never_costs_more(
    world: tuple[list[tuple[int, int]], list[OnPeriod]],
) -> None:
    """Each cut takes at least as much away as its start adds, and a longer time never saves more."""
    timeline = line(world[0], *world[1])
    bills = [suspend.replay(timeline, seconds * S).units for seconds in (60, 120, 300, 600)]

    assert sorted(bills) == bills
    assert bills[-1] <= suspend.replay(timeline).units


def test_the_longest_time_that_saves_nearly_as_much_is_proposed() -> None:
    """Tails of an hour, ten of them: 60 s saves hardly more than 300 s, which keeps caches longer."""
    busy = [(k * 8000, k * 8000 + 100) for k in range(10)]
    timeline = line(busy, *(on(begins, ends + 3600) for begins, ends in busy))
    nano = round(suspend.replay(timeline).units * NANO_PER_UNIT)
    period = Period(0, 10 * DAY_MS)
    found = idle.find(idle.Evidence("my wh", "acme", timeline, nano, nano, is_told=False), period)

    assert found is not None
    assert 'ALTER WAREHOUSE "my wh" SET AUTO_SUSPEND = 300' == found.change
    saved = round(10 * (3600 - 300) * S * NANO_PER_UNIT)
    assert abs(3 * saved - found.nano_per_month) <= 3
    assert Confidence.MEDIUM is found.confidence


def test_a_warehouse_that_goes_off_at_once_has_nothing_to_save() -> None:
    """A minute is the least that is proposed."""
    timeline = line([(0, 100)], on(0, 160))

    assert idle.find(idle.Evidence("WH", "acme", timeline, 10**9, 10**9), Period(0, 10 * DAY_MS)) is None


@pytest.mark.parametrize("proposed", [60, 180])
def test_the_saving_is_what_the_simulator_bills_less(proposed: int) -> None:
    """The same requests played with the shorter time cost what the replay says, to a hundredth of the bill."""
    rng = np.random.default_rng(5)
    asked = np.sort(rng.integers(0, 5 * DAY_MS, 1500))
    took = rng.integers(500, 90_000, 1500)

    def played(seconds: int) -> tuple[suspend.Timeline, int]:
        warehouse = Warehouse("WH", 1, "Medium", seconds * S)
        told = power.play(asked, took, warehouse, np.random.default_rng(5))
        sessions = told.sessions[0]
        pairs = zip(sessions.on_ms.tolist(), sessions.off_ms.tolist(), strict=True)
        periods = [OnPeriod("WH", 1, a, b, a, b, 4) for a, b in pairs]
        busy = list(zip(told.begin_ms.tolist(), told.end_ms.tolist(), strict=True))
        timeline = suspend.timeline(busy, periods)
        return timeline, suspend.replay(timeline).units

    before, bill = played(600)
    setting = suspend.auto_suspend(before)
    expected = suspend.replay(before, proposed * S + setting.late_ms).units

    assert (600 * S, True) == (setting.ms, setting.is_seen)
    assert abs(expected - played(proposed)[1]) < bill / 100


def test_the_time_is_worked_out_from_the_meter_where_no_event_tells_it() -> None:
    """Two statements of 100 s, 500 s apart; 400 s on: each kept it on for 100 s."""
    busy = [(0, 100 * S), (600 * S, 700 * S)]
    nano = round(400 * S * 2 * NANO_PER_UNIT)
    periods = guessed_periods("WH", "Small", busy, nano)

    assert [(0, 200), (600, 800)] == [(round(p.on_ms / S), round(p.off_ms / S)) for p in periods]
    assert {2} == {period.rate for period in periods}
    assert [] == guessed_periods("WH", "Small", busy, nano // 4)


def test_a_meter_that_shows_more_than_an_hour_of_idling_is_held_to_that() -> None:
    """Nobody can say what the rest was."""
    periods = guessed_periods("WH", "X-Small", [(0, 100 * S)], 10**12)

    assert 1 == len(periods)
    assert abs(periods[0].off_ms - 100 * S - HOUR_MS) <= 1
