"""`assay incidents judge`: what it was, so that the detector learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.incident_deeds import act_on
from assay.cli.request import command as assay_command
from assay.model.incidents import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request

VERBS = {verb.value.replace("_", "-"): verb for verb in Verb}


@assay_command("judge", example="assay incidents judge expected-once 3 --text 'sale day'")
@click.argument("verb", type=click.Choice(list(VERBS)))
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
@click.option("--text", default="", help="Why.")
def command(request: Request, verb: str, numbers: Sequence[int], text: str) -> int:
    """Say what incidents were.

    expected-once leaves their time out of what the detector learns from; new-normal begins its history anew there;
    both resolve the incident. really-wrong keeps that time from ever becoming normal. Each can be taken back.
    """
    return act_on(request, numbers, VERBS[verb], text=text)
