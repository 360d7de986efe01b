"""`assay waste done`: the change was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.waste_deeds import act_on
from assay.store import findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request


@assay_command("done", example="assay waste done 3 4")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
def command(request: Request, numbers: Sequence[int]) -> int:
    """Say that the change of findings was made just now: the savings ledger measures what it saves."""
    return act_on(
        request, numbers, findings.act, " What it saves is measured from tomorrow on: assay savings"
    )
