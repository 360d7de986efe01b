"""What a day of the ledger is computed from: the files, their fingerprints, and how far the meters are known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.facts.streams import (
    ACCESS,
    METERING,
    METERING_DAILY,
    QUERY_ASSETS,
    QUERY_ATTRIBUTION,
    QUERY_HISTORY,
    RATE_SHEET,
    TABLE_STORAGE,
    WAREHOUSE_EVENTS,
    WAREHOUSE_METERING,
)
from assay.model.charges import RestatementReason
from assay.model.time import DAY_MS, HOUR_MS, Window, floor_day_ms
from assay.store.collections import watermarks
from costs.attribution import MARGIN_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.facts.files import FactFile, FactFiles
    from assay.facts.streams import FactStream

RULES_VERSION = 2
"""Raised when the same inputs must give other charges than before: every day is then computed anew."""

_REASONS: Mapping[RestatementReason, tuple[FactStream, ...]] = {
    RestatementReason.METERING: (WAREHOUSE_METERING, METERING, WAREHOUSE_EVENTS),
    RestatementReason.ATTRIBUTION_WEIGHTS: (QUERY_ATTRIBUTION,),
    RestatementReason.LATE_QUERY: (QUERY_HISTORY, ACCESS),
    RestatementReason.DAILY_ADJUSTMENT: (METERING_DAILY,),
    RestatementReason.MAPPING: (QUERY_ASSETS,),
    RestatementReason.CORRECTION: (TABLE_STORAGE, RATE_SHEET),
}
"""Why a day's charges change, by what came in; where several did, the first is told."""

_METERED = (WAREHOUSE_METERING, METERING, METERING_DAILY, TABLE_STORAGE)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The manifest of one connection, by stream, and until when the warehouse's own weights are read (epoch ms)."""

    files: Mapping[str, Sequence[FactFile]]
    prices: str
    weighed_until_ms: int = 0

    @classmethod
    def read(cls, session: Session, files: FactFiles, connection: str, prices: str) -> Inputs:
        """All files the ledger is computed from, as one moment of the store shows them."""
        streams = {stream for group in _REASONS.values() for stream in group}
        weighed = watermarks(session, connection).get(QUERY_ATTRIBUTION.name, 0)
        return cls({s.name: files.files(session, connection, s) for s in streams}, prices, weighed)

    def of(self, stream: FactStream, window: Window | None = None) -> list[FactFile]:
        """The stream's files that touch the window, oldest first."""
        return [
            file
            for file in self.files[stream.name]
            if window is None or (file.min_ms < window.end_ms and file.max_ms >= window.start_ms)
        ]

    def days(self) -> list[int]:
        """Every day a meter tells of."""
        return sorted({file.day_ms for stream in _METERED for file in self.files[stream.name]})

    def queries(self, day_ms: int) -> int:
        """How many query rows the day's files hold, repeats included."""
        return sum(file.rows for file in self.files[QUERY_HISTORY.name] if file.day_ms == day_ms)

    @property
    def metered_until_ms(self) -> int:
        """The end of the newest hour a meter told; 0 where none did."""
        ends = [file.max_ms for s in (WAREHOUSE_METERING, METERING) for file in self.files[s.name]]
        return max(ends) // HOUR_MS * HOUR_MS + HOUR_MS if ends else 0

    @property
    def final_until_ms(self) -> int:
        """Hours that end by then are final: every meter told them, and the warehouse's own weights if it gives any.

        Weights come with queries: of hours without any it is the watermark that says they have been read.
        """
        ends = [self.metered_until_ms]
        ends += [
            max(file.max_ms for file in of_stream) // HOUR_MS * HOUR_MS + HOUR_MS
            for stream in (WAREHOUSE_METERING, METERING)
            if (of_stream := self.files[stream.name])
        ]
        if weights := self.files[QUERY_ATTRIBUTION.name]:
            weighed_ms = max(self.weighed_until_ms, *(file.max_ms for file in weights))
            ends.append(weighed_ms // HOUR_MS * HOUR_MS)
        return min(ends)

    def fingerprint(self, day_ms: int) -> str:
        """What the day depends on, as text: equal text, equal charges."""
        wide = Window(day_ms - MARGIN_MS, day_ms + DAY_MS + MARGIN_MS)
        parts = {
            str(reason): _digest(_newest(file for s in streams for file in self._relevant(s, wide)))
            for reason, streams in _REASONS.items()
        }
        final_ms = min(max(self.final_until_ms, day_ms), day_ms + DAY_MS)
        parts |= {"final": str(final_ms), "rules": str(RULES_VERSION), "prices": self.prices}
        return json.dumps(parts, sort_keys=True)

    def _relevant(self, stream: FactStream, window: Window) -> Sequence[FactFile]:
        """Rates hold until the next sheet and a warehouse stays on until an event: these streams matter whole."""
        if stream is RATE_SHEET:
            return self.files[stream.name]
        if stream is WAREHOUSE_EVENTS:
            return self.of(stream, Window(0, window.end_ms))
        return self.of(stream, window)


def _newest(files: Iterable[FactFile]) -> Iterator[str]:
    """The newest batch of each stream and day: it moves with every new file, and stays when they are compacted."""
    newest: dict[tuple[str, int], int] = {}
    for file in files:
        place = (file.stream, file.day_ms)
        newest[place] = max(file.id, newest.get(place, 0))
    return (f"{stream}:{day_ms}:{batch}" for (stream, day_ms), batch in sorted(newest.items()))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def reason_of(before: str | None, after: str) -> RestatementReason:
    """Why a day is told anew: the first of its inputs that differs."""
    if before is None:
        return RestatementReason.FIRST
    old, new = json.loads(before), json.loads(after)
    for reason in _REASONS:
        if old.get(reason) != new.get(reason):
            return reason
    return RestatementReason.FINAL if old.get("final") != new.get("final") else RestatementReason.CORRECTION


def chunks(days: Sequence[int], inputs: Inputs, most_rows: int) -> list[Window]:
    """Stale days in stretches of neighbours, each of at most `most_rows` query rows (or a single day)."""
    windows: list[Window] = []
    held = 0
    for day_ms in days:
        rows = inputs.queries(floor_day_ms(day_ms))
        if windows and windows[-1].end_ms == day_ms and held + rows <= most_rows:
            windows[-1] = Window(windows[-1].start_ms, day_ms + DAY_MS)
            held += rows
        else:
            windows.append(Window(day_ms, day_ms + DAY_MS))
            held = rows
    return windows
