"""`assay export`: the ledger as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from assay.cli.charges_file import Ledger, cell_name, write_charges
from assay.cli.export_focus import focus
from assay.cli.figures import count, credits_of
from assay.cli.period import period_options
from assay.cli.request import command as assay_command
from assay.cli.request import example_text
from assay.cli.say import say_json
from assay.cli.stores import opened
from assay.facts.streams import CHARGES
from assay.store import costs
from assay.store.tables import CellRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.cli.period import Period
    from assay.cli.request import Request


@click.group("export", epilog=example_text("assay export charges --to charges.parquet"))
def command() -> None:
    """Write the ledger to a file."""


@assay_command("charges", example="assay export charges --to charges.parquet --days 30")
@click.option(
    "--to",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="FILE.parquet or FILE.csv.",
)
@period_options()
@click.option("--connection", metavar="NAME", help="Only this connection's account.")
def charges(request: Request, file: Path, period: Period, connection: str | None) -> int:
    """Write every charge of the ledger, restatements too; what stands is the sum over a charge's rows."""
    settings = request.settings()
    names = [connection] if connection else sorted(settings.connections)
    if connection:
        settings.connection(connection)
    with opened(settings) as (store, files):
        with store.read() as session:
            window = None if period.is_open else period.window(costs.days(session, connection))
            ledgers = [
                Ledger(files.files(session, name, CHARGES, window), provisional_cells(session, name))
                for name in names
            ]
        written = write_charges(file, ledgers, window)
    if request.as_json:
        say_json({"file": str(file), "rows": written.rows, "nano_credits": written.nano_credits})
    else:
        click.echo(
            f"Wrote {count(written.rows)} rows, {credits_of(written.nano_credits)} credits, to {file}."
        )
    return 0


def provisional_cells(session: Session, connection: str) -> frozenset[str]:
    """The cells of a connection that its account may still restate."""
    cells = select(CellRow.resource, CellRow.service, CellRow.hour_ms).where(
        CellRow.connection == connection, CellRow.provisional
    )
    return frozenset(cell_name(*cell) for cell in session.execute(cells))


command.add_command(charges)
command.add_command(focus)
