"""The rules the detector is measured by: events, alarms, and the score of the Numenta benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.detector.generator import Event, world
from benchmarks.detector.judging import tally
from benchmarks.detector.nab import standard_score
from benchmarks.detector.peers import flagged

WINDOWS = [(400, 499), (800, 899)]


def flags(*places: int, length: int = 1000) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Flags at these places."""
    made = np.zeros(length, dtype=np.bool_)
    made[list(places)] = True
    return made


@pytest.mark.parametrize(
    ("places", "score"), [((), 0.0), ((400, 800), 100.0), ((400,), 50.0), ((10, 400, 800), 100.0)]
)
def test_the_standard_score_is_nothing_for_silence_and_hundred_for_the_first_points(
    places: tuple[int, ...], score: float
) -> None:
    """Each window is worth half of it here; what comes in the first 15 % is not judged."""
    assert standard_score([(flags(*places), WINDOWS)]) == pytest.approx(score)


def test_late_and_false_detections_cost() -> None:
    """A detection at a window's end is worth little, a false alarm costs 0.11 of a window, less right after one."""
    late = standard_score([(flags(499, 899), WINDOWS)])
    false = standard_score([(flags(300, 400, 800), WINDOWS)])
    soon = standard_score([(flags(400, 505, 800), WINDOWS)])
    assert 50 < late < 60
    assert false == pytest.approx(100 - 11 / 4)
    assert false < soon < 100


def test_close_alarms_are_one_and_those_of_an_event_are_none() -> None:
    """Two alarms beside an event of which both days are flagged."""
    found = tally(flags(70, 72, 100, 101, 150)[None, :], [[Event(100, 2, "dip")]])
    assert (found.recall, found.alarms) == (1.0, 2)
    assert found.precision == pytest.approx(1 / 3)


def test_a_world_is_made_by_its_seed() -> None:
    """The same seed gives the same values and events; none comes in the first sixty days."""
    one, again = world(3, 20, 120), world(3, 20, 120)
    np.testing.assert_array_equal(one.values, again.values)
    assert one.events == again.events
    assert min(event.start for events in one.events for event in events) >= 60


def test_elementary_cannot_see_half_the_rows_at_a_tenth_of_noise() -> None:
    """Its own point widens its band: with 14 buckets no z-score exceeds 3.47, however far the point is off."""
    values = 1000 * np.exp(0.1 * np.random.default_rng(1).standard_normal((100, 60)))
    values[:, 50] /= 2
    assert flagged("elementary", values)[:, 50].mean() < 0.5
    assert flagged("re_data", values)[:, 50].mean() > 0.9
