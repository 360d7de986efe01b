"""What the detector finds, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.metric_series import days, hours, rows

from checks.anomaly import Kind, Mark, Reason, detect


@pytest.mark.parametrize("cut", [5, 14, 15, 40, 77, 119])
def test_no_look_ahead(cut: int) -> None:
    """Cutting the future off changes nothing that was said before."""
    values = rows(1)
    values[3, 60] = 0
    values[4, 70:] *= 2
    values[5, 50:55] = np.nan
    whole, part = detect(values, days(120)), detect(values[:, :cut], days(cut))
    for name in ("expected", "low", "high", "flag", "creep", "reason", "z"):
        np.testing.assert_array_equal(getattr(whole, name)[:, :cut], getattr(part, name), err_msg=name)


def test_no_look_ahead_in_hours() -> None:
    """Nor does it for series finer than a day."""
    values = np.abs(np.random.default_rng(2).standard_normal((4, 600))) * 100
    whole, part = detect(values, hours(600)), detect(values[:, :300], hours(300))
    np.testing.assert_array_equal(whole.flag[:, :300], part.flag)
    np.testing.assert_allclose(whole.expected[:, :300], part.expected)


def test_clean_series_raise_few_alarms() -> None:
    """A month of an asset has fewer than a tenth of a false alarm."""
    verdicts = detect(rows(3, series=100), days(120))
    assert verdicts.flagged[:, 60:].sum() / 100 / 60 * 30.4 < 0.1


@pytest.mark.parametrize(
    ("factor", "reason"), [(0.5, Reason.LOW), (0.0, Reason.ZERO), (2.0, Reason.HIGH), (5.0, Reason.HIGH)]
)
def test_a_bad_day_is_found(factor: float, reason: Reason) -> None:
    """Half the rows, none, twice as many: each is flagged on its day with its reason and outside its band."""
    values = rows(4)
    values[:, 90] = np.round(values[:, 90] * factor)
    found = detect(values, days(120))
    assert found.flag[:, 90].all()
    assert set(found.reason[:, 90]) == {int(reason)}
    assert ((values[:, 90] < found.low[:, 90]) | (values[:, 90] > found.high[:, 90])).all()


def test_an_outlier_does_not_hide_the_next() -> None:
    """Ten times the rows on one day, half of them five days later: both are found."""
    values = rows(5)
    values[:, 80] *= 10
    values[:, 85] = np.round(values[:, 85] / 2)
    found = detect(values, days(120))
    assert found.flag[:, 80].all()
    assert found.flag[:, 85].mean() >= 0.9


def test_a_new_level_is_told_once_and_accepted() -> None:
    """A doubled table is flagged for at most a week, then it is the normal."""
    values = rows(6)
    values[:, 80:] *= 2
    found = detect(values, days(120))
    assert found.flag[:, 80].all()
    assert found.flag[:, 90:].mean() < 0.02


def test_a_new_weekly_habit_is_told_a_few_times_and_accepted() -> None:
    """A day of the week that is another from now on is news for some weeks, not for ever."""
    values = rows(5, series=30, length=420)
    values[:, 200::7] = np.round(values[:, 200::7] * 1.8)
    flags = detect(values, days(420)).flag[:, 200::7]
    assert flags[:, 0].all()
    assert flags.sum(axis=1).max() <= 6
    assert not flags[:, 10:].any()


@pytest.mark.parametrize("factor", [0.3, 2.0])
def test_an_outlier_of_the_first_weeks_makes_no_season(factor: float) -> None:
    """What was rare while the series was young is not expected a week later."""
    values = rows(5, series=30, length=200)
    outliers = np.arange(10, 28, 3)
    later = 0
    for place in outliers:
        odd = values.copy()
        odd[:, place] = np.round(odd[:, place] * factor)
        later += int(detect(odd, days(200)).flag[:, 32:].sum())
    assert later / len(outliers) / len(values) < 0.1


def test_a_small_table_loaded_five_times_is_flagged() -> None:
    """Counts as even as Poisson's have no variance to spare, and that is not taken for certainty or for noise."""
    values = np.random.default_rng(17).poisson(20.0, (50, 120)).astype(np.float64)
    values[:, 100] *= 5
    found = detect(values, days(120))
    assert found.flag[:, 100].mean() >= 0.95
    assert found.flag[:, 60:100].mean() < 0.005


