"""The detector beside AutoETS and Prophet, which run in an environment of their own."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.detector.generator import world
from benchmarks.detector.judging import MONTH_DAYS, Tally, tally
from benchmarks.report import number, table
from checks.anomaly import detect

SEED = 116
SERIES, DAYS, PROPHETS = 40, 100, 10
"""A fit for each score takes time: forty series of a hundred days, ten of them with Prophet."""


def compared(python: str) -> None:
    """Print both models beside the detector; without their environment, say so."""
    if not python or not Path(python).exists():
        print("\nAutoETS and Prophet are not there: `make bench-detector` makes their environment.")
        return
    made = world(SEED, SERIES, DAYS)
    began = time.process_time()
    found = detect(made.values)
    ours_ms = 1000 * (time.process_time() - began) / made.values.size
    theirs = _elsewhere(Path(python), made.values)
    rows = []
    for name in ("AutoETS", "Prophet"):
        flags = theirs[name]
        events = made.events[: len(flags)]
        rows.append(_row(f"{name}, {len(flags)} series", tally(flags, events), float(theirs[f"{name} ms"])))
        rows.append(_row("  Assay on the same", tally(found.flagged[: len(flags)], events), ours_ms))
    table(rows, ("", "precision", "recall", "F1", "alarms a month", "ms a score"))


def _elsewhere(
    python: Path, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        given, told = Path(name) / "in.npy", Path(name) / "out.npz"
        np.save(given, values)
        script = Path(__file__).with_name("forecasters.py")
        subprocess.run([str(python), str(script), str(given), str(told), str(PROPHETS)], check=True)
        with np.load(told) as found:
            return {key: found[key] for key in found.files}


def _row(name: str, found: Tally, milliseconds: float) -> tuple[str, ...]:
    figures = (found.precision, found.recall, found.f1, found.alarms_in(MONTH_DAYS))
    return (name, *(f"{figure:.3f}" for figure in figures), number(milliseconds))
