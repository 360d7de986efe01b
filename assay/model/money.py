"""Credits and money as integers: nano-credits and micro-currency inside, `Decimal` at the edge, never float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

NANO = 1_000_000_000
MICRO = 1_000_000


def to_nano(credits_used: Decimal | float | str) -> int:
    """Credits as nano-credits, half to even; a float is read by its shortest decimal form.

    Raises decimal.InvalidOperation when the text is no number.
    """
    exact = credits_used if isinstance(credits_used, Decimal) else Decimal(str(credits_used))
    return int((exact * NANO).to_integral_value(ROUND_HALF_EVEN))


def to_credits(nano_credits: int) -> Decimal:
    """Nano-credits as credits, exactly."""
    return Decimal(nano_credits) / NANO


def to_currency(micro: int) -> Decimal:
    """Micro-currency as whole currency units, exactly."""
    return Decimal(micro) / MICRO


def priced(nano_credits: int, micro_per_credit: int) -> int:
    """What `nano_credits` cost, in micro-currency, half to even."""
    return int((Decimal(nano_credits * micro_per_credit) / NANO).to_integral_value(ROUND_HALF_EVEN))
