"""What incidents are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidents.conftest import check, found

from assay.incidents.impact import Estate, Reach, impact
from assay.incidents.titles import LONGEST, quantity, title
from assay.model.checks import Cause, Outcome
from assay.model.incidents import Impact
from assay.model.money import NANO


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"observed": 120, "expected": 1015, "low": 980, "high": 1050, "metadata": {"unit": "rows"}},
            "orders: 120 rows, expected 980–1,050 (−88 %)",
        ),
        ({"observed": 0, "low": 1, "metadata": {"unit": "rows"}}, "orders: 0 rows, expected at least 1 row"),
        (
            {"observed": 30, "high": 24, "metadata": {"unit": "hours"}},
            "orders: 1.2 d, expected at most 1 d",
        ),
        (
            {"observed": 1800, "expected": 30, "low": 20, "high": 45, "metadata": {"unit": "s"}},
            "orders: 30 min, expected 20 s to 45 s (+5,900 %)",
        ),
        ({"observed": 0.03, "high": 0.01, "metadata": {"unit": "share"}}, "orders: 3 %, expected at most 1 %"),
        ({"observed": 3, "high": 0, "metadata": {"unit": "orphans"}}, "orders: 3 orphans, expected none"),
        ({"message": "Two columns\n went."}, "orders: Two columns went."),
        ({"observed": 1, "high": 0, "message": "Promised: DAY."}, "orders: Promised: DAY."),
        ({}, "orders: check rows failed"),
        ({"observed": float("nan"), "low": 1}, "orders: no number, expected at least 1"),
    ],
)  # fmt: skip
def test_a_title_says_what_was_found_and_expected(parts: dict[str, object], said: str) -> None:
    """One plain sentence, in the units of the check."""
    assert said == title("orders", found("fail", 0, **parts))


@pytest.mark.parametrize(
    ("cause", "parts", "said"),
    [
        (Cause.FRESHNESS, (70, 60, "hours"), "not refreshed for 2.9 d, expected at most 2.5 d"),
        (Cause.RUNTIME, (600, 60, "s"), "ran 10 min, expected at most 1 min"),
        (Cause.COST, (4, 2, "credits"), "cost 4 credits, expected at most 2 credits"),
    ],
)
def test_a_title_says_what_the_figure_is_of(cause: Cause, parts: tuple[float, float, str], said: str) -> None:
    """Hours are of something: of a run, of waiting for a refresh."""
    observed, high, unit = parts
    result = found("fail", 0, check(cause=cause), observed=observed, high=high, metadata={"unit": unit})
    assert f"orders: {said}" == title("orders", result)


def test_a_check_that_could_not_be_run_says_so() -> None:
    """Never as if the asset were known to be bad."""
    assert "orders: check rows could not be run: no such table" == title(
        "orders", found("error", 0, message="no such table")
    )


@given(st.text(), st.text(), st.floats() | st.none(), st.floats() | st.none(), st.sampled_from(Outcome))
def test_a_title_is_always_one_line(
    name: str, message: str, observed: float | None, low: float | None, outcome: Outcome
) -> None:
    """Whatever a check says, infinities too."""
    said = title("x", found(outcome, 0, message=message + name, observed=observed, low=low, high=observed))

    assert said
    assert len(said) <= LONGEST
    assert "\n" not in said


def test_quantities_are_written_as_people_do() -> None:
    """With thousands, and no more decimals than tell something."""
    told = [
        quantity(v, u)
        for v, u in ((1234567, "rows"), (3.1e9, "bytes"), (0.5, "ms"), (12.34, ""), (0.0123, ""))
    ]

    assert ["1,234,567 rows", "3.1 GB", "0.5 ms", "12.3", "0.0123"] == told


FOUR = Estate((100, 200, 300, 400), (30 * NANO, 60 * NANO, 90 * NANO, 120 * NANO))
"""Assets that have one, two, three and four tenths of all reads and cost."""


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (Reach(), Impact.LOW),
        (Reach(reads=199, downstream=2, nano_credits=60 * NANO - 1), Impact.LOW),
        (Reach(reads=201), Impact.MEDIUM),
        (Reach(downstream=3), Impact.MEDIUM),
        (Reach(nano_credits=61 * NANO), Impact.MEDIUM),
        (Reach(reads=300, nano_credits=90 * NANO), Impact.MEDIUM),
        (Reach(reads=301), Impact.HIGH),
        (Reach(downstream=20), Impact.HIGH),
        (Reach(nano_credits=91 * NANO), Impact.HIGH),
    ],
)
def test_any_figure_alone_makes_the_impact(reach: Reach, expected: Impact) -> None:
    """More than the assets that share the last fifth, or half, of the estate's reads or cost."""
    assert expected is impact(reach, FOUR)


@pytest.mark.parametrize("times", [1, 1000])
def test_what_is_much_depends_on_the_estate(times: int) -> None:
    """The same shares of an estate a thousand times as large have the same impact."""
    estate = Estate([n * times for n in FOUR.reads], [n * times for n in FOUR.nano_credits])
    found = [impact(Reach(reads=reads * times), estate) for reads in (150, 250, 400)]

    assert [Impact.LOW, Impact.MEDIUM, Impact.HIGH] == found


def test_little_is_little_where_nobody_has_more() -> None:
    """The most read asset of a house that is hardly read calls nobody at night; nor does an estate without figures."""
    assert Impact.LOW is impact(Reach(reads=49, nano_credits=25 * NANO - 1), Estate([1, 2], [1, 2]))
    assert Impact.HIGH is impact(Reach(reads=50), Estate([1, 50], ()))
    assert Impact.LOW is impact(Reach(), Estate())
