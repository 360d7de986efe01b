"""Figures for people: thousands separated, as many decimals as tell something, units beside them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.model.money import to_credits, to_currency
from assay.model.time import from_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
_KILO = 1000


def count(number: int) -> str:
    """A whole number, e.g. 12,345."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """So many of something, e.g. 1 day, 12 queries."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def credits_of(nano_credits: int) -> str:
    """Nano-credits as credits, e.g. 1,234.6 or 12.35 or 0.0042."""
    return _rounded(to_credits(nano_credits))


def money(micro: int | None, currency: str) -> str:
    """Micro-currency as money, e.g. $1,234.50; '' where no price is known."""
    if micro is None:
        return ""
    amount = to_currency(micro)
    text = f"{abs(amount):,.2f}" if not amount or abs(amount) >= 1 else f"{abs(amount):,.4f}"
    minus = "-" if amount < 0 else ""
    return f"{minus}{_SIGNS[currency]}{text}" if currency in _SIGNS else f"{minus}{text} {currency}".strip()


def share(part: int, whole: int) -> str:
    """A part of a whole, e.g. 12.3 %; '' when there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def common_account(keys: Sequence[str]) -> str:
    """The start `platform:account:` that most of the asset keys share, to be left out; '' for none."""
    starts = Counter(key[: key.index(":", key.index(":") + 1) + 1] for key in keys if key.count(":") > 1)
    start, times = max(starts.items(), key=lambda item: item[1], default=("", 0))
    return start if times > 1 else ""


def said_of_account(start: str) -> str:
    """What a title says of names left without their account."""
    return f"; names without an account are of {start.rstrip(':')}" if start else ""


def size(number_of_bytes: int) -> str:
    """A size in decimal units, e.g. 1.2 GB."""
    value, unit = float(number_of_bytes), 0
    while abs(value) >= _KILO and unit < len(_SIZES) - 1:
        value, unit = value / _KILO, unit + 1
    return f"{value:.1f} {_SIZES[unit]}" if unit else f"{number_of_bytes} B"


def moment(ms: int | None) -> str:
    """A moment in UTC to the minute, e.g. 2026-11-20 04:12; 'never' for None."""
    return "never" if ms is None else f"{from_ms(ms):%Y-%m-%d %H:%M}"


def utc_now() -> datetime:
    """Now, in UTC: the one place where commands read the clock."""
    return datetime.now(UTC)


def _rounded(amount: Decimal) -> str:
    for least, decimals in ((100, 1), (1, 2)):
        if abs(amount) >= least:
            return f"{amount:,.{decimals}f}"
    if not amount:
        return "0"
    return f"{amount:.4f}" if abs(amount) >= 0.0001 else f"{amount:.9f}".rstrip("0")  # noqa: PLR2004 - four decimals
