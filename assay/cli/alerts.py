"""`assay alerts`: try the channels, send what is due, see what was sent, and keep silent for a while."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "test": "Send a test through each channel; exit 1 when one does not take it.",
    "list": "Show what waits, was sent, muted, digested or given up, and the silences.",
    "send": "Send what is due now.",
    "retry": "Let what was given up wait to be sent again.",
    "silence": "Tell nothing that matches, for a while.",
    "unsilence": "End a silence before its time.",
}
"""The subcommands with their first line of help."""


@click.group("alerts", cls=Parts, parts=PARTS, epilog=example_text("assay alerts test"))
def command() -> None:
    """Send alerts, see which were sent, and keep silent for a while."""
