"""How figures are written, in one place: the templates' filters."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from flask import g
from markupsafe import Markup

from assay.model.money import MICRO, NANO
from assay.model.time import from_ms
from checks.rhythm import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from assay.store.search import AssetLine

DASH = "–"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_STEPS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
_ENDS = re.compile(r"(?<=[._])(?=.)", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LEAST_PERCENT = 0.05
_LEAST_MICRO, _LEAST_NANO = 50, 500
"""The smallest sums written in digits: less would round to nothing."""
_THIN = "\N{NARROW NO-BREAK SPACE}"


class Amount(NamedTuple):
    """A sum both ways; `micro` is None where no price is known."""

    nano: int
    micro: int | None = None
    currency: str = ""

    def __add__(self, other: object) -> Amount:
        """The sum; money only where both sides have it, in one currency."""
        if not isinstance(other, Amount):
            return NotImplemented
        known = self.micro is not None and other.micro is not None
        alike = len({self.currency, other.currency} - {""}) <= 1
        micro = (self.micro or 0) + (other.micro or 0) if known and alike else None
        return Amount(self.nano + other.nano, micro, self.currency or other.currency)

    def minus(self, other: Amount) -> Amount:
        """What is left of it; money only where both sides have it."""
        known = self.micro is not None and other.micro is not None
        micro = (self.micro or 0) - (other.micro or 0) if known else None
        return Amount(self.nano - other.nano, micro, self.currency)

    def in_unit(self, *, credits_only: bool) -> float:
        """The figure a chart draws."""
        return self.nano / NANO if credits_only or self.micro is None else self.micro / MICRO


class Monthly(Protocol):
    """What costs, or saves, so much in 30 days."""

    @property
    def nano_per_month(self) -> int:
        """In nano-credits."""

    @property
    def micro_per_month(self) -> int | None:
        """In micro-currency; None where no price is known."""

    @property
    def currency(self) -> str:
        """Of that price."""


def init(app: Flask) -> None:
    """Add the filters, and the functions of two figures."""
    for written in (
        amount,
        count,
        figure,
        size,
        duration,
        age,
        ago,
        moment,
        day,
        date,
        breakable,
        coded,
        rhythm,
        measured,
        budgeted,
    ):
        app.add_template_filter(written)
    for told in (percent, share, portion, change, line_amount, monthly, in_credits, in_money):
        app.add_template_global(told)


def now_ms() -> int:
    """The clock of pages, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def unit_label(currency: str) -> str:
    """What a chart's figures are: a currency, or credits."""
    return "credits" if _credits_only() or not currency else currency


def amount(value: Amount) -> str:
    """Money where a price is known and money is asked for, else credits."""
    if not value.nano and not value.micro:
        return "0"
    if value.micro is None or _credits_only():
        return in_credits(value.nano)
    return in_money(value.micro, value.currency)


def in_money(micro: int, currency: str) -> str:
    """Money, whatever the page's unit."""
    symbol = _SYMBOLS.get(currency, f"{currency}{_THIN}")
    if 0 < micro < _LEAST_MICRO:
        return f"<{symbol}0.0001"
    figure = micro / MICRO
    return f"{'−' if figure < 0 else ''}{symbol}{_decimal(abs(figure), 2, 4)}"


def budgeted(value: int, unit: str) -> str:
    """A sum of a budget, in its own unit: nano-credits where that is credits, else micro-currency."""
    return in_credits(value) if unit == "credits" else in_money(value, unit)


def line_amount(line: AssetLine) -> Amount:
    """An asset line's cost."""
    return Amount(line.nano_credits, line.micro_currency, line.currency)


def monthly(told: Monthly) -> Amount:
    """What it costs, or saves, in 30 days."""
    return Amount(told.nano_per_month, told.micro_per_month, told.currency)


def in_credits(nano: int) -> str:
    """Credits, whatever the page's unit: a restatement is of credits."""
    if 0 < nano < _LEAST_NANO:
        return f"<0.000001{_THIN}cr"
    return f"{'−' if nano < 0 else ''}{_decimal(abs(nano) / NANO)}{_THIN}cr"


def _credits_only() -> bool:
    return bool(g.get("credits_only", False))


def _decimal(value: float, least: int = 0, most: int = 6) -> str:
    """Enough digits to tell figures apart: more for small ones."""
    magnitude = abs(value)
    digits = 0 if magnitude >= 1000 else 2 if magnitude >= 1 else 4 if magnitude >= 0.01 else 6  # noqa: PLR2004 - steps
    return f"{value:,.{min(max(digits, least), most) if digits else 0}f}" if value else "0"


