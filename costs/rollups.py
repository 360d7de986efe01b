"""The daily roll-ups that pages read, priced so that money, like credits, adds up in every dimension."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from assay.model.money import priced
from assay.model.time import day_of
from assay.store.tables import CostRow
from costs.rates.book import TERABYTE
from costs.rounding import split_exactly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costs.rates.book import Rate, RateBook

Row = dict[str, Any]


def storage_price(held_bytes: int, micro_per_terabyte_month: int, day_ms: int) -> int:
    """What a day of `held_bytes` costs in micro-currency: a terabyte (2^40) month's rate over the month's days."""
    day = day_of(day_ms)
    exact = Decimal(held_bytes) * micro_per_terabyte_month / (TERABYTE * monthrange(day.year, day.month)[1])
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def cost_rows(
    connection: str, rows: Sequence[Row], book: RateBook, provisional: Mapping[int, bool]
) -> Iterator[CostRow]:
    """Price the rows of the `rollup` step: each (day, service) is priced once, then split among its rows exactly."""
    groups: dict[tuple[int, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["day_ms"], row["service"], row["dimension"]].append(row)
    for (day_ms, service, _), of_group in groups.items():
        rate = book.rate(day_ms, service)
        of_group.sort(key=lambda row: (row["value"], row["kind"]))
        for row, micro in zip(of_group, _money(of_group, rate, day_ms), strict=True):
            yield CostRow(
                connection=connection,
                micro_currency=micro,
                currency=rate.currency if rate else "",
                provisional=provisional.get(day_ms, True),
                **row,
            )


def _money(rows: Sequence[Row], rate: Rate | None, day_ms: int) -> list[int] | list[None]:
    if rate is None:
        return [None] * len(rows)
    held = [row["bytes"] for row in rows]
    nano = [row["nano_credits"] for row in rows]
    total = storage_price(sum(held), rate.micro, day_ms) if any(held) else priced(sum(nano), rate.micro)
    weights = [abs(value) for value in (held if any(held) else nano)]
    return split_exactly(total, weights) if any(weights) else [0] * len(rows)
