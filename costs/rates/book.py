"""A rate book answers one question: what did a unit of a service cost on a day?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

TERABYTE = 2**40


@dataclass(frozen=True, slots=True)
class Rate:
    """`micro` of `currency` for a unit: a credit, or for storage a terabyte-month."""

    currency: str
    micro: int


class RateBook(Protocol):
    """Where rates come from: a contract's rate sheet, or the prices of the configuration."""

    def rate(self, day_ms: int, service: str) -> Rate | None:
        """The rate of a service on a UTC day, or None where nobody told it."""


@dataclass(frozen=True, slots=True)
class ConfiguredPrices:
    """The prices the configuration gives, the same every day."""

    currency: str
    micro_per_credit: int | None = None
    micro_per_terabyte_month: int | None = None

    def rate(self, day_ms: int, service: str) -> Rate | None:  # noqa: ARG002 - the same every day
        """The configured price of a credit, or of a terabyte-month for storage."""
        micro = self.micro_per_terabyte_month if service == "storage" else self.micro_per_credit
        return None if micro is None else Rate(self.currency, micro)
