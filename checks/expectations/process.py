"""The worker process of a project: Great Expectations in whatever Python it is installed in."""

from __future__ import annotations

import sys
from pathlib import Path

from checks.processes import Program

_QUIET = (
    ("GX_ANALYTICS_ENABLED", "false"),
    ("GE_USAGE_STATS", "false"),
    ("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true"),
)
"""What keeps Great Expectations and its drivers from telling anybody of anything."""


def program(root: Path, python: str = sys.executable) -> Program:
    """The worker of a project by its folder (that of great_expectations.yml), run beside it."""
    return Program(
        Path(__file__).with_name("worker.py"),
        str(root),
        "expectations",
        python=python,
        folder=root.parent,
        env=_QUIET,
        noise="Calculating",
        mend="Was there too little memory? Give `python` where the project has an environment of its own.",
        hurry="Make the suite faster, or raise timeout_s of the check.",
    )
