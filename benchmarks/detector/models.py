"""The detector beside AutoETS and Prophet, which run in an environment of their own."""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detector.generator import world
from benchmarks.detector.judging import MONTH_DAYS, Tally, tally
from benchmarks.report import number, table
from checks.anomaly import detect
from checks.anomaly.config import DAILY
from checks.anomaly.layout import kind_of

if TYPE_CHECKING:
    from benchmarks.detector.generator import World
    from checks.anomaly.arrays import Ints

SEED = 116
SERIES, DAYS, PROPHETS = 45, 120, 8
"""A fit for each score takes time: so few series, and of them still fewer with Prophet."""


def compared(python: str) -> None:
    """Print both models beside the detector; without their environment, say so."""
    if not python or not Path(python).exists():
        print("\nAutoETS and Prophet are not there: `make bench-detector` makes their environment.")
        return
    made = world(SEED, SERIES, DAYS)
    kinds = np.array([int(kind_of(row)) for row in made.values], dtype=np.int64)
    began = time.process_time()
    found = detect(made.values, None, kinds)
    ours_ms = 1000 * (time.process_time() - began) / made.values.size
    theirs = _elsewhere(Path(python), made.values)
    rows = []
    for name in ("AutoETS", "Prophet"):
        flags = theirs[name]
        events = made.events[: len(flags)]
        rows.append(_row(f"{name}, {len(flags)} series", tally(flags, events), float(theirs[f"{name} ms"])))
        rows.append(_row("  Assay on the same", tally(found.flagged[: len(flags)], events), ours_ms))
        level = tally(flags, events).alarms
        rows.append(_row("  Assay, as many alarms", _as_loud(made, kinds, len(flags), level), ours_ms))
    table(rows, ("", "precision", "recall", "F1", "alarms a month", "ms a score"))


def _as_loud(made: World, kinds: Ints, series: int, alarms: int) -> Tally:
    """The detector with its bars lowered until it raises as many false alarms on the first so many series."""
    best = Tally()
    for lower in np.arange(0.0, 1.0, 0.05):
        bars = replace(DAILY, z_alert=DAILY.z_alert - lower, z_scan=DAILY.z_scan - lower)
        flags = detect(made.values, None, kinds, config=bars).flagged[:series]
        found = tally(flags, made.events[:series])
        if found.alarms > alarms:
            break
        best = found
    return best


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
