"""The detector's parts: scales, small counts, tails, runs."""

from __future__ import annotations

from datetime import date

import numpy as np
from fakes.metric_series import days
from hypothesis import given
from hypothesis import strategies as st

from assay.model.time import DAY_MS
from checks.anomaly import Config, Kind
from checks.anomaly.arrays import row_median
from checks.anomaly.counts import SmallCounts, Zeros, none_at_all, two_sided
from checks.anomaly.fleet import FLEET_LEAST, Fleet
from checks.anomaly.recurring import Recurrence, classes_of
from checks.anomaly.shift import scan
from checks.anomaly.tail import TailModel
from checks.anomaly.transform import learn


@given(st.lists(st.floats(0, 1e12), min_size=14, max_size=14), st.sampled_from(list(Kind)))
def test_the_watched_scale_loses_nothing(points: list[float], kind: Kind) -> None:
    """Forward and back give the value again, within rounding and the ends of a share."""
    values = np.array([points])
    transform = learn(values, np.array([int(kind)]), 0.005)
    back = transform.back(transform.forward(values))
    np.testing.assert_allclose(back, values, rtol=1e-6, atol=2e-4 * max(1.0, *points))


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=12))
def test_the_median_leaves_gaps_out(points: list[float]) -> None:
    """It is numpy's of what is there, and NaN where nothing is."""
    there = [point for point in points if not np.isnan(point)]
    expected = np.median(there) if there else np.nan
    np.testing.assert_allclose(row_median(np.array([points]))[0], expected)


def test_small_counts_have_the_chance_poisson_gives_them() -> None:
    """Without excess the law is Poisson's: P(0 | 5) = exp(-5), and twice P(<= 0) both ways."""
    five, none = np.array([5.0]), np.array([1e-4])
    np.testing.assert_allclose(none_at_all(five, none), np.exp(-5.0), rtol=0.01)
    np.testing.assert_allclose(two_sided(np.array([0.0]), five, none), 2 * np.exp(-5.0), rtol=0.01)


def test_small_counts_are_equally_noisy_on_the_even_scale() -> None:
    """Poisson counts of 4 and of 100 spread alike there, and what spreads so far ends at the edge."""
    r = np.random.default_rng(4)
    counts = SmallCounts(np.ones(4000, dtype=np.bool_))
    level, nothing = np.where(np.arange(4000) % 2, 100.0, 4.0), np.zeros(4000)
    even = counts.even(nothing, r.poisson(level).astype(np.float64), level)
    assert 0.8 < even[::2].std() / (np.sqrt(2.0) * even[1::2].std()) < 1.2
    edge = counts.edge(nothing, level, nothing + 0.3)
    np.testing.assert_allclose(counts.even(nothing, edge, level), 0.3)


def test_a_zero_that_never_was_may_be_less_unlikely() -> None:
    """Where there was one of late it takes more to be odd, and less in a fleet that is often struck."""
    chance = np.array([0.005, 0.005, 1e-4, 1e-4])
    zeros = Zeros(np.array([0.0, 1.0, 1.0, 9.0]))
    np.testing.assert_array_equal(zeros.odd(chance, np.zeros(4)), [True, False, True, False])
    np.testing.assert_array_equal(zeros.odd(chance, np.ones(4)), [True, True, True, False])


def test_a_fleet_is_troubled_by_clear_events_only() -> None:
    """None in 40 days is calm, one in a hundred points is trouble, and a small fleet says nothing."""
    cohorts = np.repeat([0, 1, 2], [100, 100, FLEET_LEAST - 1])
    fleet = Fleet(cohorts, np.ones(len(cohorts)))
    for day in range(40):
        fleet.strike((np.arange(len(cohorts)) % 100 == day) & (cohorts > 0))
        fleet.count(np.ones(len(cohorts)), np.ones(len(cohorts), dtype=np.bool_))
    np.testing.assert_array_equal(fleet.trouble, np.where(cohorts == 1, 1.0, 0.0))


def test_gaussian_residuals_are_as_rare_as_they_say() -> None:
    """On Gaussian noise three sigmas come about as often as they should."""
    r = np.random.default_rng(1)
    tail = TailModel(np.full(400, 0.1), Config(), np.zeros(400, dtype=np.int64))
    for _ in range(150):
        tail.learn(0.1 * r.standard_normal(400), np.ones(400))
    z = np.concatenate([tail.rarity(0.1 * r.standard_normal(400)) for _ in range(50)])
    assert 0.0005 < (z > 3.0).mean() < 0.006
    limit = tail.limit(np.full(400, 3.0))
    np.testing.assert_allclose(tail.rarity(limit), 3.0, atol=0.1)


def test_heavy_tails_are_recognised() -> None:
    """Student-t noise with three degrees of freedom has a smaller tail index than Gaussian noise."""
    r = np.random.default_rng(2)
    tail = TailModel(np.full(2, 1.0), Config(tail_memory=400), np.zeros(2, dtype=np.int64))
    for _ in range(400):
        tail.learn(np.array([r.standard_normal(), r.standard_t(3)]), np.ones(2))
    assert tail.index[1] < 6 < tail.index[0]


def test_a_scan_needs_every_residual_on_its_side() -> None:
    """Three to one side count together; one spike alone does not."""
    both = scan(np.array([[2.0, 2.0, 2.0], [0.0, -0.5, 6.0]]), (2, 3), 3.5)
    np.testing.assert_allclose(both, [2 * np.sqrt(3.0), 0.0])


def test_month_ends_are_classes() -> None:
    """Friday 2025-01-31 ends its month both ways; Monday 2025-03-03 is the first working day."""
    assert classes_of(date(2025, 1, 31)) == (True, True, False, False)
    assert classes_of(date(2025, 3, 3)) == (False, False, False, True)
    assert classes_of(date(2025, 6, 15)) == (False, False, False, False)


def test_a_class_looks_only_back() -> None:
    """The like of a point are two earlier ones, newest first, and never one alone."""
    recurrence = Recurrence(None, (30,), 200)
    assert [back[:, 0].tolist() for back in recurrence.back(95)] == [[30, 60]]
    assert recurrence.back(40) == []


def test_each_series_has_its_own_calendar() -> None:
    """Two series that begin a month apart meet their month ends at different points."""
    times = np.stack([days(100), days(100) + 31 * DAY_MS])
    ends = Recurrence(times, (), 200).back(84)[0]
    assert ends.tolist() == [[31, 0], [59, 0]]


def test_no_residual_at_all_is_not_rare() -> None:
    """Where the weights sum to a little more than one, nothing is still nothing."""
    tail = TailModel(np.full(200, 0.1), Config(), np.zeros(200, dtype=np.int64))
    for scale in np.linspace(0.5, 2.0, 40):
        tail.learn(np.linspace(0.01, 0.3, 200) * scale, np.ones(200))
        np.testing.assert_allclose(tail.rarity(np.zeros(200)), 0.0, atol=1e-6)
