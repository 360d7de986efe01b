"""`assay grants <kind>`: the script that lets Assay read a system, live or from an export, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.errors import UsageError
from assay.registry import Registry
from collectors.exportable import Exportable

if TYPE_CHECKING:
    from assay.cli.request import Request

EXPORT_DAYS = 30


@assay_command("grants", example="assay grants snowflake --role ASSAY > grants.sql")
@click.argument("kind")
@click.option("--role", default="ASSAY", show_default=True, help="The role that is given the rights.")
@click.option(
    "--export",
    type=click.Path(path_type=Path),
    help="Print instead the statements that export what Assay reads to files in this folder.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=EXPORT_DAYS,
    show_default=True,
    help="How many days --export goes back.",
)
def command(request: Request, kind: str, role: str, export: Path | None, days: int) -> int:
    """Print the script that lets Assay read a system, and no more. Someone of yours reads and runs it."""
    if export is not None:
        asked, script = {"folder": str(export), "days": days}, _export_script(kind, export, days)
    else:
        asked, script = {"role": role}, Registry().collector(kind).grants(role)
    if request.as_json:
        say_json({"kind": kind, **asked, "script": script})
    else:
        click.echo(script.rstrip())
    return 0


def _export_script(kind: str, folder: Path, days: int) -> str:
    collector_class = Registry().collector(kind)
    if not issubclass(collector_class, Exportable):
        raise UsageError(
            f"{kind} is read where it is: there is nothing to export.",
            hint=f"`assay connect {kind} --help` tells what it reads.",
        )
    script: str = collector_class.export_script(folder.expanduser().absolute(), days)
    return script
