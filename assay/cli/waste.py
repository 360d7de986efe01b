"""`assay waste`: what is spent for nothing, and what was done about it."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "list": "List what is wasted, with the change to make (also without `list`).",
    "show": "Show one finding: its figures, what it takes for granted, the change.",
    "done": "Say that the change was made: what it saves is measured from now on.",
    "dismiss": "Say that a finding is not wanted: it is not told again.",
    "undo": "Take that back: the finding is open again.",
}
"""The subcommands with their first line of help."""


@click.group("waste", cls=Parts, parts=PARTS, default="list", epilog=example_text("assay waste done 3"))
def command() -> None:
    """Tell what is spent for nothing, the change to make, and what it saves; say when the change was made."""
