"""Figures for people, and the period a command looks at."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.figures import common_account, count, counted, credits_of, moment, money, share, size
from assay.cli.period import Period, said
from assay.errors import UsageError
from assay.model.time import DAY_MS, Window

NANO = 10**9


def test_what_most_names_share_can_be_left_out() -> None:
    """The account of most keys, where more than one has it; a row that is no key is no name."""
    keys = ["snowflake:acme:a.b.c", "bi:acme:looker.dashboards", "snowflake:acme:a.b.d", ""]

    assert common_account(keys) == "snowflake:acme:"
    assert common_account(keys[:2]) == common_account([]) == ""


def test_one_is_not_many() -> None:
    """1 day, 2 queries."""
    assert (counted(1, "day"), counted(1200, "query", "queries")) == ("1 day", "1,200 queries")


@pytest.mark.parametrize(
    ("nano", "told"),
    [
        (0, "0"),
        (1_234_567 * NANO, "1,234,567.0"),
        (12 * NANO + 346_000_000, "12.35"),
        (4_200_000, "0.0042"),
        (42, "0.000000042"),
        (-3 * NANO, "-3.00"),
    ],
)
def test_credits_have_as_many_decimals_as_tell_something(nano: int, told: str) -> None:
    """Large ones few, small ones enough to be seen."""
    assert credits_of(nano) == told


@given(st.integers(1, 10**18))
def test_no_charge_looks_like_nothing(nano: int) -> None:
    """However small, what costs something shows a digit that is not zero."""
    assert set(credits_of(nano)) & set("123456789")


@pytest.mark.parametrize(
    ("micro", "currency", "told"),
    [
        (1_234_500_000, "USD", "$1,234.50"),
        (-2_000_000, "EUR", "-€2.00"),
        (12_300, "USD", "$0.0123"),
        (5_000_000, "CHF", "5.00 CHF"),
        (None, "USD", ""),
    ],
)
def test_money_has_its_currency(micro: int | None, currency: str, told: str) -> None:
    """The sign people know, else the code; nothing where no price is known."""
    assert money(micro, currency) == told


def test_counts_shares_sizes_and_moments() -> None:
    """Thousands are separated and units stand beside."""
    assert (count(1_234_567), share(1, 8), share(1, 0)) == ("1,234,567", "12.5 %", "")
    assert (size(999), size(1_500_000)) == ("999 B", "1.5 MB")
    assert (moment(None), moment(DAY_MS)) == ("never", "1970-01-02 00:00")


def _day(number: int) -> datetime:
    return datetime(1970, 1, number, tzinfo=UTC)


def test_a_period_counts_back_from_the_last_day_known() -> None:
    """Unless it says where it ends or begins."""
    known = (0, 9 * DAY_MS)

    assert Period(days=2).window(known) == Window(8 * DAY_MS, 10 * DAY_MS)
    assert Period().window(known) == Window(0, 10 * DAY_MS)
    assert Period().window(known, 3) == Window(7 * DAY_MS, 10 * DAY_MS)
    assert Period(first=_day(3), last=_day(3)).window(known) == Window(2 * DAY_MS, 3 * DAY_MS)
    assert said(Window(0, 2 * DAY_MS)) == "1970-01-01 to 1970-01-02"


def test_a_period_that_contradicts_itself_is_refused() -> None:
    """Twice a beginning, or an end before it."""
    with pytest.raises(UsageError, match="twice"):
        Period(first=_day(1), days=3).window(None)
    with pytest.raises(UsageError, match="before it begins"):
        Period(first=_day(5), last=_day(4)).window(None)
