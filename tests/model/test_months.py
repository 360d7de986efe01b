"""A month knows its days, its neighbours and how it is written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.months import Month
from assay.model.time import DAY_MS, day_start_ms

MONTHS = st.dates(date(1971, 1, 1), date(2999, 12, 31)).map(lambda day: Month(day.year, day.month))


@given(MONTHS)
def test_a_month_is_read_back_as_it_is_written(month: Month) -> None:
    """2026-11."""
    assert Month.parse(str(month)) == month


@given(MONTHS)
def test_the_months_follow_each_other_without_a_gap(month: Month) -> None:
    """Where one ends the next begins, and it has as many days as lie between."""
    assert month.next.previous == month
    assert month.window.end_ms == month.next.window.start_ms
    assert (month.window.end_ms - month.window.start_ms) == month.days * DAY_MS
    assert Month.of(day_start_ms(month.first)) == month == Month.of(month.window.end_ms - 1)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "2026-xx", "9999-12", "1969-12"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    """Rather than read as some month."""
    with pytest.raises(ValueError, match=r"month"):
        Month.parse(text)
