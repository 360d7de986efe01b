"""`assay waste undo`: a finding is open again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.waste_deeds import act_on
from assay.store import findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request


@assay_command("undo", example="assay waste undo 3")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
def command(request: Request, numbers: Sequence[int]) -> int:
    """Take back that findings are done or dismissed: they are open again, and the ledger forgets them."""
    return act_on(request, numbers, findings.undo)
