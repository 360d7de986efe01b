"""`assay incidents comment`: a line in the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.incident_deeds import act_on
from assay.cli.request import command as assay_command
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("comment", example="assay incidents comment 3 'it is the loader'")
@click.argument("number", type=int)
@click.argument("text")
def command(request: Request, number: int, text: str) -> int:
    """Write TEXT in the timeline of incident NUMBER, in your name."""
    return act_on(request, [number], Transition.COMMENTED, text=text)
