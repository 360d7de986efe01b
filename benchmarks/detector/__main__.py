"""`python -m benchmarks.detector [part ...]`: the detector beside its gates and its peers, in one run.

The real series are read from the folder ASSAY_BENCH_SERIES, or --series: copies of two public repositories,
microsoft/cloud-monitoring-dataset and numenta/NAB, in folders `microsoft` and `nab`. Made-up series need nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assay.model.time import DAY_MS, HOUR_MS
from benchmarks.detector import controls, microsoft, nab
from benchmarks.detector.generator import world
from benchmarks.detector.judging import MONTH_DAYS, Tally, tally
from benchmarks.detector.models import compared
from benchmarks.detector.peers import PEERS, flagged, plain_z
from benchmarks.report import Figure, number, show, table
from checks.anomaly import detect, for_period
from checks.anomaly.layout import Series, kind_of, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.detector.generator import World
    from checks.anomaly.arrays import Bools, Floats, Ints

PARTS = ("worlds", "controls", "models", "real", "speed")
SEEDS = (111, 112, 113, 114, 115)
"""No setting was ever chosen by looking at these."""
CONTROL_SEED = 211


def main() -> None:
    """Measure and print; nothing is kept."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.detector", description=__doc__)
    asked.add_argument(
        "parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    asked.add_argument("--series", default=os.environ.get("ASSAY_BENCH_SERIES", ""), help="the real series")
    asked.add_argument(
        "--models",
        default=os.environ.get("ASSAY_BENCH_MODELS", ""),
        help="Python with AutoETS and Prophet",
    )
    given = asked.parse_args()
    parts = given.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        asked.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    runs: dict[str, Callable[[], None]] = {
        "worlds": worlds,
        "controls": lambda: show(
            "Clean series, single events", [*controls.clean(CONTROL_SEED), *controls.injected(CONTROL_SEED)]
        ),
        "models": lambda: compared(given.models),
        "real": lambda: real(given.series),
        "speed": speed,
    }
    for part in parts:
        runs[part]()


def kinds_of(values: Floats) -> Ints:
    """The kinds as `assay check score` infers them from the first points."""
    return np.array([int(kind_of(row)) for row in values], dtype=np.int64)


def worlds() -> None:
    """The detector and the rules of others on worlds nobody tuned on."""
    made = [world(seed) for seed in SEEDS]
    points, both, seconds = Tally(), Tally(), 0.0
    for each in made:
        began = time.process_time()
        found = detect(
            each.values, controls.BEGIN_MS + DAY_MS * np.arange(each.values.shape[1]), kinds_of(each.values)
        )
        seconds += time.process_time() - began
        _join(points, tally(found.flag, each.events))
        _join(both, tally(found.flagged, each.events))
    show(
        f"Made-up series, seeds {SEEDS[0]} to {SEEDS[-1]}",
        [
            Figure("F1, points", points.f1, "", 0.80, at_most=False),
            Figure("false alarms, points", points.alarms_in(MONTH_DAYS), controls.UNIT, 0.10),
            Figure("F1, with creep", both.f1, "", 0.80, at_most=False),
            Figure("false alarms, with creep", both.alarms_in(MONTH_DAYS), controls.UNIT, 0.15),
            Figure("empty loads found", both.found["empty"] / both.events["empty"], "", 0.98, at_most=False),
        ],
    )
    scores = sum(each.values.size for each in made)
    rows = [_row("Assay, points", points, seconds, scores), _row("Assay", both, seconds, scores)]
    rows += [_peer(name, made, scores) for name in PEERS]
    table(rows, ("", "precision", "recall", "F1", "alarms a month", "us a score"))


def _peer(name: str, made: list[World], scores: int) -> tuple[str, ...]:
    found, began = Tally(), time.process_time()
    for each in made:
        _join(found, tally(flagged(name, each.values), each.events))
    return _row(name, found, time.process_time() - began, scores)


def _row(name: str, found: Tally, seconds: float, scores: int) -> tuple[str, ...]:
    figures = (found.precision, found.recall, found.f1, found.alarms_in(MONTH_DAYS))
    return (name, *(f"{figure:.3f}" for figure in figures), number(1e6 * seconds / scores))


def _join(all_of: Tally, one: Tally) -> None:
    all_of.events.update(one.events)
    all_of.found.update(one.found)
    all_of.alarms += one.alarms
    all_of.points += one.points


def real(folder: str) -> None:
    """The two public sets of real series."""
    place = Path(folder) if folder else None
    for name, run in (("microsoft", _microsoft), ("nab", _nab)):
        if place is None or not (place / name / "data").is_dir():
            print(f"\nThe series of {name} are not there: give a folder with a copy in {name}/ by --series.")
        else:
            run(place / name)


def _microsoft(folder: Path) -> None:
    series = list(microsoft.read(folder))
    hourly = for_period(HOUR_MS)
    figures = []
    for name, chosen in (
        ("all", series),
        ("tuning half", [each for each in series if each.is_tuning]),
        ("judging half", [each for each in series if not each.is_tuning]),
    ):
        ours = microsoft.judged(chosen, lambda values: detect(values, config=hourly).flag)
        peer = microsoft.judged(chosen, lambda values: plain_z(values, 168, 4.5))
        figures += [
            Figure(
                f"F1, {name} ({len(chosen)} series, {ours.events.total()} events)",
                ours.f1,
                "",
                0.53,
                at_most=False,
            ),
            Figure("  false alarms", ours.alarms_in(720), "720 h", 1.9),
            Figure("  F1 of z over 7 days", peer.f1, ""),
            Figure("  its false alarms", peer.alarms_in(720), "720 h"),
        ]
    with np.errstate(all="ignore"):
        show("Microsoft cloud monitoring, hourly", figures)


def _nab(folder: Path) -> None:
    series = list(nab.read(folder))
    flags = [(_by_the_clock(each), each.windows) for each in series]
    show(
        f"Numenta benchmark, {len(series)} series, settings as shipped",
        [
            Figure(
                "standard score (HTM 70, Skyline 58, RCF 52, ADVec 47)",
                nab.standard_score(flags),
                "",
                55,
                at_most=False,
            )
        ],
    )


def _by_the_clock(series: nab.Labelled) -> Bools:
    """The flags (T,) as `assay check score` gives them: the series laid out by its times."""
    (batch,) = lay_out([Series("", series.times_ms, series.values)])
    found = detect(batch.values, batch.times_ms, batch.kinds, config=batch.config)
    return found.flag[0, batch.slots[0]]


def speed() -> None:
    """Scores in a second of one core."""
    r = np.random.default_rng(5)
    figures = []
    for series, length in ((300, 240), (3000, 120)):
        values = np.exp(8 + 0.1 * r.standard_normal((series, length)))
        began = time.process_time()
        detect(values)
        rate = values.size / (time.process_time() - began)
        figures.append(Figure(f"scores, {series:,} series at once", rate, "a second", 200_000, at_most=False))
    show("Speed, one core", figures)


if __name__ == "__main__":
    main()
