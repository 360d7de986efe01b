"""Quantities and costs of a charge as exact decimals: nothing is rounded, so sums are the bill's to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from assay.model.charges import Service
from assay.model.months import Month
from assay.model.time import floor_day_ms
from costs.rates.book import TERABYTE

if TYPE_CHECKING:
    from costs.rates.book import Rate, RateBook

_EXACT = Context(prec=60)
CREDITS = "Credits"
NO_CURRENCY = "X" * 3
"""ISO 4217's code where no currency is involved: an account without prices is told in credits."""
_STORAGE_SCALE = 18
"""Digits of a terabyte-month behind the point; a byte held for a day is 3 in the 14th."""
_NANO_SCALE, _MICRO_SCALE = 9, 6


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit of a service costs on a day, and in which currency and unit it is priced and billed.

    `virtual` is the price in the pricing currency: 1 where a credit is what is priced.
    """

    currency: str
    unit_price: Decimal
    unit: str
    consumed_unit: str
    pricing_currency: str
    virtual: Decimal
    micro: int
    scale: int


@dataclass(frozen=True, slots=True)
class Sums:
    """A part's quantity in the priced unit, what was consumed, its cost, and that in the pricing currency."""

    quantity: Decimal
    consumed: Decimal
    cost: Decimal
    virtual_cost: Decimal


class PriceList:
    """The prices of an account by day and service; without any, a credit costs one credit."""

    def __init__(self, book: RateBook, *, has_prices: bool) -> None:
        self._book, self._has_prices = book, has_prices
        self.price = lru_cache(maxsize=4096)(self._price)

    def _price(self, day_ms: int, service: str) -> Price | None:
        """The price of a service on a day; None where nobody tells what it costs."""
        rate = self._book.rate(day_ms, service)
        if service == Service.STORAGE:
            return None if rate is None else _of_storage(rate)
        if rate is None:
            return None if self._has_prices else _of_credits(NO_CURRENCY, 10**_MICRO_SCALE)
        return _of_credits(rate.currency, rate.micro)


def _of_credits(currency: str, micro: int) -> Price:
    return Price(
        currency=currency,
        unit_price=_scaled(micro, _MICRO_SCALE),
        unit=CREDITS,
        consumed_unit=CREDITS,
        pricing_currency=CREDITS,
        virtual=Decimal(1),
        micro=micro,
        scale=_NANO_SCALE,
    )


def _of_storage(rate: Rate) -> Price:
    unit_price = _scaled(rate.micro, _MICRO_SCALE)
    return Price(
        currency=rate.currency,
        unit_price=unit_price,
        unit="TiB-Months",
        consumed_unit="B-Days",
        pricing_currency=rate.currency,
        virtual=unit_price,
        micro=rate.micro,
        scale=_STORAGE_SCALE,
    )


def sums_of(price: Price, day_ms: int, nano: int, held_bytes: int) -> Sums:
    """A part's sums: cost is quantity times price, exactly. Storage of a day is its bytes over the month's days."""
    units = nano if price.scale == _NANO_SCALE else _terabyte_months(held_bytes, day_ms)
    quantity = _scaled(units, price.scale)
    cost = _scaled(units * price.micro, price.scale + _MICRO_SCALE)
    is_credits = price.pricing_currency == CREDITS
    return Sums(
        quantity, quantity if is_credits else Decimal(held_bytes), cost, quantity if is_credits else cost
    )


def _terabyte_months(held_bytes: int, day_ms: int) -> int:
    """Bytes held for a day in parts of a terabyte-month, to the nearest."""
    whole = TERABYTE * Month.of(floor_day_ms(day_ms)).days
    sign = -1 if held_bytes < 0 else 1
    doubled: int = 2 * abs(held_bytes) * 10**_STORAGE_SCALE + whole
    return sign * (doubled // (2 * whole))


def _scaled(number: int, digits: int) -> Decimal:
    return _EXACT.scaleb(Decimal(number), -digits)
