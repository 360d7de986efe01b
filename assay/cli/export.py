"""`assay export`: the ledger as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.charges_file import write_charges
from assay.cli.figures import count, credits_of
from assay.cli.period import period_options
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened
from assay.facts.streams import CHARGES
from assay.store import costs

if TYPE_CHECKING:
    from assay.cli.period import Period
    from assay.cli.request import Request


@click.group("export")
def command() -> None:
    """Write the ledger to a file."""


@assay_command("charges", example="assay export charges --to charges.parquet --days 30")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="FILE.parquet or FILE.csv.",
)
@period_options(last="--until")
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
            listed = [file for name in names for file in files.files(session, name, CHARGES, window)]
        written = write_charges(file, listed, window)
    if request.as_json:
        say_json({"file": str(file), "rows": written.rows, "nano_credits": written.nano_credits})
    else:
        click.echo(
            f"Wrote {count(written.rows)} rows, {credits_of(written.nano_credits)} credits, to {file}."
        )
    return 0


command.add_command(charges)
