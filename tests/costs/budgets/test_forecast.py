"""A forecast knows weeks and months' ends, keeps its order, and says little where little is known."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costs.budgets.calendar import PLACES, calendar
from costs.budgets.forecast import Begun, forecast
from costs.budgets.seasons import month_effects, weekday_factors

MONDAY = date(2026, 6, 1)
AMOUNTS = st.lists(st.integers(0, 10**15), min_size=0, max_size=90)


@settings(deadline=None, max_examples=40)
@given(AMOUNTS, st.integers(0, 31), st.integers(0, 10**12))
def test_ranges_are_in_order_and_grow_with_the_days(amounts: list[int], ahead: int, begun: int) -> None:
    """Whatever was spent: P10, P50, P90, none below what is metered, and a later day is never less likely."""
    told = forecast(MONDAY, amounts, ahead, Begun(begun, 0.5))
    assert len(told) == ahead
    assert all(begun <= each.p10 <= each.p50 <= each.p90 for each in told)
    assert all(one.p50 <= other.p50 and one.p10 <= other.p10 for one, other in pairwise(told))


def test_before_anything_is_known_nothing_is_promised() -> None:
    """What has begun is all that is certain."""
    assert {tuple(each) for each in forecast(MONDAY, [0] * 30, 5, Begun(7, 0.5))} == {(7, 7, 7)}


@pytest.mark.parametrize("days", [3, 10, 40, 120])
def test_what_is_always_the_same_goes_on(days: int) -> None:
    """The middle is exact; the longer it was so, the narrower the range."""
    told = forecast(MONDAY, [10**9] * days, 10)[-1]
    assert told.p50 == 10 * 10**9
    assert told.p90 - told.p10 < (0.25 if days >= 40 else 1.5) * told.p50


def test_weekends_are_not_working_days() -> None:
    """Eight weeks of five busy days: the next five days cost five, the two after them nothing more."""
    told = forecast(MONDAY, [10**9, 10**9, 10**9, 10**9, 10**9, 0, 0] * 8, 7)
    assert [round(each.p50 / 10**9, 2) for each in told] == [1, 2, 3, 4, 5, 5, 5]


def test_a_month_that_is_closed_dearly_is_expected_to_be_again() -> None:
    """Three month's ends cost ten days each; the fourth is in the forecast, and no day in its middle."""
    first, days = date(2026, 5, 1), 31 + 30 + 31 + 20
    places = calendar(first, days + 11).place
    amounts = [10 * 10**9 if place == PLACES - 1 else 10**9 for place in places[:days]]
    told = forecast(first, amounts, 11)
    assert 9.9 < told[-2].p50 / 10**9 < 10.5
    assert 18 < told[-1].p50 / 10**9 < 21


def test_what_happened_once_is_not_expected_again() -> None:
    """A day of a hundred days' cost is spent, but no reason to expect another."""
    amounts = [10**9 + place % 7 * 10**7 for place in range(80)]
    amounts[60] = 100 * 10**9
    told = forecast(MONDAY, amounts, 10)[-1]
    assert 9.5 * 10**9 < told.p50 < 12 * 10**9


def test_growth_goes_on_for_a_while() -> None:
    """Half a percent a day for three months: the next weeks cost more than the last."""
    amounts = [round(10**9 * 1.005**day) for day in range(90)]
    told = forecast(MONDAY, amounts, 14)[-1]
    assert sum(amounts[-14:]) < told.p50 < 1.15 * sum(amounts[-14:])


def test_a_day_under_way_counts_once() -> None:
    """What is metered of it is certain, the rest of it is expected."""
    whole = forecast(MONDAY, [8 * 10**9] * 60, 2)
    part = forecast(MONDAY, [8 * 10**9] * 60, 2, Begun(2 * 10**9, 0.25))
    assert whole[-1].p50 == part[-1].p50 == 16 * 10**9


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 10**6), min_size=20, max_size=60), st.integers(2, 1000))
def test_the_unit_makes_no_difference(amounts: list[int], factor: int) -> None:
    """Nano-credits or micro-euros: the same forecast, but for rounding."""
    one = forecast(MONDAY, amounts, 5)[-1]
    other = forecast(MONDAY, [amount * factor for amount in amounts], 5)[-1]
    assert all(abs(a * factor - b) <= factor for a, b in zip(one, other, strict=True))


def test_weekday_factors_add_up_to_a_week() -> None:
    """Of noise alone hardly anything is learned."""
    amounts = 100 + 20 * np.random.default_rng(3).standard_normal(84)
    factors = weekday_factors(amounts, calendar(MONDAY, 84))
    assert factors.sum() == pytest.approx(7)
    assert np.abs(factors - 1).max() < 0.15


def test_one_month_makes_no_habit() -> None:
    """A place of the month is special when it was so at least twice."""
    first, days = date(2026, 5, 1), 45
    where = calendar(first, days)
    amounts = np.where(where.place == PLACES - 1, 10.0, 1.0)
    assert not month_effects(amounts, where, np.ones(7)).any()


def test_days_know_their_place() -> None:
    """The last three days of a month are counted from its end, whatever its length."""
    places = calendar(date(2026, 2, 1), 31).place.tolist()
    assert places[:4] == [0, 1, 2, 3]
    assert places[25:31] == [PLACES - 3, PLACES - 2, PLACES - 1, 0, 1, 2]
    assert calendar(MONDAY, 3).weekday.tolist() == [0, 1, 2]
