"""The command line: one file per command, each loaded when it is called."""

from __future__ import annotations

import sys

from assay.cli.app import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))
