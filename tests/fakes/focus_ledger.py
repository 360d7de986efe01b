"""A ledger written by hand, and the bills that are made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.facts.engine import Engine
from assay.facts.streams import CHARGES
from assay.model.months import Month
from assay.model.time import to_ms
from costs.focus import Account, Books, Grain, as_text
from costs.focus.pricing import PriceList
from costs.rates.book import ConfiguredPrices

if TYPE_CHECKING:
    from pathlib import Path

    from assay.facts.files import FactFiles
    from assay.store.engine import Store

PRICES = ConfiguredPrices("EUR", 3_100_000, 23_000_000)


def ms(text: str) -> int:
    """A moment of 2026 as e.g. ``11-05 13``, in epoch milliseconds."""
    return to_ms(datetime.strptime(f"2026-{text}", "%Y-%m-%d %H").replace(tzinfo=UTC))


@dataclass
class Ledger:
    """Charges are told one after the other; bills are rows by column."""

    store: Store
    files: FactFiles
    root: Path
    prices: ConfiguredPrices = PRICES
    has_prices: bool = True
    told: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, hour: str, nano: int, asset: str | None = None, *, known: str = "", **more: Any) -> None:  # noqa: ANN401 - any column
        """A charge of warehouse WH in an hour, known at once unless told otherwise."""
        row = {
            "account": "acme", "resource": "WH", "service": "compute", "kind": "busy", "rung": "tag", "bytes": 0,
            "reason": "first" if not known else "late_query", "hour_ms": ms(hour), "nano_credits": nano,
            "asset_key": None if asset is None else f"snowflake:acme:shop.marts.{asset}",
            "known_at_ms": ms(known or hour), **more,
        }  # fmt: skip
        self.told.append(row)
        written = self.files.write("acme", CHARGES, pa.Table.from_pylist([row], CHARGES.schema))
        with self.store.write() as session:
            self.files.publish(session, written, now_ms=0)

    def books(self) -> Books:
        """The books as they stand."""
        with self.store.read() as session:
            files = self.files.files(session, "acme", CHARGES)
        return Books(Account("snowflake", "acme"), files, PriceList(self.prices, has_prices=self.has_prices))

    def bill(self, month: int, grain: Grain = Grain.DAY) -> list[dict[str, Any]]:
        """The rows of a month of 2026."""
        return [row for batch in self._batches(month, grain) for row in batch.to_pylist()]

    def text(self, month: int, grain: Grain = Grain.DAY) -> list[dict[str, Any]]:
        """The same as they stand in a file of text."""
        return [row for batch in self._batches(month, grain) for row in as_text(batch).to_pylist()]

    def _batches(self, month: int, grain: Grain) -> list[pa.RecordBatch]:
        with Engine.open([str(self.root)]) as engine:
            return list(self.books().bill(engine, Month(2026, month), grain))


def total(rows: list[dict[str, Any]], column: str = "BilledCost") -> Decimal:
    """The exact sum of a column."""
    return sum((Decimal(row[column]) for row in rows), Decimal())
