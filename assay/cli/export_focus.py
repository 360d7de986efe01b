"""`assay export focus`: the ledger as a FOCUS data set."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow.compute as pc

from assay.cli.figures import count, counted, utc_now
from assay.cli.month import MONTH
from assay.cli.owners import nothing_metered
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened
from assay.cli.whole_file import expect_place, write_whole
from assay.cycle.deriving import prices_of
from assay.facts.engine import Engine
from assay.model.time import to_ms
from costs.focus import CREDITS, NO_CURRENCY, SCHEMA, TEXT, Books, Grain, accounts, as_text, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from assay.cli.request import Request
    from assay.config import Settings
    from assay.model.months import Month


@dataclass(slots=True)
class Told:
    """What was written: sums of the billed cost by currency, of credits, and what is worth saying beside."""

    billed: Counter[str] = field(default_factory=Counter)
    credits: Decimal = Decimal()
    corrections: int = 0
    unpriced: set[str] = field(default_factory=set)


@assay_command("focus", example="assay export focus --to bill.parquet --month 2026-11")
@click.option(
    "--to",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="FILE.parquet or FILE.csv.",
)
@click.option("--month", type=MONTH, help="Only this billing period, e.g. 2026-11; else all of them.")
@click.option(
    "--by",
    type=click.Choice([grain.value for grain in Grain]),
    default=Grain.DAY.value,
    show_default=True,
    help="How long a charge period is.",
)
@click.option("--connection", metavar="NAME", help="Only this connection's account.")
def focus(request: Request, file: Path, month: Month | None, by: str, connection: str | None) -> int:
    """Write the ledger as FOCUS 1.2: each metered charge split among assets, shares that add up to exactly 1.

    What was restated after its month was closed is a Correction in the month that learned of it. Beside the file, its
    columns are told in FILE.metadata.json.
    """
    expect_place(file)
    settings = request.settings()
    if connection is not None:
        settings.connection(connection)
    told = Told()
    text = file.suffix == ".csv"
    batches = _batches(settings, month, Grain(by), connection, told)
    rows = write_whole(file, TEXT if text else SCHEMA, (as_text(b) if text else b for b in batches))
    beside = file.with_suffix(".metadata.json")
    beside.write_text(json.dumps(metadata(utc_now()), indent=2) + "\n", encoding="utf-8")
    _say(request, file, beside, rows, told)
    return 0


def _batches(
    settings: Settings, month: Month | None, grain: Grain, connection: str | None, told: Told
) -> Iterator[pa.RecordBatch]:
    platforms = {name: of.kind for name, of in settings.connections.items() if connection in {None, name}}
    with opened(settings) as (store, files), Engine.open([settings.facts.root]) as engine:
        with store.read() as session:
            billed = accounts(session, platforms)
            if not billed:
                raise nothing_metered(session, settings, settings.folder)
        for account in billed:
            with store.read() as session:
                books = Books.read(session, files, engine, account, prices_of(settings.money))
            for each in [month] if month else books.months(to_ms(utc_now())):
                for batch in books.bill(engine, each, grain):
                    _count(batch, told)
                    yield batch
            told.unpriced |= books.unpriced


def _count(batch: pa.RecordBatch, told: Told) -> None:
    """Add a batch's sums."""
    for currency in pc.unique(batch.column("BillingCurrency")).to_pylist():
        of_currency = batch.filter(pc.equal(batch.column("BillingCurrency"), currency))
        told.billed[currency] += pc.sum(of_currency.column("BilledCost")).as_py()
    in_credits = batch.filter(pc.equal(batch.column("PricingCurrency"), CREDITS))
    told.credits += pc.sum(in_credits.column("PricingQuantity")).as_py() or 0
    told.corrections += batch.num_rows - batch.column("ChargeClass").null_count


def _say(request: Request, file: Path, beside: Path, rows: int, told: Told) -> None:
    if request.as_json:
        say_json(_as_dict(file, beside, rows, told))
        return
    billed = "".join(f", {amount:,.2f} {currency}" for currency, amount in sorted(told.billed.items()))
    corrections = f", {counted(told.corrections, 'of them a correction', 'of them corrections')}" * bool(
        told.corrections
    )
    click.echo(f"Wrote {count(rows)} rows{corrections}, {told.credits:,.2f} credits{billed}, to {file}.")
    note(f"Its columns are told in {beside}.")
    if NO_CURRENCY in told.billed:
        note(
            f"No price is known: costs are credits, in {NO_CURRENCY} (no currency).\n→ Set money.price_per_credit."
        )
    if told.unpriced:
        named = ", ".join(sorted(told.unpriced))
        note(f"Left out, because no price is known of it: {named}.\n→ Set money.price_per_terabyte_month.")


def _as_dict(file: Path, beside: Path, rows: int, told: Told) -> dict[str, Any]:
    return {
        "file": str(file),
        "metadata": str(beside),
        "rows": rows,
        "corrections": told.corrections,
        "credits": told.credits,
        "billed": dict(sorted(told.billed.items())),
        "left_out": sorted(told.unpriced),
    }
