"""A chart is data: titles, a unit, days and series. The page draws it and tells the same figures in a table."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """A chart whose title states what it shows; `kind` is bars (stacked) or line."""

    id: str
    title: str
    unit: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "bars"
    note: str = ""
    marks: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    def table(self) -> Iterator[tuple[str, tuple[float | None, ...]]]:
        """The same figures by label: the chart's table twin."""
        yield from zip(self.labels, zip(*(one.values for one in self.series), strict=True), strict=True)

    def data(self) -> dict[str, Any]:
        """What the drawing script reads."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "title": self.title,
            "labels": list(self.labels),
            "marks": dict(self.marks),
            "series": [
                {"name": one.name, "color": one.color, "values": [_rounded(v) for v in one.values]}
                for one in self.series
            ],
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


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


def spark(values: Sequence[float], width: int = 96, height: int = 20) -> str:
    """The points of a small line, for an SVG polyline of that size; '' when there is nothing to draw."""
    if len(values) < 2 or not any(values):  # noqa: PLR2004 - a line has two ends
        return ""
    top = max(values)
    step = width / (len(values) - 1)
    return " ".join(
        f"{i * step:.1f},{height - 1 - (height - 2) * value / top:.1f}" for i, value in enumerate(values)
    )


BEAT_STEP = 5
_BEATS = {"error": (0, 20), "skipped": (12, 8), "running": (8, 12)}


def heartbeat(beats: Sequence[Beat]) -> dict[str, str]:
    """Runs as upright strokes, oldest first: one SVG path for each state, so that a list of them stays small."""
    paths: dict[str, list[str]] = {}
    for i, beat in enumerate(beats):
        top, length = _BEATS.get(beat.status, (4, 16))
        paths.setdefault(beat.status, []).append(f"M{i * BEAT_STEP + 2} {top}v{length}")
    return {status: "".join(strokes) for status, strokes in paths.items()}
