"""Series from a CSV file with the columns series, timestamp and value."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.errors import MalformedInputError, UsageError
from assay.model.time import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

COLUMNS = ("series", "timestamp", "value")
MISSING = frozenset({"", "nan", "null", "none", "na", "n/a"})
SECONDS_DIGITS, MILLIS_DIGITS = 10, 13


@dataclass(frozen=True, slots=True)
class Point:
    """One point as written: `text` is the timestamp's own words, `value` NaN where there is none."""

    series: str
    text: str
    at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Table:
    """The distinct points of a file in its order, and how many lines told a point again (the last one holds)."""

    points: list[Point]
    repeated: int


def read_points(path: Path) -> Table:
    """Read a file; UsageError when it cannot be opened, MalformedInputError naming the line that cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _distinct(_points(file, path.name))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{path} cannot be read: {reason}.", hint="Give the path of a CSV file.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise MalformedInputError(
            f"{path.name} is no CSV text: {error}.", hint="Save it as CSV in UTF-8."
        ) from error


def _distinct(points: Iterator[Point]) -> Table:
    found: dict[tuple[str, int], Point] = {}
    lines = 0
    for point in points:
        lines += 1
        key = (point.series, point.at_ms)
        found.pop(key, None)
        found[key] = point
    return Table(list(found.values()), lines - len(found))


def _points(file: TextIO, name: str) -> Iterator[Point]:
    reader = csv.reader(file)
    places = _places(next(reader, None), name)
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        where = f"{name}, line {reader.line_num}"
        if len(row) <= max(places):
            raise MalformedInputError(
                f"{where}: {len(row)} columns, the header has more.",
                hint="Give every line a series, timestamp and value.",
            )
        series, text, value = (row[place].strip() for place in places)
        yield Point(series, text, _moment(text, where), _number(value, where))


def _places(header: list[str] | None, name: str) -> tuple[int, ...]:
    """Where the three columns stand; others are passed over."""
    if header is None:
        raise MalformedInputError(
            f"{name} is empty.", hint=f"Its first line names the columns: {','.join(COLUMNS)}."
        )
    names = [cell.strip().lower() for cell in header]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise MalformedInputError(
            f"{name} has no column {' and no column '.join(missing)}; it has {', '.join(header)}.",
            hint=f"Its first line names the columns: {','.join(COLUMNS)}.",
        )
    return tuple(names.index(column) for column in COLUMNS)


def _moment(text: str, where: str) -> int:
    """Epoch ms of ISO 8601 text, or of epoch seconds or ms; without a zone it is UTC."""
    try:
        if text.isdigit() and len(text) in {SECONDS_DIGITS, MILLIS_DIGITS}:
            return int(text) * (1000 if len(text) == SECONDS_DIGITS else 1)
        moment = datetime.fromisoformat(text)
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise MalformedInputError(
            f"{where}: {text!r} is no timestamp.",
            hint="Write ISO 8601, e.g. 2026-03-01 or 2026-03-01T14:00:00Z.",
        ) from None


def _number(text: str, where: str) -> float:
    if text.lower() in MISSING:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise MalformedInputError(
            f"{where}: {text!r} is no number.",
            hint="Write e.g. 1234.5; leave it empty where there is no value.",
        )
    return value
