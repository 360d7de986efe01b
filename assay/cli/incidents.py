"""`assay incidents`: what is wrong, what became of it, and what people say of it."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "list": "List the incidents that want attention (also without `list`).",
    "show": "Show one incident: why, what it reaches, its timeline and notes.",
    "ack": "Acknowledge: somebody is at it, and no reminder comes.",
    "snooze": "Call nobody about it for a while.",
    "resolve": "Say that it is mended.",
    "comment": "Write a line in its timeline.",
    "judge": "Say what it was: expected once, new normal, or really wrong.",
    "undo": "Take a judgement back.",
}
"""The subcommands with their first line of help."""


@click.group(
    "incidents", cls=Parts, parts=PARTS, default="list", epilog=example_text("assay incidents show 3")
)
def command() -> None:
    """See what is wrong, act on it, and judge it: a judgement re-trains the detector, and can be taken back."""
