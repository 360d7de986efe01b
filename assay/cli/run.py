"""`assay run`: one whole cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.cycle import run_and_say
from assay.cli.request import command as assay_command

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("run", example="assay run --dir ~/assay")
@click.option("--only", multiple=True, metavar="NAME", help="Only this connection; may be repeated.")
@click.option("--wait", is_flag=True, help="Wait while another cycle runs in the folder.")
def command(request: Request, only: tuple[str, ...], *, wait: bool) -> int:
    """Run one whole cycle: collect, map, cost, check, tell. Stop it anywhere; the next one goes on from there.

    A source that cannot be read is told with the step that mends it, and the others go on.
    """
    return run_and_say(request, only, wait=wait)
