"""`assay cleanup`: let what nobody reads leave the dbt project, by a pull request."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "detect": "Tell which dead sets could go, and what speaks against it.",
    "plan": "Make the patch, the SQL and the text of one, and prove it; nothing is sent.",
    "open": "Open the pull request of one, or of all that may go.",
    "list": "List the pull requests and what became of them.",
    "state": "Tell what the models a pull request changes cost today.",
}
"""The subcommands with their first line of help."""


@click.group("cleanup", cls=Parts, parts=PARTS, epilog=example_text("assay cleanup detect"))
def command() -> None:
    """Let what nobody reads leave the dbt project, by a pull request.

    Each comes with its proof, and none with a DROP.
    """
