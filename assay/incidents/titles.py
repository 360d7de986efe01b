"""What an incident is called: one plain sentence with what was found and what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.checks import Cause, Outcome

if TYPE_CHECKING:
    from assay.model.checks import CheckResult

LONGEST = 200
"""Characters of a title; what is cut stands whole in the result's own message."""

_DURATIONS = {"ms": 0.001, "milliseconds": 0.001, "s": 1, "seconds": 1, "minutes": 60, "hours": 3600}
SCALED = frozenset({*_DURATIONS, "bytes", "share"})
"""Units in which a figure is not written as it stands: a runtime of 680 s is 11 min."""

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
_TEN = 10
_VERBS = {Cause.FRESHNESS: "not refreshed for ", Cause.RUNTIME: "ran ", Cause.COST: "cost "}


def title(asset_name: str, result: CheckResult) -> str:
    """The sentence for an incident of this asset, e.g. ``orders: 120 rows, expected 980–1,050 (−88 %)``."""
    said = f"{asset_name}: {_told(result)}"
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rstrip() + "…"


def quantity(value: float, unit: str) -> str:
    """A figure with its unit, as people write it, e.g. 1,050 rows, 2.5 h, 12 %, 3.1 GB."""
    if unit in _DURATIONS:
        return _scaled(value * _DURATIONS[unit], _STEPS, "ms", 0.001)
    if unit == "bytes":
        return _scaled(value, _SIZES, "B", 1)
    if unit == "share":
        return f"{number(value * 100)} %"
    return f"{number(value)} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def number(value: float) -> str:
    """A figure with thousands separated and as many decimals as tell something, e.g. 1,050 or 0.25."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
        return "no number"
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004 - decimals of hundreds say nothing
        return _minus(f"{value:,.0f}")
    return _minus(f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}".removesuffix(".0"))


def expectation(result: CheckResult) -> str:
    """What was expected, e.g. ``980–1,050``, ``at least 980``, ``none``; '' where the result does not say."""
    unit, low, high = str(result.metadata.get("unit", "")), result.low, result.high
    if low == 0 and unit in _DURATIONS:
        low = None  # no time is less than none: only the upper end says something
    if low is not None and high is not None:
        return number(low) if low == high and unit not in _DURATIONS else _between(low, high, unit)
    if low is not None:
        return f"at least {quantity(low, unit)}"
    if high is not None:
        return f"at most {quantity(high, unit)}" if high else "none"
    return "" if result.expected is None else quantity(result.expected, unit)


def deviation(result: CheckResult) -> str:
    """How far off the expected figure, else the middle of the range, e.g. ``−88 %``; '' where that says nothing."""
    base = result.expected
    if base is None and result.low is not None and result.high is not None:
        base = (result.low + result.high) / 2
    if result.observed is None or not base or abs(base) == float("inf"):
        return ""
    percent = 100 * (result.observed - base) / abs(base)
    return _minus(f"{percent:+,.0f} %") if abs(percent) >= 1 else ""


def _told(result: CheckResult) -> str:
    message = " ".join(result.message.split())
    if result.outcome is Outcome.ERROR:
        return f"check {result.check.name} could not be run" + (f": {message}" if message else "")
    wanted = expectation(result)
    is_count_of_faults = result.low is None and result.high == 0
    if result.observed is None or not wanted or (message and (is_count_of_faults or _is_within(result))):
        return message or f"check {result.check.name} failed"
    unit = str(result.metadata.get("unit", ""))
    off = deviation(result)
    return f"{_VERBS.get(result.check.cause, '')}{quantity(result.observed, unit)}, expected {wanted}" + (
        f" ({off})" if off else ""
    )


def _is_within(result: CheckResult) -> bool:
    """Whether the figure keeps within its bounds, so that something else is odd: it rose for days, it stands still."""
    low, high, value = result.low, result.high, result.observed
    return low is not None and high is not None and value is not None and low <= value <= high


def _between(low: float, high: float, unit: str) -> str:
    if unit in _DURATIONS or unit == "bytes":
        return f"{quantity(low, unit)} to {quantity(high, unit)}"
    if unit == "share":
        return f"{number(low * 100)}–{number(high * 100)} %"
    return f"{number(low)}–{number(high)}"


def _scaled(value: float, steps: tuple[tuple[int, str], ...], least: str, size: float) -> str:
    for step, word in steps:
        if abs(value) >= step:
            figure = value / step
            return (
                _minus(f"{figure:.1f}".removesuffix(".0") if abs(figure) < _TEN else f"{figure:,.0f}")
                + f" {word}"
            )
    return f"{number(value / size)} {least}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
