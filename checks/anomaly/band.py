"""The band of one series: what the detector expects of each point, for whoever looks at an incident."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS, Window, floor_day_ms, to_ms
from assay.store import notes
from checks.anomaly.kinds import Reason
from checks.anomaly.layout import lay_out
from checks.anomaly.stored import Only, read_series
from checks.anomaly.subjects import subject_of
from checks.anomaly.watch import LEAST_POINTS, judge, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config.detector import DetectorSettings
    from checks.anomaly.arrays import Ints
    from checks.anomaly.subjects import Subject
    from checks.anomaly.verdicts import Verdicts

MOST_POINTS = 120
"""The newest points that are judged anew: enough to see, and quick."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A point of a series, of the time that begins at `start_ms`; None where too little was known before it."""

    start_ms: int
    value: float
    expected: float | None
    low: float | None
    high: float | None
    flagged: bool


def band(  # noqa: PLR0913, PLR0917 - which series, as of when, and how it is judged
    session: Session, only: Only, metric: str, now: datetime, config: DetectorSettings, part: str = ""
) -> list[Judged]:
    """The newest points of an asset's metric up to `now`, each judged by those before it; [] where there are none.

    `part` tells apart the series of a metric that has several, e.g. the check that counts NULLs.
    """
    end = to_ms(now)
    window = Window(floor_day_ms(end) - config.history_days * DAY_MS, end)
    stored = next(
        (s for s in read_series(session, window, [metric], only) if s.part == part and s.spans), None
    )
    if stored is None:
        return []
    newest = replace(stored, spans=stored.spans[-MOST_POINTS:])
    one = subject_of(newest, only.key, notes.active(session, [only.id], metric))
    (batch,) = lay_out([one.series])
    return list(_points(one, judge(batch, [one], config), batch.slots[0]))


def _points(one: Subject, verdicts: Verdicts, slots: Ints) -> Iterator[Judged]:
    for place, slot in enumerate(slots):
        at = (0, int(slot))
        expected, low, high = (float(of[at]) for of in (verdicts.expected, verdicts.low, verdicts.high))
        known = verdicts.points_used[at] >= LEAST_POINTS
        yield Judged(
            start_ms=int(one.series.times_ms[place]),
            value=float(one.series.values[place]),
            expected=expected if known else None,
            low=low if known else None,
            high=high if known else None,
            flagged=reason_of(one, verdicts, at, place) is not Reason.NONE,
        )
