"""`assay backfill`: what a backfill costs before it runs, the quotes that were made, and how well they held."""

from __future__ import annotations

import click

from assay.cli.parts import Parts
from assay.cli.request import example_text

PARTS = {
    "quote": "Price a backfill; exit 1 when a limit or a quota speaks against it.",
    "list": "Show the quotes that were made, and what their backfills came to.",
    "show": "Show one quote whole.",
    "coverage": "Tell how often builds fell inside the range they were quoted.",
}
"""The subcommands with their first line of help."""

_EXAMPLE = "assay backfill quote orders --partitions 2026-09-01..2026-09-30 --downstream"


@click.group("backfill", cls=Parts, parts=PARTS, epilog=example_text(_EXAMPLE))
def command() -> None:
    """Tell what a backfill costs before it runs, and what quotes came to."""
