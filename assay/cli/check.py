"""`assay check`: run checks, list them, suggest new ones."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "run": "Run checks; exit 1 when one fails, 4 when one cannot be run.",
    "list": "List the declared checks and where each is written.",
    "suggest": "Suggest checks for an asset, each with its back-test.",
    "score": "Score a file of series with the detector.",
    "backtest": "Replay history with the detector.",
}
"""The subcommands with their first line of help."""


@click.group("check", cls=Parts, parts=PARTS, epilog=example_text("assay check run 'shop.marts.*'"))
def command() -> None:
    """Run the checks of assets, list them, and have new ones suggested."""
