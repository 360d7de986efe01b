"""`assay incidents resolve`: it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.incident_deeds import act_on
from assay.cli.request import command as assay_command
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request


@assay_command("resolve", example="assay incidents resolve 3 --text 'loader mended'")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
@click.option("--text", default="", help="What was done.")
def command(request: Request, numbers: Sequence[int], text: str) -> int:
    """Say that incidents are mended. What fails again after that reopens them."""
    return act_on(request, numbers, Transition.RESOLVED, text=text)
