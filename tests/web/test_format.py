"""Figures are written so that a person reads back what the store holds: no digit that matters, sign or unit is lost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st

from assay.model.money import MICRO, NANO
from assay.store.costs import CostLine
from web import format as written
from web.figures import added, total
from web.format import DASH, Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

MONEY = st.integers(-(10**18), 10**18)
SPANS = st.integers(0, 10**12)


@pytest.fixture(scope="module", autouse=True)
def _page() -> Iterator[None]:
    """Figures are written within a page, which decides on credits or money."""
    with Flask("page").app_context():
        yield


def read(text: str) -> Decimal:
    """The number of a text written with thousands, a minus of print, and a unit."""
    return Decimal(re.sub(r"[^\d.\-]", "", text.replace("−", "-")))


@given(MONEY)
def test_money_is_written_to_four_digits_at_least(micro: int) -> None:
    """Reading the text back gives the sum, to within half a unit of the last digit shown."""
    text = written.amount(Amount(1, micro, "USD"))
    value = Decimal(micro) / MICRO
    assert "$" in text or micro == 0
    if text.startswith("<"):
        assert 0 < value < read(text)
    else:
        assert abs(read(text) - value) <= max(abs(value) * Decimal("0.005"), Decimal("0.00005"))


@given(MONEY, MONEY)
def test_a_sum_is_the_sum_of_both_units(one: int, other: int) -> None:
    """Adding and taking away are exact, and what has no price stays without."""
    both = Amount(one, other, "EUR") + Amount(other, one)
    assert both == Amount(one + other, one + other, "EUR")
    assert both.minus(Amount(other, one)) == Amount(one, other, "EUR")
    assert (Amount(one, None) + Amount(other, one)).micro is None
    assert Amount(one, other).minus(Amount(0)).micro is None


def test_two_currencies_make_no_sum() -> None:
    """The credits add up all the same."""
    assert Amount(1, 2, "USD") + Amount(3, 4, "EUR") == Amount(4, None, "USD")


def test_what_costs_no_credits_and_has_no_price_takes_no_price_away() -> None:
    """Storage without a price beside compute with one: the total is compute's money."""

    def line(nano: int, micro: int | None) -> CostLine:
        return CostLine((), nano, 0, micro, "" if micro is None else "USD", 0, provisional=False)

    assert total([line(0, None), line(5, 7), line(1, 1)]) == Amount(6, 8, "USD")
    assert total([line(5, 7), line(1, None)]).micro is None
    assert total([]) == Amount(0)
    assert added([Amount(0), Amount(5, 7, "EUR")]) == Amount(5, 7, "EUR")


@given(st.integers(1, 10**18))
def test_credits_are_told_where_there_is_no_price_or_no_wish_for_money(nano: int) -> None:
    """Both ways the same text, to three digits at least above a millionth of a credit."""
    g.credits_only = True
    asked = written.amount(Amount(nano, 5, "USD"))
    g.credits_only = False
    assert asked == written.amount(Amount(nano)) == written.in_credits(nano)
    assert asked.endswith("cr")
    assert asked.startswith("<") == (nano < 500)
    assert abs(read(asked) - Decimal(nano) / NANO) <= max(Decimal(nano) / NANO / 200, Decimal("0.000001"))


def test_money_in_words() -> None:
    """Examples a person can check."""
    assert written.amount(Amount(0, 0, "USD")) == "0"
    assert written.amount(Amount(1, 1_234_560_000, "USD")) == "$1,235"
    assert written.amount(Amount(1, 12_345_678, "EUR")) == "€12.35"
    assert written.amount(Amount(1, 12_345, "GBP")) == "£0.0123"
    assert written.amount(Amount(0, 49, "EUR")) == "<€0.0001"
    assert written.amount(Amount(0, 50, "EUR")) == "€0.0001"
    assert written.percent(1, 10_000) == "<0.1\u202f%"
    assert written.percent(0, 10_000) == "0.0\u202f%"
    assert written.amount(Amount(1, -12_345_678, "CHF")) == "−CHF\u202f12.35"
    assert written.amount(Amount(2_500_000_000)) == "2.50\u202fcr"


@given(st.integers(0, 2**60))
def test_bytes_are_written_in_the_unit_that_fits(size: int) -> None:
    """Between 1 and 1,024 of it, and within a twentieth of a unit."""
    figure, unit = written.size(size).split("\u202f")
    power = ("B", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit)
    assert abs(Decimal(figure.replace(",", "")) - Decimal(size) / 1024**power) <= Decimal("0.05")
    assert size < 1024 ** (power + 1) or unit == "PiB"
    assert size >= 1024**power or unit == "B"


@given(SPANS)
def test_a_duration_is_never_told_longer_than_it_was(ms: int) -> None:
    """Two units at most, and short of the truth by less than the finer one."""
    units = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}
    parts = [part.split("\u202f") for part in written.duration(ms).split(" ")]
    told = sum(Decimal(figure) * units[unit] for figure, unit in parts)
    assert len(parts) <= 2
    assert abs(told - ms) < (100 if parts[-1][1] == "s" and len(parts) == 1 else units[parts[-1][1]])


@given(SPANS, SPANS)
def test_a_change_has_the_sign_of_what_changed(now: int, before: int) -> None:
    """Up is +, down is −, nothing is ±, and from nothing it is new."""
    text = written.change(now, before)
    if before == 0:
        assert text == ("new" if now else DASH)
    else:
        rounded = round(100 * (now - before) / before)
        assert text[0] == ("+" if rounded > 0 else "−" if rounded < 0 else "±")


@given(st.integers(-(2**53), 2**53))
def test_a_count_keeps_every_digit(value: int) -> None:
    """Whole numbers are never rounded."""
    assert int(written.count(value).replace(",", "")) == value


def test_what_is_not_known_is_a_dash() -> None:
    """No figure is made up."""
    for told in (written.count, written.size, written.duration, written.moment):
        assert told(None) == DASH
    assert written.ago(None) == "never"
    assert written.percent(1, 0) == DASH


def test_ago_is_coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """In days, hours or minutes."""
    monkeypatch.setattr(written, "now_ms", lambda: 100 * 86_400_000)
    assert written.ago(98 * 86_400_000 - 5) == "2\u202fd ago"
    assert written.ago(100 * 86_400_000 - 7_200_000) == "2\u202fh ago"
    assert written.ago(100 * 86_400_000 - 59_999) == "just now"
    assert written.ago(101 * 86_400_000) == "in the future"


def test_a_long_name_breaks_between_its_words() -> None:
    """After dots and underscores, with what is hostile in it escaped."""
    assert written.breakable("marts.fct_<b>_") == "marts.<wbr>fct_<wbr>&lt;b&gt;_"
    assert written.breakable("") == ""


def test_what_stands_between_backticks_is_code() -> None:
    """All of it escaped; a lone backtick is a backtick."""
    assert written.coded("Run `assay <run>` & see") == "Run <code>assay &lt;run&gt;</code> &amp; see"
    assert written.coded("a ` b") == "a ` b"
    assert written.coded("") == ""
