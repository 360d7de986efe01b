"""Series of hours and minutes: their memory, their bar, and how uneven ones are laid out."""

from __future__ import annotations

import numpy as np
import pytest
from fakes.metric_series import hours
from hypothesis import given
from hypothesis import strategies as st

from assay.model.time import DAY_MS, HOUR_MS
from checks.anomaly import Reason, detect, for_period
from checks.anomaly.bar import held
from checks.anomaly.layout import Series, lay_out

MINUTE_MS = 60_000
FIVE = for_period(5 * MINUTE_MS)
DAY = FIVE.period
LIMIT = FIVE.z_window


def noise(seed: int, days: int, series: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Five-minute points (series, T) about 100, with a standard deviation of 5."""
    return 100 + 5 * np.random.default_rng(seed).standard_normal((series, days * DAY))


def test_a_trouble_is_told_once() -> None:
    """Of four hours at twice the level the first point is flagged; all of them have a reason."""
    values = noise(1, 10)
    values[0, 2000:2048] *= 2
    found = detect(values, config=FIVE)
    assert np.flatnonzero(found.flag[0, 1990:2060]).tolist() == [10]
    assert set(found.reason[0, 2000:2048]) == {int(Reason.HIGH)}
    assert (values[0, 2000:2048] > found.high[0, 2000:2048]).all()


def test_what_is_odd_only_for_its_time_is_held_against_that_time() -> None:
    """A usual value at an unusual hour is flagged, and lies outside the band that is told with it."""
    at = np.arange(21 * DAY)
    values = noise(2, 21) + 60 * np.sin(2 * np.pi * at / DAY)
    values[0, 20 * DAY + DAY // 4] = 40
    found = detect(values, config=FIVE)
    place = 20 * DAY + DAY // 4
    assert found.flag[0, place]
    assert found.reason[0, place] == Reason.LOW
    assert values[0, place] < found.low[0, place] < found.expected[0, place]


def test_each_alarm_raises_the_bar_and_days_lower_it() -> None:
    """A spike a day, 0.163 over the limit in log units: told at 0 and 0.09, then again when 0.19 came down to 0.16."""
    strength = np.zeros((1, 40 * DAY))
    strength[0, ::DAY] = LIMIT * np.exp(0.163)
    found = held(strength, LIMIT, DAY)
    assert (np.flatnonzero(found.alarm[0]) / DAY).tolist()[:3] == [0, 1, 4]
    np.testing.assert_allclose(
        np.log(found.bar[0, [0, DAY, 2 * DAY, 4 * DAY]] / LIMIT), [0, 0.09, 0.18, 0.16]
    )


@given(st.lists(st.floats(0, 30), min_size=1, max_size=300), st.integers(1, 299))
def test_the_bar_of_a_point_follows_from_the_points_before(strengths: list[float], cut: int) -> None:
    """It is never under the limit, alarms are half a day apart and odd, and the future changes nothing."""
    strength = np.array([strengths])
    found, part = held(strength, LIMIT, 24), held(strength[:, :cut], LIMIT, 24)
    assert (found.bar >= LIMIT).all()
    assert (found.odd | ~found.alarm).all()
    assert (np.diff(np.flatnonzero(found.alarm[0])) >= 12).all()
    np.testing.assert_array_equal(found.bar[:, :cut], part.bar)
    np.testing.assert_array_equal(found.alarm[:, :cut], part.alarm)


@pytest.mark.parametrize("side", [-1, 1])
def test_an_hourly_point_at_the_end_of_its_band_is_as_far_off_as_the_bar(side: int) -> None:
    """With two means and two spreads behind it the band still ends where the strength reaches the bar."""
    r = np.random.default_rng(3)
    values = 1000 + np.where(np.arange(1201) < 900, 0, 40) + 30 * r.standard_normal((1, 1201))
    values[0, 1200 - 24] = 1030
    band = detect(values, hours(1201))
    edge = (band.high if side > 0 else band.low)[0, 1200]
    for beyond, is_flagged in ((1 - 1e-6 * side, False), (1 + 1e-6 * side, True)):
        values[0, 1200] = edge * beyond
        found = detect(values, hours(1201))
        assert found.flag[0, 1200] == is_flagged
        np.testing.assert_allclose(abs(found.z[0, 1200]), found.threshold[0, 1200], rtol=1e-3)


def test_a_wild_week_does_not_become_the_habit() -> None:
    """After a day of spikes as high, the six weeks before it still find the next one odd."""
    values = 100 + 5 * np.random.default_rng(4).standard_normal((1, 1500))
    values[0, 1400:1406] = 400
    values[0, 1450] = 400
    assert detect(values, hours(1500)).flag[0, [1400, 1450]].all()


def test_a_jump_is_told_though_the_level_was_there_before() -> None:
    """A slow swing covers 40 to 160; from 110 to 150 within an hour is a jump, and outside the band told with it."""
    r = np.random.default_rng(6)
    swing = 100 + 60 * np.sin(2 * np.pi * np.arange(1500) / 240) + r.standard_normal(1500)
    values = swing[None, :].copy()
    place = 1440 + 6
    values[0, place] += 40
    found = detect(values, hours(1500))
    assert np.flatnonzero(found.flag[0, 1400:]).tolist() == [place - 1400]
    assert found.low[0, place] < swing[place] < found.high[0, place] < values[0, place]


def test_the_way_back_to_what_is_usual_is_no_jump() -> None:
    """Four wild hours are told; the hour after them, as far from the last of them, is not."""
    values = 100 + 5 * np.random.default_rng(7).standard_normal((1, 1500))
    values[0, 1400:1404] = 400
    assert np.flatnonzero(detect(values, hours(1500)).flag[0, 1390:]).tolist() == [10, 11, 12, 13]


def test_uneven_minutes_stay_in_order() -> None:
    """Points three to twelve minutes apart are laid out by the time, each in a slot of its own."""
    times = np.cumsum(np.random.default_rng(5).integers(3, 13, 500)) * MINUTE_MS
    (batch,) = lay_out([Series("speed", times, np.arange(500.0))])
    assert batch.config.method == FIVE.method
    assert (np.diff(batch.slots[0]) >= 1).all()
    np.testing.assert_array_equal(batch.values[0, batch.slots[0]], np.arange(500.0))


def test_a_gap_is_a_gap_in_minutes_too() -> None:
    """After an hour without points the slots go on where the clock is."""
    times = 5 * MINUTE_MS * np.concatenate([np.arange(20), np.arange(32, 60)])
    (batch,) = lay_out([Series("speed", times, np.arange(48.0))])
    assert batch.slots[0].tolist() == [*range(20), *range(32, 60)]


def test_two_points_of_a_day_still_share_its_slot() -> None:
    """Only what is finer than a day moves on."""
    times = np.sort(np.concatenate([DAY_MS * np.arange(30), [DAY_MS * 20 + HOUR_MS]]))
    (batch,) = lay_out([Series("rows", times, np.arange(31.0))])
    assert batch.slots[0].tolist() == [*range(21), *range(20, 30)]