def test_a_creep_is_found_within_two_weeks() -> None:
    """A runtime that grows from 30 s to 30 min in 60 days is found early."""
    noise = 0.1 * np.random.default_rng(7).standard_normal((50, 160))
    grown = np.clip(np.arange(160) - 80, 0, 60) / 60 * np.log(60.0)
    found = detect(np.exp(np.log(30.0) + noise + grown), days(160), np.full(50, int(Kind.DURATION)))
    assert found.flagged[:, 81:95].any(axis=1).mean() >= 0.8


def test_steady_growth_is_no_creep() -> None:
    """A table that always grew 3 % a day is left alone."""
    noise = 0.1 * np.random.default_rng(8).standard_normal((50, 160))
    found = detect(np.exp(10 + noise + 0.03 * np.arange(160)), days(160))
    assert found.creep[:, 60:].sum() <= 1


def test_a_creep_that_has_ended_is_not_told_again() -> None:
    """A table that stops growing leaves its heading, but it goes nowhere: that is no second creep."""
    noise = 0.02 * np.random.default_rng(18).standard_normal((50, 240))
    grown = np.clip(np.arange(240) - 80, 0, 60) / 60 * np.log(4.0)
    found = detect(np.exp(10 + noise + grown), days(240))
    assert found.creep[:, 80:140].any(axis=1).all()
    assert not found.creep[:, 147:].any()


def test_a_month_end_is_learned_after_two() -> None:
    """From the third month end on, the monthly load is expected."""
    values, at = rows(9, length=200, weekend=1.0), days(200)
    ends = [25, 53, 84, 114, 145, 175]
    values[:, ends] *= 2
    found = detect(values, at)
    assert found.flag[:, ends[2:]].mean() < 0.1


def test_a_constant_series_is_never_flagged_until_it_changes() -> None:
    """What never varied has a band of its own."""
    values = np.full((1, 60), 1000.0)
    values[0, 50] = 2000.0
    found = detect(values, days(60))
    assert np.flatnonzero(found.flag[0]).tolist() == [50]


def test_missing_points_are_never_flagged() -> None:
    """A gap is not a value."""
    values = rows(10)
    values[:, 60:70] = np.nan
    assert not detect(values, days(120)).flag[:, 60:70].any()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_yields_finite_figures(kind: Kind) -> None:
    """No kind of metric makes the detector say nonsense."""
    values = rows(11) / 1e7 if kind is Kind.RATIO else rows(11)
    found = detect(values, days(120), np.full(20, int(kind)))
    for name in ("expected", "low", "high"):
        assert np.isfinite(getattr(found, name)[:, 14:]).all(), name
    assert (found.low[:, 14:] <= found.expected[:, 14:]).all()


def test_expected_once_is_neither_flagged_nor_learned() -> None:
    """The day is spared, and the days after it are judged as if it had not been."""
    values, marks = rows(12), np.zeros((20, 120), dtype=np.int64)
    values[:, 90] *= 5
    marks[:, 90] = Mark.SPARED
    spared = detect(values, days(120), marks=marks)
    gap = values.copy()
    gap[:, 90] = np.nan
    assert not spared.flag[:, 90].any()
    np.testing.assert_allclose(spared.expected[:, 91:], detect(gap, days(120)).expected[:, 91:])


def test_a_new_normal_is_taken_at_once() -> None:
    """From the day it begins nothing is flagged, and the forecast stands on the new level."""
    values, marks = rows(13), np.zeros((20, 120), dtype=np.int64)
    values[:, 90:] *= 3
    marks[:, 90] = Mark.RESTART
    found = detect(values, days(120), marks=marks)
    assert found.flag[:, 90:].mean() < 0.03
    assert np.median(np.abs(np.log(found.expected[:, 91] / values[:, 91]))) < 0.1


def test_really_wrong_never_becomes_normal() -> None:
    """A shift judged wrong stays flagged, and the level before it stays what is expected."""
    values, marks = rows(14), np.zeros((20, 120), dtype=np.int64)
    values[:, 90:110] *= 3
    marks[:, 90:110] = Mark.WRONG
    found = detect(values, days(120), marks=marks)
    assert found.flag[:, 90:110].all()
    assert not found.flag[:, 110:].any()


def test_an_hourly_spike_is_found_and_judgements_hold_there_too() -> None:
    """Finer series know spikes, spared points and wrong ones."""
    values = 100 + np.random.default_rng(15).standard_normal((3, 400))
    values[:, 300] = 500
    marks = np.zeros((3, 400), dtype=np.int64)
    marks[1, 300], marks[2, 200] = Mark.SPARED, Mark.WRONG
    found = detect(values, hours(400), marks=marks)
    assert found.flag[:, 300].tolist() == [True, False, True]
    assert found.flag[2, 200]
