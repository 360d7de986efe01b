"""The replayed bill: goldens worked out by hand, and the laws every bill keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.money import NANO
from costs.backfill.replay import HOUR_MS, Rules, bill, marginal

if TYPE_CHECKING:
    import random

SECOND, MINUTE = 1000, 60_000
XSMALL = NANO
RULES = Rules(XSMALL, auto_suspend_ms=MINUTE)


def seconds(count: int, rate: int = XSMALL) -> int:
    """A rate an hour, for so many seconds, half up."""
    return (2 * rate * count + 3600) // 7200


def test_a_start_is_billed_for_at_least_a_minute() -> None:
    """One second of work on a warehouse that sleeps at once costs 60 seconds."""
    assert bill([(0, SECOND)], Rules(XSMALL, auto_suspend_ms=0)) == seconds(60)


def test_two_starts_are_two_minutes() -> None:
    """Each resume has a minute of its own."""
    sleeper = Rules(XSMALL, auto_suspend_ms=0)
    assert bill([(0, SECOND), (10 * SECOND, 11 * SECOND)], sleeper) == seconds(120)


def test_work_between_two_short_starts_can_cost_less_than_nothing() -> None:
    """It makes one start of two, which no attribution can show."""
    sleeper = Rules(XSMALL, auto_suspend_ms=0)
    two = [(0, 10 * SECOND), (15 * SECOND, 25 * SECOND)]
    assert marginal(two, [(10 * SECOND, 15 * SECOND)], sleeper) == -seconds(60)


def test_the_tail_until_it_sleeps_is_billed() -> None:
    """100 seconds of work and ten minutes of waiting for more."""
    assert bill([(0, 100 * SECOND)], Rules(XSMALL)) == seconds(700)


def test_work_inside_a_tail_moves_only_its_end() -> None:
    """Work that begins five minutes into a tail of ten adds what it moves the end by."""
    after = (400 * SECOND, 430 * SECOND)
    assert marginal([(0, 100 * SECOND)], [after], Rules(XSMALL)) == seconds(330)


def test_a_part_of_a_second_is_a_second() -> None:
    """Billing is by the second: 1 millisecond past it is one more."""
    assert bill([(0, 100 * SECOND + 1)], RULES) == seconds(161)


def test_an_always_on_warehouse_costs_no_more_for_more_work() -> None:
    """The marginal price of work on a warehouse that never sleeps is nothing, its own bill the whole window."""
    always = Rules(XSMALL, auto_suspend_ms=None, open_ms=(0, 24 * HOUR_MS))
    assert bill([], always) == 24 * XSMALL
    assert marginal([(0, HOUR_MS)], [(2 * HOUR_MS, 3 * HOUR_MS)], always) == 0


def test_load_beyond_a_cluster_starts_the_second() -> None:
    """Nine statements at once on a cluster of eight: a second one for their time and its way down."""
    nine = [(0, 600 * SECOND)] * 9
    single, multi = Rules(XSMALL), Rules(XSMALL, max_clusters=2)
    assert bill(nine, multi) - bill(nine, single) == seconds(600 + 120)


def test_the_marginal_price_on_a_full_always_on_warehouse_is_the_second_cluster() -> None:
    """What is always on is free until its slots are full."""
    always = Rules(XSMALL, auto_suspend_ms=None, max_clusters=2, open_ms=(0, 24 * HOUR_MS))
    assert marginal([(0, HOUR_MS)] * 8, [(0, 10 * SECOND)], always) == seconds(130)


def test_no_more_clusters_start_than_allowed() -> None:
    """Beyond the last cluster statements share it."""
    assert bill([(0, HOUR_MS)] * 100, Rules(XSMALL, max_clusters=3)) == bill(
        [(0, HOUR_MS)] * 17, Rules(XSMALL, max_clusters=3)
    )


def test_clusters_that_are_always_beside_the_first_are_billed_with_it() -> None:
    """Maximised mode: so many clusters whatever the load."""
    assert bill([(0, 100 * SECOND)], Rules(XSMALL, min_clusters=2, max_clusters=2)) == seconds(2 * 700)


def test_an_upsize_bills_what_it_adds_for_at_least_a_minute() -> None:
    """Twice as large for the last 20 of 100 seconds: the added half for a minute."""
    rules = Rules(XSMALL, auto_suspend_ms=0, resizes=((80 * SECOND, 2 * XSMALL),))
    assert bill([(0, 100 * SECOND)], rules) == seconds(100 + 60)


def test_a_downsize_bills_each_size_for_its_time() -> None:
    """300 seconds, of which 100 were twice as large."""
    rules = Rules(2 * XSMALL, auto_suspend_ms=0, resizes=((100 * SECOND, XSMALL),))
    assert bill([(0, 300 * SECOND)], rules) == seconds(400)


def _at_the_hour(start: int, end: int) -> list[tuple[int, int]]:
    hour = -(-(start + 1) // HOUR_MS) * HOUR_MS
    return [(start, hour), (hour, end)] if hour < end else [(start, end)]


moments = st.integers(0, 6 * HOUR_MS)
stretches = st.tuples(moments, st.integers(0, HOUR_MS)).map(lambda pair: (pair[0], sum(pair)))
timelines = st.lists(stretches, max_size=30)
rules_of_all_kinds = st.builds(
    Rules,
    nano_per_hour=st.integers(1, 10**12),
    auto_suspend_ms=st.sampled_from([MINUTE, 90 * SECOND, 10 * MINUTE, None]),
    max_clusters=st.integers(1, 4),
    slots=st.integers(1, 8),
    open_ms=st.just((0, 8 * HOUR_MS)),
)


@given(timelines, timelines, rules_of_all_kinds)
def test_more_work_never_costs_less(timeline: list, extra: list, rules: Rules) -> None:
    """Where a warehouse sleeps after a minute or later."""
    assert marginal(timeline, extra, rules) >= 0


@given(timelines, rules_of_all_kinds, st.randoms(use_true_random=False))
def test_the_order_of_work_means_nothing(timeline: list, rules: Rules, shuffler: random.Random) -> None:
    """A bill is of when the warehouse was held, not of how that was told."""
    shuffled = list(timeline)
    shuffler.shuffle(shuffled)
    assert bill(shuffled, rules) == bill(timeline, rules)


@given(timelines, rules_of_all_kinds)
def test_a_statement_cut_at_the_hour_is_billed_the_same(timeline: list, rules: Rules) -> None:
    """Where the meter draws its line changes no total."""
    cut = [piece for start, end in timeline for piece in _at_the_hour(start, end)]
    assert bill(cut, rules) == bill(timeline, rules)


@given(timelines, st.integers(1, 100))
def test_an_idle_day_later_changes_nothing(timeline: list, days: int) -> None:
    """The same work once more, days later, costs the same once more."""
    later = [(start + days * 24 * HOUR_MS, end + days * 24 * HOUR_MS) for start, end in timeline]
    whole = Rules(3600 * NANO, auto_suspend_ms=MINUTE, max_clusters=3)
    assert bill([*timeline, *later], whole) == 2 * bill(timeline, whole)


@given(st.integers(1, 48))
def test_an_always_on_warehouse_is_billed_for_its_idle_hours(hours: int) -> None:
    """Each idle hour adds exactly an hour's rate."""
    rules = [
        Rules(XSMALL, auto_suspend_ms=None, open_ms=(0, count * HOUR_MS)) for count in (hours, hours + 1)
    ]
    assert bill([], rules[1]) - bill([], rules[0]) == XSMALL


@given(timelines, timelines, rules_of_all_kinds)
def test_the_rate_scales_the_bill(timeline: list, extra: list, rules: Rules) -> None:
    """A credit price changes money in proportion and nothing else; at whole seconds' rate nothing is rounded."""
    one, seven = (Rules(3600 * n, rules.auto_suspend_ms, max_clusters=rules.max_clusters, slots=rules.slots,
                        open_ms=rules.open_ms) for n in (1, 7))  # fmt: skip
    assert marginal(timeline, extra, seven) == 7 * marginal(timeline, extra, one)


@pytest.mark.parametrize("at", [0, 30, 59, 61])
def test_price_of_a_part_is_the_difference_of_two_bills(at: int) -> None:
    """The definition, on a case of every kind of meeting."""
    base, extra = [(0, 40 * SECOND), (500 * SECOND, 501 * SECOND)], [(at * SECOND, (at + 5) * SECOND)]
    assert marginal(base, extra, RULES) == bill([*base, *extra], RULES) - bill(base, RULES)
