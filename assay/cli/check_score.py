"""`assay check score`: try the detector on series of one's own."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.bounded import bounded
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.table import say_table
from assay.errors import AssayError, MalformedInputError
from checks.anomaly.reading import read_points
from checks.anomaly.scoring import score
from checks.words import one_sentence, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from checks.anomaly.reading import Table
    from checks.anomaly.scoring import Score

SHOWN = 40
"""Flags shown to people; --json gives every point."""
MOST_BYTES = 256_000_000
"""So much of a file is held in memory."""
LARGEST = 1e150
"""The square of a greater value is no number any more, and with it no spread."""


@assay_command("score", example="assay check score --input metrics.csv --json")
@click.option(
    "--input",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="A CSV file with the columns series, timestamp, value.",
)
def command(request: Request, file: Path) -> int:
    """Score every point of a file of series by the points before it.

    No Assay folder is needed. Timestamps are ISO 8601, UTC where they name no zone; an empty value is a missing one.
    A file has at most 256 MB, a value at most 150 digits.
    """
    with bounded(file, MOST_BYTES) as whole:
        table = _read(whole)
    if table.repeated:
        note(f"{table.repeated} points are told more than once; the last line of each holds.")
    scores = score(table.points)
    if request.as_json:
        say_json([asdict(each) for each in scores])
    else:
        _say(scores)
    return 0


def _read(file: Path) -> Table:
    """The points; what is wrong with the file in one sentence, however long its names are."""
    try:
        table = read_points(file)
    except AssayError as error:
        raise type(error)(one_sentence(error.message), hint=error.hint) from error
    if beyond := next((point for point in table.points if abs(point.value) > LARGEST), None):
        raise MalformedInputError(
            f"{file.name}: {beyond.value:g}, of {shown(beyond.series)} at {beyond.text}, is beyond all measure.",
            hint=f"Values are between -{LARGEST:g} and {LARGEST:g}: choose a larger unit.",
        )
    return table


def _say(scores: Sequence[Score]) -> None:
    """The flags, newest first, and how many there are."""
    flagged = [each for each in scores if each.flag]
    if flagged:
        rows = [(each.series, each.timestamp, _figure(each.value), each.reason) for each in _newest(flagged)]
        say_table("", ("series", "timestamp", ">value", "why"), rows)
    if len(flagged) > SHOWN:
        note(f"{len(flagged) - SHOWN} earlier flags are not shown; --json gives all points.")
    series = Counter(each.series for each in scores)
    click.echo(f"{len(scores):,} points of {len(series):,} series: {len(flagged):,} flagged.")


def _newest(flagged: Sequence[Score]) -> list[Score]:
    return sorted(flagged, key=lambda each: each.timestamp, reverse=True)[:SHOWN]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}"
