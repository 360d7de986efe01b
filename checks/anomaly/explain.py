"""Why a point was flagged, in one sentence."""

from __future__ import annotations

from checks.anomaly.kinds import Reason

MANY = 2.0
"""From twice the expected on, a ratio is said as a multiple."""

_SENTENCES = {
    Reason.HIGH: "{size} the expected {expected}; up to {high} is usual",
    Reason.LOW: "{size} the expected {expected}; down to {low} is usual",
    Reason.ZERO: "nothing, where {expected} is expected",
    Reason.SHIFT_UP: "several points in a row above the expected {expected}",
    Reason.SHIFT_DOWN: "several points in a row below the expected {expected}",
    Reason.CREEP_UP: "slowly risen, faster than it used to grow",
    Reason.CREEP_DOWN: "slowly fallen, away from where it was heading",
    Reason.COLD_START: "far from the few points before it, whose median is {expected}",
    Reason.FLAT: "exactly unchanged for longer than it ever was",
    Reason.DOUBLE: "twice the expected {expected}: loaded twice?",
    Reason.MISSING: "no value where one is expected",
    Reason.JUDGED: "judged really wrong",
}


def sentence(reason: Reason, value: float, expected: float, low: float, high: float) -> str:
    """What the reason says of this point; '' for none."""
    if reason is Reason.NONE:
        return ""
    return _SENTENCES[reason].format(
        size=size(value, expected), expected=figure(expected), low=figure(low), high=figure(high)
    )


def size(value: float, expected: float) -> str:
    """The value beside the expected one: a multiple, or a share."""
    if expected <= 0 or value < 0:
        return f"{figure(value)} against"
    ratio = value / expected
    return f"{ratio:.3g} times" if ratio >= MANY else f"{100 * ratio:.3g} % of"


def figure(value: float) -> str:
    """A figure as people read it: three digits that count, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004 - thousands
