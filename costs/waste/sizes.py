"""Warehouse sizes, one step up and down: each costs twice the one below."""

from __future__ import annotations

from costs.sessions import SIZES, size_key

_BY_RATE = {rate: size for size, rate in reversed(SIZES.items())}
"""Of several spellings of a size the first of the list."""


def nodes(size: str) -> int:
    """How many times an X-Small it is; 1 where the size is not known."""
    return SIZES.get(size_key(size), 1)


def smaller(size: str) -> str | None:
    """The size below; None where there is none, or the size is not known."""
    rate = SIZES.get(size_key(size), 0)
    return _BY_RATE.get(rate // 2) if rate > 1 else None


def larger(size: str) -> str | None:
    """The size above; None where there is none, or the size is not known."""
    return _BY_RATE.get(2 * SIZES.get(size_key(size), 0))
