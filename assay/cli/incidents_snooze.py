"""`assay incidents snooze`: nobody is called about it for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.incident_deeds import act_on
from assay.cli.request import command as assay_command
from assay.cli.spans import SPAN
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from assay.cli.request import Request


@assay_command("snooze", example="assay incidents snooze 3 --for 1d")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
@click.option("--for", "span", type=SPAN, required=True, help="How long, e.g. 30m, 2h, 3d, 1w.")
def command(request: Request, numbers: Sequence[int], span: timedelta) -> int:
    """Call nobody about incidents for a while; what still stands then is told again."""
    return act_on(request, numbers, Transition.SNOOZED, span=span)
