"""What is asked of a quote, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from assay.errors import UsageError
from assay.model.money import priced, to_credits, to_currency
from assay.model.partitions import PartitionRange
from assay.model.time import from_ms

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.assets import AssetKey
    from costs.backfill.spread import Range


_FIRST_YEAR, _LAST_YEAR = 1970, 9900
"""Years a backfill may begin in: the longest still ends within the calendar."""


class NoHistoryError(UsageError):
    """Nothing is known that a price could be made from."""


def asked_range(text: str) -> PartitionRange:
    """The partitions a text names; UsageError where it names none."""
    try:
        return PartitionRange.parse(text)
    except ValueError as error:
        raise UsageError(
            f"The partitions cannot be read: {error}.",
            hint="Write 2026-09-01..2026-09-30, 2026-09, 2026-09-01T05..2026-09-01T11, or names: de,fr.",
        ) from error


def asked_start(told: datetime | None) -> datetime | None:
    """When a backfill would begin, UTC unless it says a zone; UsageError for a moment no bill can be told of."""
    if told is None or _FIRST_YEAR <= told.year <= _LAST_YEAR:
        return told if told is None or told.tzinfo is not None else told.replace(tzinfo=UTC)
    raise UsageError(
        f"A backfill cannot begin in the year {told.year}.",
        hint=f"Name a moment of the years {_FIRST_YEAR} to {_LAST_YEAR}, e.g. 2026-11-21T02:00.",
    )


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """A backfill that is thought of.

    `warehouse` '' is each asset's own, `concurrency` 0 the settings'; `starts_at` None is now. `limit_nano` is what it
    may cost at most (its P90), None the settings' limit.
    """

    asset: AssetKey
    partitions: PartitionRange
    downstream: bool = False
    warehouse: str = ""
    concurrency: int = 0
    limit_nano: int | None = None
    starts_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The request as JSON values."""
        return {
            "asset": str(self.asset),
            "partitions": self.partitions.said,
            "downstream": self.downstream,
            "warehouse": self.warehouse,
            "concurrency": self.concurrency,
            "limit_nano": self.limit_nano,
            "starts_at": None if self.starts_at is None else self.starts_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Price:
    """What a credit costs in micro-currency; unknown where there is no rate."""

    micro_per_credit: int | None = None
    currency: str = ""

    def of(self, nano: int) -> int | None:
        """Nano-credits in micro-currency."""
        return None if self.micro_per_credit is None else priced(nano, self.micro_per_credit)


@dataclass(frozen=True, slots=True)
class Line:
    """One asset's part of a quote. `hops` is how far downstream it is; `partitions` are its units' ('' for whole)."""

    asset: str
    hops: int
    shape: str
    units: int
    partitions: tuple[str, ...]
    nano: Range
    busy_nano: Range
    seconds: Range
    warehouse: str
    drivers: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "asset": self.asset,
            "hops": self.hops,
            "shape": self.shape,
            "units": self.units,
            "partitions": list(self.partitions),
            "nano": self.nano.as_dict(),
            "busy_nano": self.busy_nano.as_dict(),
            "seconds": self.seconds.as_dict(),
            "warehouse": self.warehouse,
            "drivers": list(self.drivers),
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of a backfill before it runs.

    `attributed` is what the ledger is likely to charge it with, all kinds together; `busy` the part without idle time;
    `marginal` what the bill is likely to grow by (None where no timeline is known). Nano-credits, as P10, P50 and P90.
    `reasons` say why it is not allowed; none means that it is.
    """

    request: QuoteRequest
    made_at: datetime
    lines: tuple[Line, ...]
    attributed: Range
    busy: Range
    marginal: Range | None
    seconds: Range
    starts_ms: int
    drivers: tuple[str, ...]
    assumptions: tuple[str, ...]
    comparable: tuple[dict[str, Any], ...]
    coverage: dict[str, Any]
    budgets: dict[str, Any]
    reasons: tuple[str, ...]
    price: Price = field(default_factory=Price)
    id: str = ""

    @property
    def allowed(self) -> bool:
        """Whether no limit and no quota speaks against it."""
        return not self.reasons

    @property
    def units(self) -> int:
        """How many units are built, over all assets."""
        return sum(line.units for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        """The quote as JSON values: nano-credits as integers, credits and money as text, moments in ISO 8601."""
        return {
            "id": self.id,
            "made_at": self.made_at.isoformat(),
            "request": self.request.as_dict(),
            "allowed": self.allowed,
            "reasons": list(self.reasons),
            "units": self.units,
            "attributed": self._money(self.attributed),
            "busy": self._money(self.busy),
            "marginal": None if self.marginal is None else self._money(self.marginal),
            "seconds": self.seconds.as_dict(),
            "starts_at": from_ms(self.starts_ms).isoformat(),
            "finish": {
                name: from_ms(self.starts_ms + 1000 * seconds).isoformat()
                for name, seconds in self.seconds.as_dict().items()
            },
            "lines": [line.as_dict() for line in self.lines],
            "drivers": list(self.drivers),
            "assumptions": list(self.assumptions),
            "comparable": list(self.comparable),
            "coverage": self.coverage,
            "budgets": self.budgets,
        }

    def _money(self, nano: Range) -> dict[str, Any]:
        """A range in nano-credits, credits and, where a rate is known, money."""
        told: dict[str, Any] = {"nano": nano.as_dict()}
        told["credits"] = {name: str(to_credits(value)) for name, value in nano.as_dict().items()}
        money = {name: self.price.of(value) for name, value in nano.as_dict().items()}
        told["money"] = {
            name: None if micro is None else str(to_currency(micro)) for name, micro in money.items()
        }
        return told | {"currency": self.price.currency}
