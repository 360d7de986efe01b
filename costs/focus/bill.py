"""The bills of an account, month by month, as batches of the export's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.facts.streams import CHARGES, RATE_SHEET
from assay.model.months import Month
from assay.model.time import DAY_MS, HOUR_MS, floor_day_ms
from assay.store.tables import AssetRow, CellRow
from costs.focus.origins import CLOSES_MS, origins
from costs.focus.pricing import PriceList
from costs.focus.rows import Account, AssetFacts, Priced, batch_of
from costs.rates.snowflake import RateSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from sqlalchemy.orm import Session

    from assay.facts.engine import Engine
    from assay.facts.files import FactFile, FactFiles
    from costs.rates.book import ConfiguredPrices

AT_ONCE = 2_000
"""How many origin charges make a batch."""


def accounts(session: Session, platforms: Mapping[str, str]) -> list[Account]:
    """The accounts that something was metered of, by connection; `platforms` are the kinds of the connections."""
    billed = select(CellRow.connection, CellRow.account).distinct()
    found = session.execute(billed.where(CellRow.connection.in_(sorted(platforms))))
    return [Account(platforms[connection], account, connection) for connection, account in sorted(found)]


class Grain(Enum):
    """How long a charge period is; storage is told by day in any case."""

    HOUR = "hour"
    DAY = "day"

    @property
    def ms(self) -> int:
        """Its length in milliseconds."""
        return HOUR_MS if self is Grain.HOUR else DAY_MS


@dataclass(frozen=True, slots=True)
class Books:
    """What an account's bills are written from: its ledger, prices, assets, and the cells it may still restate.

    `unpriced` gathers, while bills are written, the services left out because nobody tells what they cost.
    """

    account: Account
    files: Sequence[FactFile]
    prices: PriceList
    assets: Mapping[str, AssetFacts] = field(default_factory=dict)
    provisional: frozenset[tuple[str, str, int]] = frozenset()
    unpriced: set[str] = field(default_factory=set)

    @classmethod
    def read(
        cls,
        session: Session,
        files: FactFiles,
        engine: Engine,
        account: Account,
        configured: ConfiguredPrices,
    ) -> Books:
        """The books of an account, as one moment of the store shows them."""
        connection = account.connection
        engine.facts("rates", RATE_SHEET, files.files(session, connection, RATE_SHEET))
        rates = engine.rows("rates")
        has_prices = bool(rates) or configured.micro_per_credit is not None
        assets = session.execute(select(AssetRow.key, AssetRow.owner, AssetRow.meta, AssetRow.tags))
        cells = select(CellRow.resource, CellRow.service, CellRow.hour_ms)
        restatable = session.execute(cells.where(CellRow.connection == connection, CellRow.provisional))
        return cls(
            account=account,
            files=files.files(session, connection, CHARGES),
            prices=PriceList(RateSheet(rates, configured), has_prices=has_prices),
            assets={
                key: AssetFacts(owner, str(meta.get("group", "")), tuple(tags))
                for key, owner, meta, tags in assets
            },
            provisional=frozenset((resource, service, hour_ms) for resource, service, hour_ms in restatable),
        )

    def months(self, now_ms: int) -> list[Month]:
        """Every month the ledger has usage of, and those since: what became known in them may correct it."""
        if not self.files:
            return []
        days = [file.day_ms for file in self.files]
        last = max(Month.of(max(days)), Month.of(now_ms - CLOSES_MS))
        found = [Month.of(min(days))]
        while found[-1] < last:
            found.append(found[-1].next)
        return found

    def bill(self, engine: Engine, month: Month, grain: Grain) -> Iterator[pa.RecordBatch]:
        """A month's bill: its own usage, then corrections of earlier months that became known in it."""
        may_change = {(r, s, _period(s, hour_ms, grain)) for r, s, hour_ms in self.provisional}
        charges = self._priced(engine, month, grain, may_change)
        while some := list(islice(charges, AT_ONCE)):
            yield batch_of(self.account, month, some, self.assets)

    def _priced(
        self, engine: Engine, month: Month, grain: Grain, may_change: set[tuple[str, str, int]]
    ) -> Iterator[Priced]:
        for origin in origins(engine, self.files, month, grain.ms):
            price = self.prices.price(floor_day_ms(origin.start_ms), origin.service)
            if price is None:
                self.unpriced.add(origin.service)
            else:
                cell = (origin.resource, origin.service, origin.start_ms)
                yield Priced(origin, price, cell in may_change)


def _period(service: str, hour_ms: int, grain: Grain) -> int:
    return floor_day_ms(hour_ms) if service == "storage" else hour_ms - hour_ms % grain.ms
