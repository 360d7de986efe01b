"""Sums as sentences write them: money or credits, from exact integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.money import to_credits, to_currency
from costs.budgets.spending import CREDITS

if TYPE_CHECKING:
    from decimal import Decimal

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def exact(amount: int, unit: str) -> Decimal:
    """Nano-credits as credits, micro-currency as whole units, exactly."""
    return to_credits(amount) if unit == CREDITS else to_currency(amount)


def written(amount: int, unit: str) -> str:
    """A sum with its unit, e.g. 1,234.6 credits or €1,234.50."""
    value = exact(amount, unit)
    if unit == CREDITS:
        text = f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.2f}"  # noqa: PLR2004 - decimals of hundreds say nothing
        return f"{text} credits"
    text = f"{abs(value):,.2f}"
    minus = "-" if value < 0 else ""
    return f"{minus}{_SIGNS[unit]}{text}" if unit in _SIGNS else f"{minus}{text} {unit}".strip()


def percent(share: float) -> str:
    """A share in whole percent, e.g. 81 %; what is nearly all never reads as all of it."""
    whole = int(share * 100) if share < 1 else round(share * 100)
    return f"{whole:,} %"
