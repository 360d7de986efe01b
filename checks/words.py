"""Words of the sentences in which checks tell what they found."""

from __future__ import annotations

import math
import re

LONGEST = 80
"""Characters of a name that are shown; hostile ones are far longer."""


_NO_TEXT = re.compile("[\\x00\\ud800-\\udfff]")
"""NUL, and half of a surrogate pair: no database holds them as text."""


def printable(text: str) -> str:
    """The text with what cannot be kept replaced by the sign for that."""
    return _NO_TEXT.sub("\ufffd", text)


def shown(name: str) -> str:
    """A name on one line, cut where it is far too long to be read."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def names(of: list[str]) -> str:
    """A few names, and how many there are beside them."""
    few = ", ".join(map(shown, of[:3]))
    return few if len(of) <= 3 else f"{few} and {len(of) - 3} more"  # noqa: PLR2004 - the few above


def counted(number: float, noun: str) -> str:
    """``1 row``, ``1,204 rows``."""
    return f"{figure(number)} {noun}{'' if number == 1 else 's'}"


def figure(number: float) -> str:
    """A figure with its thousands apart and no more digits than say something."""
    if math.isfinite(number) and number == int(number):
        return f"{int(number):,}"
    return f"{number:,.4g}" if abs(number) < 1000 else f"{number:,.0f}"  # noqa: PLR2004 - a thousand and above: whole


def hours(of: float) -> str:
    """A stretch of hours as people say it: minutes, hours or days."""
    if of < 1:
        return counted(round(of * 60), "minute")
    return counted(round(of, 1), "hour") if of < 48 else counted(round(of / 24, 1), "day")  # noqa: PLR2004 - two days


def share(of: float) -> str:
    """A share in percent; what is more than nothing never reads as 0 %."""
    percent = of * 100
    if 0 < percent < 0.01:  # noqa: PLR2004 - the smallest that is written out
        return "under 0.01 %"
    return f"{percent:.4g} %"


def range_of(low: float | None, high: float | None) -> str:
    """The bounds a figure was to keep to."""
    if low is not None and high is not None:
        return f"{figure(low)} to {figure(high)}"
    if low is not None:
        return f"at least {figure(low)}"
    return f"at most {figure(high)}" if high is not None else "anything"


def one_sentence(text: str) -> str:
    """A text of any origin as a single line of at most 300 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:299] + "…"  # noqa: PLR2004 - as the docstring says
