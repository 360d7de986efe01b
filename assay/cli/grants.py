"""`assay grants <kind>`: the script that lets Assay read a system, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.registry import Registry

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("grants", example="assay grants snowflake --role ASSAY > grants.sql")
@click.argument("kind")
@click.option("--role", default="ASSAY", show_default=True, help="The role that is given the rights.")
def command(request: Request, kind: str, role: str) -> int:
    """Print the script that lets Assay read a system, and no more. Someone of yours reads and runs it."""
    script = Registry().collector(kind).grants(role)
    if request.as_json:
        say_json({"kind": kind, "role": role, "script": script})
    else:
        click.echo(script.rstrip())
    return 0
