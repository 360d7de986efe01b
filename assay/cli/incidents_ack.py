"""`assay incidents ack`: somebody is at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.incident_deeds import act_on
from assay.cli.request import command as assay_command
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request


@assay_command("ack", example="assay incidents ack 3 4")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
def command(request: Request, numbers: Sequence[int]) -> int:
    """Acknowledge incidents in your name: no reminder of them comes any more."""
    return act_on(request, numbers, Transition.ACKNOWLEDGED)
