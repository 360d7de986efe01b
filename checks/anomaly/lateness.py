"""Missing runs: the time since an asset's last refresh, against its own gaps between refreshes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.incidents import Verb
from assay.model.runs import Metric as Measured
from assay.model.runs import RunStatus
from assay.model.time import to_ms
from assay.store.tables import MeasurementRow, RunRow
from checks.gaps import bound_of, gaps_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.assets import AssetKey
    from assay.model.incidents import Note
    from assay.model.time import Window
    from checks.gaps import Bound, Gap

QUANTILE, BUFFER, LEAST_GAPS = 0.99, 0.25, 8


Horizons = Mapping[tuple[str, str], datetime]
"""How far each account, as (platform, account), is read: nothing of it is late by what is not read yet."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """The open gap of an asset, from its last refresh to now, and the bound by its gaps before; None: too few."""

    start_ms: int
    now_ms: int
    bound: Bound | None
    gaps: int
    is_spared: bool

    @property
    def open_ms(self) -> int:
        """How long it has been."""
        return self.now_ms - self.start_ms

    @property
    def is_late(self) -> bool:
        """Whether that is longer than its own gaps let expect."""
        return self.bound is not None and self.open_ms > self.bound.limit_ms and not self.is_spared


def seen_until(key: AssetKey, now: datetime, read_until: Horizons) -> int:
    """The moment (ms) up to which refreshes of the asset are known."""
    return to_ms(min(now, read_until.get((key.platform, key.instance), now)))


def refreshes(session: Session, window: Window) -> dict[int, list[int]]:
    """When each asset was refreshed, epoch ms, oldest first: measured, or else the ends of successful builds."""
    built = select(RunRow.asset_id, RunRow.ended_ms).where(
        RunRow.kind == "build",
        RunRow.status == RunStatus.SUCCESS,
        RunRow.ended_ms >= window.start_ms,
        RunRow.ended_ms <= window.end_ms,
    )
    measured = select(MeasurementRow.asset_id, MeasurementRow.value).where(
        MeasurementRow.metric == Measured.REFRESHED.value,
        MeasurementRow.value >= window.start_ms,
        MeasurementRow.value <= window.end_ms,
    )
    return _moments(session.execute(built).all()) | _moments(session.execute(measured).all())


def _moments(rows: Sequence[Sequence[int | None]]) -> dict[int, list[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for asset, moment in rows:
        if asset is not None and moment is not None:
            found[asset].add(moment)
    return {asset: sorted(moments) for asset, moments in found.items()}


def lateness(moments: Sequence[int], now_ms: int, said: Sequence[Note]) -> Lateness:
    """Hold the open gap against those before it, without the ones that people judged."""
    start = moments[-1]
    spared = any(_touches(note, start, now_ms) and note.verb is not Verb.REALLY_WRONG for note in said)
    gaps = [gap for gap in gaps_of(moments) if not any(_left_out(note, gap) for note in said)]
    bound = bound_of(gaps, start, QUANTILE, BUFFER) if len(gaps) >= LEAST_GAPS else None
    return Lateness(start, now_ms, bound, len(gaps), spared)


def _left_out(note: Note, gap: Gap) -> bool:
    """What is new normal ends what was before it; what was judged otherwise is no habit."""
    if note.verb is Verb.NEW_NORMAL:
        return gap.end_ms <= to_ms(note.start)
    return _touches(note, gap.start_ms, gap.end_ms)


def _touches(note: Note, start_ms: int, end_ms: int) -> bool:
    return to_ms(note.start) < end_ms and to_ms(note.end) > start_ms
