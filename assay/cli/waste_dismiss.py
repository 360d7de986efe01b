"""`assay waste dismiss`: a finding is not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.request import command as assay_command
from assay.cli.waste_deeds import act_on
from assay.store import findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request


@assay_command("dismiss", example="assay waste dismiss 3")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
def command(request: Request, numbers: Sequence[int]) -> int:
    """Say that findings are not wanted: they are not told again, whatever the account does."""
    return act_on(request, numbers, findings.dismiss)
