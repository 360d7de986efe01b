"""How long the command line takes to answer."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from benchmarks.report import Figure, show


def run() -> None:
    """Print the median of eleven calls of `--help`, beside an interpreter that does nothing."""
    bare = _median("-c", "pass")
    ours = _median("-m", "assay", "--help")
    show(
        "start", [Figure("assay --help", ours * 1000, "ms", 200), Figure("python itself", bare * 1000, "ms")]
    )


def _median(*arguments: str) -> float:
    took = []
    for _ in range(11):
        begun = time.perf_counter()
        subprocess.run((sys.executable, *arguments), stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - begun)
    return median(took)
