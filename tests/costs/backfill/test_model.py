"""Models take what explains and nothing else; ranges hold what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.time import DAY_MS, to_ms
from costs.backfill.model import BLIND, FLOOR, NONE, Table, fit, likeness
from costs.backfill.spread import ENOUGH, Law, Range, common_factor, filled, quantile, sums
from costs.backfill.units import Unit

FIRST = datetime(2026, 6, 1, tzinfo=UTC)
CREDIT = 1_000_000_000


def units(costs: list[float], **columns: list[float]) -> list[Unit]:
    """A unit a day of these credits, with other columns by name."""
    plain = Unit("", 0, 0, 0, 1000, None, None, "WH", 1)
    found = []
    for day, cost in enumerate(costs):
        at = FIRST + timedelta(days=day)
        more = {name: int(values[day]) for name, values in columns.items()}
        nano = round(cost * CREDIT)
        found.append(
            replace(
                plain, partition=f"{at:%Y-%m-%d}", at_ms=to_ms(at), total_nano=nano, busy_nano=nano, **more
            )
        )
    return found


def learned(told: list[Unit], *, informed: bool = True) -> tuple[str, tuple[str, ...]]:
    """The model and effects that are chosen."""
    found = fit(Table.of(told, [unit.total_nano for unit in told]), informed=informed)
    return found.name, found.effects


def noise(count: int, width: float, seed: int = 3) -> np.ndarray:
    """Log-normal factors around one."""
    return np.exp(np.random.default_rng(seed).normal(0, width, count))


def test_rows_are_taken_where_they_explain() -> None:
    """A start and a price per row: found, and used for what is asked."""
    rows = np.random.default_rng(1).integers(1000, 100_000, 60)
    told = units(list((0.01 + rows * 1e-6) * noise(60, 0.05)), rows=list(rows))
    found = fit(Table.of(told, [unit.total_nano for unit in told]), informed=True)
    asked = Table.of(units([0, 0], rows=[10_000, 80_000]), [0, 0])

    assert found.name == "rows"
    assert found.predict(asked) / CREDIT == pytest.approx([0.02, 0.09], rel=0.1)
    assert found.gain > 0.5


def test_rows_are_left_where_they_do_not_explain() -> None:
    """Noise in rows is no driver: the usual cost is."""
    rows = np.random.default_rng(1).integers(1000, 100_000, 60)

    assert learned(units(list(noise(60, 0.2)), rows=list(rows))) == (NONE, ())


def test_what_cannot_be_known_before_is_not_used() -> None:
    """A partition never built has no rows yet: its model does not ask for them."""
    rows = np.random.default_rng(1).integers(1000, 100_000, 60)
    told = units(list(rows * 1e-6), rows=list(rows))

    assert learned(told, informed=False)[0] in BLIND


def test_a_weekday_is_an_effect_where_it_helps() -> None:
    """Mondays cost three times as much."""
    costs = [3.0 if day % 7 == 0 else 1.0 for day in range(70)] * noise(70, 0.05)

    assert "weekday" in learned(units(list(costs)), informed=False)[1]


def test_a_size_of_warehouse_is_an_effect_where_it_helps() -> None:
    """The same work costs half as much again on the larger one."""
    rates = [1 if day % 3 else 2 for day in range(60)]
    costs = [1.5 if rate == 2 else 1.0 for rate in rates] * noise(60, 0.05)
    told = [replace(unit, rate=rate) for unit, rate in zip(units(list(costs)), rates, strict=True)]

    assert "rate" in learned(told, informed=False)[1]


def test_growth_is_followed() -> None:
    """A table that grows by 3 % a day is not priced by what it cost a month ago."""
    told = units([1.03**day for day in range(60)])
    found = fit(Table.of(told, [unit.total_nano for unit in told]), informed=False)

    assert found.predict(Table.of(told[-1:], [0]))[0] / CREDIT == pytest.approx(1.03**60, rel=0.05)


def test_one_wild_build_moves_nothing() -> None:
    """A line through the middle: an outlier a thousand times too dear changes the price by little."""
    rows = np.random.default_rng(1).integers(1000, 100_000, 60)
    told = units(list(rows * 1e-6), rows=list(rows))
    told[30] = replace(told[30], total_nano=told[30].total_nano * 1000)
    found = fit(Table.of(told, [unit.total_nano for unit in told]), informed=True)

    assert found.predict(Table.of(units([0], rows=[50_000]), [0]))[0] / CREDIT == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize("width", [0.05, 0.3, 1.0])
def test_a_range_holds_eight_of_ten_that_come(width: float) -> None:
    """Of builds the range was made without, 80 % ± 5 fall inside it, whatever the noise."""
    inside = of = 0
    for seed in range(6):
        told = units(list(noise(90, width, seed)))
        errors = fit(Table.of(told, [unit.total_nano for unit in told]), informed=False).errors
        for place in range(ENOUGH, len(errors)):
            low, high = quantile(errors[:place], np.array([0.1, 0.9]))
            inside, of = inside + bool(low <= errors[place] <= high), of + 1

    assert 0.75 <= inside / of <= 0.85


@pytest.mark.parametrize(("shared", "units_together"), [(0.0, 10), (0.5, 10), (0.9, 10), (0.5, 40)])
def test_the_range_of_a_sum_holds_eight_of_ten_sums(shared: float, units_together: int) -> None:
    """Also where the units of a backfill err together: they do not even out then."""
    rng = np.random.default_rng(5)
    normal = NormalDist(0, 0.4)
    law = Law(np.array([normal.inv_cdf((i + 1) / 200) for i in range(199)]), shared, FLOOR)
    told = Range.of(sums(np.full(units_together, 1e9), law, 0, common_factor()))
    common = rng.normal(0, 0.4 * np.sqrt(shared), (4000, 1))
    own = rng.normal(0, 0.4 * np.sqrt(1 - shared), (4000, units_together))
    true = (1e9 * np.exp(common + own)).sum(axis=1)

    assert 0.75 <= np.mean((told.p10 <= true) & (true <= told.p90)) <= 0.85


def test_errors_that_go_together_are_seen() -> None:
    """Seven days in a row too dear, then seven too cheap: more alike than errors that know nothing of each other."""
    rng = np.random.default_rng(2)
    alike = np.repeat(rng.normal(0, 1, 30), 7)
    apart = rng.normal(0, 1, 210)

    def rolled(errors: np.ndarray) -> np.ndarray:
        return np.lib.stride_tricks.sliding_window_view(errors, 7)

    assert likeness(rolled(apart)) < 0.15
    assert likeness(rolled(alike)) > 0.45


def test_a_range_is_the_same_whenever_it_is_drawn() -> None:
    """The draws have a seed of their own: one question, one answer."""
    law = Law(np.array([-0.1, 0.0, 0.2]), 0.3, FLOOR)

    assert Range.of(sums(np.ones(5) * 1e9, law, 1, common_factor())) == Range.of(
        sums(np.ones(5) * 1e9, law, 1, common_factor())
    )


@given(st.lists(st.floats(-3, 3), min_size=ENOUGH, max_size=60), st.integers(1, 300), st.floats(0, 1))
def test_a_range_is_in_order_and_never_below_nothing(errors: list[float], count: int, shared: float) -> None:
    """P10 ≤ P50 ≤ P90, all of them prices."""
    told = Range.of(sums(np.full(count, 1e6), Law(np.array(errors), shared, FLOOR), 0, common_factor(200)))

    assert 0 <= told.p10 <= told.p50 <= told.p90


def test_few_errors_are_filled_up_and_many_are_left_alone() -> None:
    """Two builds say little of how much builds differ."""
    assert len(filled(np.array([0.0, 0.1]))) == ENOUGH
    assert len(filled(np.zeros(ENOUGH))) == ENOUGH
    assert np.ptp(filled(np.array([]))) > 0.5


def test_days_of_units_are_told_by_the_data_not_the_build() -> None:
    """A backfill on a Friday of a Monday's partition is a Monday's."""
    monday = units([1.0])[0]

    assert replace(monday, at_ms=monday.at_ms + 4 * DAY_MS).weekday == 0
