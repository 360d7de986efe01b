"""A chart is data: titles, a unit, days and series. The page draws it and tells the same figures in a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assay.store.runs import Beat


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of figures; `color` is a token of the style sheet, None a gap."""

    name: str
    values: Sequence[float | None]
    color: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart whose title states what it shows; `kind` is bars (stacked), line, or band.

    A band is a line with the range that was expected: its series are Observed, Expected, Low and High by name.
    """

    id: str
    title: str
    unit: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "bars"
    note: str = ""
    marks: Mapping[str, float] = field(default_factory=dict)
    soft: Sequence[str] = ()
    """The labels whose figures are provisional, in order."""
    bad: Sequence[int] = ()
    """The places, from 0, of figures that are out of their range."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What a band calls its series, where they are not told by their own names."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    def table(self) -> Iterator[tuple[str, tuple[float | None, ...]]]:
        """The same figures by label: the chart's table twin."""
        rows = zip(*(map(_rounded, one.values) for one in self.series), strict=True)
        yield from zip(self.labels, rows, strict=True)

    def data(self) -> dict[str, Any]:
        """What the drawing script reads."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "title": self.title,
            "labels": list(self.labels),
            "marks": dict(self.marks),
            "soft": list(self.soft),
            "bad": list(self.bad),
            "words": dict(self.words),
            "series": [
                {"name": one.name, "color": one.color, "values": [_rounded(v) for v in one.values]}
                for one in self.series
            ],
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) or 0


KIND_NAMES = {
    "busy": "Busy",
    "keeper_idle": "Idle",
    "startup": "Start-up",
    "min_60s": "60-second minimum",
    "resize": "Resize minimum",
    "no_query": "No query",
    "query_acceleration": "Acceleration",
    "cloud_services": "Cloud services",
    "storage": "Storage",
    "serverless": "Serverless",
    "unattributed": "Unattributed",
}
"""How pages name the kinds of charge, in the order they are stacked."""


def kind_name(kind: str) -> str:
    """A kind of charge in a person's words."""
    return KIND_NAMES.get(kind, kind.replace("_", " "))


SPARK_HEIGHT = 40
"""The height of a small line's box; its width is a unit a step."""


def spark(values: Sequence[float]) -> str:
    """The points of a small line, for an SVG polyline; '' when there is nothing to draw."""
    if len(values) < 2 or not any(values):  # noqa: PLR2004 - a line has two ends
        return ""
    top = max(values)
    heights = (SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * max(value, 0) / top for value in values)
    return " ".join(f"{i},{height:.0f}" for i, height in enumerate(heights))


def heartbeat(beats: Sequence[Beat]) -> dict[str, str]:
    """Runs as upright strokes, oldest first: one path for each state."""
    return strip([beat.status for beat in beats])


def strip(marks: Sequence[str]) -> dict[str, str]:
    """Marks as upright strokes in their places, a unit each: one dashed SVG path for each mark; '' leaves a gap.

    Marks of one sort that follow each other are one line; the style sheet's dashes part them again. So a list of
    strips stays small.
    """
    paths: dict[str, list[str]] = {}
    at = 0
    for mark, group in groupby(marks):
        length = len(list(group))
        if mark:
            paths.setdefault(mark, []).append(f"M{at} 2h{length}")
        at += length
    return {mark: "".join(strokes) for mark, strokes in paths.items()}
