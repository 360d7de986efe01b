"""`assay collect`: only read what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.cycle import run_and_say
from assay.cli.request import command as assay_command

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("collect", example="assay collect --only acme")
@click.option("--only", multiple=True, metavar="NAME", help="Only this connection; may be repeated.")
@click.option("--wait", is_flag=True, help="Wait while another cycle runs in the folder.")
def command(request: Request, only: tuple[str, ...], *, wait: bool) -> int:
    """Only read what is new from the connections; `assay run` also works out what it cost."""
    return run_and_say(request, only, wait=wait, derive=False)
