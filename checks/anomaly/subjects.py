"""What the detector watches as of a moment: series with the asset they are of and what people said of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from assay.model.assets import AssetKey
from assay.model.incidents import Verb
from assay.model.time import DAY_MS, Window, floor_day_ms, to_ms
from assay.store import notes
from assay.store.tables import AssetRow
from checks.anomaly.kinds import Mark
from checks.anomaly.layout import Series
from checks.anomaly.stored import read_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config.detector import DetectorSettings
    from assay.model.incidents import Note
    from checks.anomaly.arrays import Ints
    from checks.anomaly.metrics import Metric
    from checks.anomaly.stored import Stored


@dataclass(frozen=True, slots=True)
class Subject:
    """A watched series: its asset and metric, the end of each point's time, and the marks of its points."""

    key: AssetKey
    metric: Metric
    series: Series
    ends_ms: Ints
    marks: Ints
    part: str = ""

    @property
    def name(self) -> str:
        """The name of the check that watches it."""
        return f"detector:{self.key}:{self.metric.name}" + (f":{self.part}" if self.part else "")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The assets that are watched, by id, and what people said of each."""

    keys: Mapping[int, str]
    notes: Mapping[str, Sequence[Note]]

    @classmethod
    def read(cls, session: Session, ignore: Sequence[str]) -> Fleet:
        """All assets but the ignored."""
        rows = session.execute(select(AssetRow.id, AssetRow.key)).all()
        keys = {row_id: key for row_id, key in rows if not any(fnmatchcase(key, glob) for glob in ignore)}
        said: dict[str, list[Note]] = defaultdict(list)
        for note in notes.active(session):
            said[str(note.asset)].append(note)
        return cls(keys, said)

    def of(self, key: str, metric: Metric) -> list[Note]:
        """What was said of this metric of the asset, or of all its metrics, oldest first."""
        return [note for note in self.notes.get(key, ()) if note.metric in {"", metric.name}]


def subjects(session: Session, now: datetime, config: DetectorSettings, fleet: Fleet) -> list[Subject]:
    """Every series there is, of the last `history_days`."""
    end = to_ms(now)
    window = Window(floor_day_ms(end) - config.history_days * DAY_MS, end)
    known = set(fleet.keys.values())
    found = []
    for stored in read_series(session, window, config.metrics):
        key = fleet.keys.get(stored.asset, "") if isinstance(stored.asset, int) else stored.asset
        if key in known and stored.spans:
            found.append(subject_of(stored, key, fleet.of(key, stored.metric)))
    return found


def subject_of(stored: Stored, key: str, said: Sequence[Note]) -> Subject:
    """The subject of an asset's series, with what was said of its metric."""
    starts, ends = (np.array([span[side] for span in stored.spans], dtype=np.int64) for side in (0, 1))
    values = np.array([span[2] for span in stored.spans])
    marks = marks_of(said, starts, ends)
    series = Series(key, starts, values, stored.metric.kind)
    return Subject(AssetKey.parse(key), stored.metric, series, ends, marks, stored.part)


def marks_of(said: Sequence[Note], starts_ms: Ints, ends_ms: Ints) -> Ints:
    """The marks (n,) of points by their times [start, end); of two judgements on a point the later holds."""
    marks = np.zeros(len(starts_ms), dtype=np.int64)
    for note in said:
        touched = (starts_ms < to_ms(note.end)) & (ends_ms > to_ms(note.start))
        if note.verb is Verb.EXPECTED_ONCE:
            marks[touched] = Mark.SPARED
        elif note.verb is Verb.REALLY_WRONG:
            marks[touched] = Mark.WRONG
        else:
            marks[touched] = Mark.NONE
            begins = np.flatnonzero(ends_ms > to_ms(note.start))[:1]
            marks[begins] = Mark.RESTART
    return marks