def count(value: int | None) -> str:
    """A whole number with separators."""
    return DASH if value is None else f"{value:,}"


def figure(value: float | None) -> str:
    """A figure of a chart, in its table."""
    return DASH if value is None else _decimal(value) if value % 1 else f"{value:,.0f}"


def size(value: int | None) -> str:
    """Bytes in the unit that fits."""
    if value is None:
        return DASH
    figure, unit = float(value), 0
    while abs(figure) >= 1024 and unit < len(_BYTES) - 1:  # noqa: PLR2004 - bytes in a KiB
        figure, unit = figure / 1024, unit + 1
    return f"{figure:,.{0 if unit == 0 else 1}f}{_THIN}{_BYTES[unit]}"


def measured(value: int, unit: str) -> str:
    """A figure of a finding's evidence, in its unit; one that is no unit of ours is told as a count of it."""
    if unit == "per mille":
        return percent(value, 1000)
    told: dict[str, Callable[[int], str]] = {
        "nano_credits": in_credits,
        "ms": duration,
        "bytes": size,
        "": count,
    }
    return told[unit](value) if unit in told else f"{count(value)} {unit}"


def duration(ms: int | None) -> str:
    """A span of time in its two greatest units."""
    if ms is None:
        return DASH
    for i, (step, name) in enumerate(_STEPS):
        if ms >= step:
            rest = ms % step
            finer = f" {rest // _STEPS[i + 1][0]}{_THIN}{_STEPS[i + 1][1]}" if i + 1 < len(_STEPS) else ""
            whole = f"{ms // step}{_THIN}{name}{finer}"
            return whole if finer else f"{ms / 1000:.1f}{_THIN}s"
    return f"{ms}{_THIN}ms"


def rhythm(ms: int) -> str:
    """How often a check is run, e.g. every 1d, every cycle."""
    return f"every {words(ms)}"


def ago(ms: int | None) -> str:
    """How long since, coarsely."""
    if ms is None:
        return "never"
    past = now_ms() - ms
    for step, name in _STEPS[:3]:
        if past >= step:
            return f"{past // step}{_THIN}{name} ago"
    return "just now" if past >= 0 else "in the future"


def age(since_ms: int) -> str:
    """How long it has been since, in the greatest unit, e.g. 14 d."""
    ms = now_ms() - since_ms
    step, name = next(((step, name) for step, name in _STEPS if ms >= step), _STEPS[-1])
    return f"{max(ms, 0) // step:,}{_THIN}{name}"


def moment(ms: int | None) -> str:
    """A moment in UTC, to the minute."""
    return DASH if ms is None else f"{from_ms(ms):%Y-%m-%d %H:%M} UTC"


def day(ms: int) -> str:
    """A UTC day."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%d %b}".lstrip("0")


def date(ms: int) -> str:
    """A UTC day with its year."""
    return f"{day(ms)} {from_ms(ms).year}"


def coded(text: str) -> Markup:
    """Text with what stands between backticks as code; all of it is escaped. A lone backtick stays."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def breakable(text: str) -> Markup:
    """A name that may go on in the next line after a dot or an underscore."""
    return Markup("<wbr>").join(_ENDS.split(text))


def percent(part: float, whole: float) -> str:
    """A share; what is there but too small to write is not written as nothing."""
    if not whole:
        return DASH
    told = 100 * part / whole
    return f"<0.1{_THIN}%" if 0 < told < _LEAST_PERCENT else f"{told:.1f}{_THIN}%"


def share(part: Amount, whole: Amount) -> str:
    """A share, of the unit its figures are written in."""
    return percent(portion(part, whole), 1) if portion(whole, whole) else DASH


def portion(part: Amount, whole: Amount) -> float:
    """The same as a number to draw: 1 is the whole, 0 where there is none."""
    in_credits = _credits_only() or part.micro is None or whole.micro is None
    of = whole.in_unit(credits_only=in_credits)
    return part.in_unit(credits_only=in_credits) / of if of else 0.0


def change(now: float, before: float) -> str:
    """The change against the period before."""
    if not before:
        return "new" if now else DASH
    share = 100 * (now - before) / before
    whole = round(share)
    return f"{'+' if whole > 0 else '−' if whole < 0 else '±'}{abs(whole):,}{_THIN}%"
