"""Long series: judged in stretches side by side, with the verdicts of one long pass."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.metric_series import days, rows

from checks.anomaly import detect
from checks.anomaly.config import DAILY
from checks.anomaly.recurring import Recurrence
from checks.anomaly.stream import Detector
from checks.anomaly.stretches import LEAD, LONG, Stretches
from checks.anomaly.verdicts import Verdicts, stack

LENGTH = 3600


def events(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Ten years of row counts with bad days, gaps and new levels."""
    r = np.random.default_rng(seed)
    values = rows(seed, series=3, length=LENGTH)
    for row in values:
        bad = r.choice(LENGTH, 60, replace=False)
        row[bad] = np.round(row[bad] * r.choice([0.0, 0.5, 2.0, 3.0], 60))
        row[r.integers(200, LENGTH) :] *= 1.7
        row[r.choice(LENGTH, 80, replace=False)] = np.nan
    return values


def one_pass(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Verdicts:
    """The verdicts of the loop on the whole."""
    times = np.broadcast_to(days(values.shape[1]), values.shape)
    detector = Detector(np.zeros(len(values), dtype=np.int64), DAILY, times[:, 0])
    recurrence = Recurrence(times, DAILY.recurrence_lags, detector.history.reach)
    return stack([detector.step(column, recurrence.back(t)) for t, column in enumerate(values.T)])


@pytest.mark.parametrize("seed", [1, 2])
def test_ten_years_are_judged_as_in_one_pass(seed: int) -> None:
    """The same points are flagged, and what was expected is the same within a thousandth."""
    values = events(seed)
    with np.errstate(all="ignore"):
        whole, parts = one_pass(values), detect(values, days(LENGTH))
    np.testing.assert_array_equal(whole.flagged, parts.flagged)
    assert whole.flag[:, LONG:].sum() > 100
    np.testing.assert_allclose(parts.expected[:, 14:], whole.expected[:, 14:], rtol=1e-3)


@pytest.mark.parametrize("cut", [LONG, LONG + 1, 2 * LONG - LEAD + 1, 3001])
def test_no_look_ahead_across_stretches(cut: int) -> None:
    """What was said before a point does not change with what comes after it, but for the last bits of a figure."""
    values = events(3)[:1]
    whole, part = detect(values, days(LENGTH)), detect(values[:, :cut], days(cut))
    for name in ("flag", "creep", "reason"):
        np.testing.assert_array_equal(getattr(whole, name)[:, :cut], getattr(part, name), err_msg=name)
    for name in ("expected", "low", "high", "z"):
        ours, theirs = getattr(whole, name)[:, :cut], getattr(part, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_short_series_beside_a_long_one_costs_one_stretch() -> None:
    """Stretches without values are not judged; the others keep their order."""
    values = np.full((2, LENGTH), np.nan)
    values[0, :100], values[1] = 5.0, 7.0
    cut = Stretches(values, 7)
    assert cut.begin.tolist() == [0, 0, 1000, 2000, 3000]
    assert cut.once(np.array([8, 9])).tolist() == [8, 9, 9, 9, 9]
    assert cut.of(np.arange(LENGTH)[None, :].repeat(2, axis=0))[2, 0] == 1000


def test_an_event_where_a_stretch_begins_is_not_taken_for_its_habit() -> None:
    """An empty Friday as a lead begins does not make Fridays odd a year later."""
    values = rows(4, series=1, length=2600)
    values[0, 1018] = 0
    assert not detect(values, days(2600)).flag[0, LONG:].any()
