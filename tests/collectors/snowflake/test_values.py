"""Whatever type a source chose for a value, it comes to the same fact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.money import to_nano
from assay.model.time import to_ms
from collectors.snowflake.values import flags, integers, moments, scaled, texts

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
MS = to_ms(MOMENT)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([MOMENT], pa.timestamp("us", "UTC")),
        pa.array([MOMENT], pa.timestamp("ns", "America/New_York")),
        pa.array([MOMENT.replace(tzinfo=None)], pa.timestamp("us")),
        pa.array([MOMENT.replace(tzinfo=None)], pa.timestamp("ms")),
        pa.array(["2026-03-01T12:30:15.250Z"]),
        pa.array(["2026-03-01 12:30:15.250"]),
        pa.array(["2026-03-01 12:30:15.250123456"]),
        pa.array(["2026-03-01 18:00:15.250 +0530"]),
        pa.array(["2026-03-01 18:00:15.25+05:30"]),
        pa.array(["2026-03-01T04:30:15.250-08"]),
        pa.array([" 2026-03-01 12:30:15.250 UTC "]),
        pa.array([str(MS)]),
        pa.array([f"{MS / 1000:.3f}"]),
        pa.array([MS]),
        pa.array([MS * 1000]),
        pa.array([MS * 1_000_000]),
        pa.array([MS / 1000]),
        pa.array([Decimal(MS) / 1000], pa.decimal128(38, 9)),
        pa.array(["2026-03-01T12:30:15.250Z"]).dictionary_encode(),
        pa.array(["2026-03-01T12:30:15.250Z"], pa.large_string()),
    ],
)
def test_a_moment_is_a_moment_in_any_form(array: pa.Array) -> None:
    """With or without zone (none is UTC), as text with any offset, or as an epoch in any unit."""
    assert moments(array).to_pylist() == [MS]


def test_a_day_is_its_first_moment() -> None:
    """A date and its text are the midnight in UTC."""
    midnight = [to_ms(datetime(2026, 3, 1, tzinfo=UTC))]

    assert (
        midnight
        == moments(pa.array([date(2026, 3, 1)])).to_pylist()
        == moments(pa.array(["2026-03-01"])).to_pylist()
    )


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
    st.sampled_from(["", ":"]),
)
def test_text_with_an_offset_is_the_moment_it_names(
    moment: datetime, minutes: int, gap: str, colon: str
) -> None:
    """Any offset, with or without its colon, with any fraction: rounded down to the millisecond."""
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    hours, rest = divmod(abs(minutes), 60)
    text = f"{moment.isoformat(sep=gap)} {'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"

    assert moments(pa.array([text, None])).to_pylist() == [to_ms(aware), None]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_microseconds_are_rounded_down(moment: datetime) -> None:
    """Before 1970 too."""
    assert moments(pa.array([moment], pa.timestamp("us", "UTC"))).to_pylist() == [to_ms(moment)]


@given(st.lists(st.decimals(-(10**6), 10**6, places=9) | st.none(), max_size=5))
def test_credits_are_exact_to_the_nano(amounts: list[Decimal | None]) -> None:
    """Decimals of any scale and text give every digit."""
    nano = [None if amount is None else to_nano(amount) for amount in amounts]

    assert nano == scaled(pa.array(amounts, pa.decimal128(38, 9)), 9).to_pylist()
    assert nano == scaled(pa.array(amounts, pa.decimal128(38, 12)), 9).to_pylist()
    assert (
        nano == scaled(pa.array([None if a is None else str(a) for a in amounts], pa.string()), 9).to_pylist()
    )


@given(st.decimals(0, 10, places=15))
def test_what_is_finer_than_a_nano_is_rounded_half_to_even(amount: Decimal) -> None:
    """Decimal and text round alike."""
    assert [to_nano(amount)] == scaled(pa.array([amount], pa.decimal128(38, 15)), 9).to_pylist()
    assert [to_nano(amount)] == scaled(pa.array([str(amount)]), 9).to_pylist()


@given(st.floats(-(10**6), 10**6))
def test_floats_are_taken_to_the_nearest(amount: float) -> None:
    """Within one nano of the shortest decimal the float stands for."""
    found = scaled(pa.array([amount]), 9)[0].as_py()

    assert abs(found - to_nano(amount)) <= 1


def test_numbers_in_odd_clothes_are_read() -> None:
    """Exponents, blanks, NaN (how pandas says null), long fractions, integers."""
    assert scaled(pa.array(["1E-9", " 1.5 ", "", "NaN"]), 9).to_pylist() == [1, 1_500_000_000, None, None]
    assert scaled(pa.array(["0." + "3" * 30]), 9).to_pylist() == [333_333_333]
    assert scaled(pa.array([2, None]), 9).to_pylist() == [2_000_000_000, None]
    assert integers(pa.array([7.0, float("nan")])).to_pylist() == [7, None]
    assert integers(pa.array(["7", None])).to_pylist() == [7, None]
    assert texts(pa.array([Decimal(12345678901234567890)], pa.decimal128(38, 0))).to_pylist() == [
        "12345678901234567890"
    ]
    assert texts(pa.array([17.0, None])).to_pylist() == ["17", None]
    assert flags(pa.array(["YES", "false", "1", ""])).to_pylist() == [True, False, True, None]
    assert flags(pa.array([1, 0])).to_pylist() == [True, False]


@pytest.mark.parametrize(
    ("read", "array"),
    [
        (moments, pa.array(["yesterday"])),
        (integers, pa.array(["many"])),
        (integers, pa.array([float("inf")])),
        (integers, pa.array(["Infinity"])),
        (integers, pa.array(["9" * 25])),
        (flags, pa.array(["perhaps"])),
    ],
)
def test_what_cannot_be_read_is_an_error(read: object, array: pa.Array) -> None:
    """A value is never guessed."""
    with pytest.raises(pa.ArrowInvalid):
        read(array)  # type: ignore[operator]  # one of the readers above
