"""A limit in credits, as an option gives it."""

from __future__ import annotations

from decimal import Decimal

from assay.errors import UsageError
from assay.model.money import to_nano


def nano_of_limit(limit: str | None, option: str) -> int | None:
    """A limit in credits as nano-credits, None for none; UsageError for what is no amount."""
    if limit is None:
        return None
    try:
        nano = to_nano(Decimal(limit))
    except (ArithmeticError, ValueError):
        nano = -1
    if nano < 0:
        raise UsageError(
            f"A limit of {limit!r} credits is not possible.", hint=f"Give credits, e.g. {option} 12.5"
        )
    return nano
