"""Replay history: what the detector would have said with given settings, day by day and without look-ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from assay.model.assets import AssetKey
from assay.model.time import DAY_MS, HOUR_MS, Window, floor_day_ms, to_ms
from checks.anomaly.explain import figure, sentence
from checks.anomaly.kinds import Kind, Mark, Reason
from checks.anomaly.lateness import BUFFER, Lateness, lateness, refreshes, seen_until
from checks.anomaly.layout import lay_out
from checks.anomaly.metrics import FRESHNESS
from checks.anomaly.rules import LEAST_FLAT
from checks.anomaly.subjects import Fleet, subjects
from checks.anomaly.tuning import DAYS_A_MONTH
from checks.anomaly.watch import judge, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config.detector import DetectorSettings
    from checks.anomaly.arrays import Bools, Ints
    from checks.anomaly.lateness import Horizons
    from checks.anomaly.subjects import Subject
    from checks.anomaly.verdicts import Verdicts

APART = 3
"""Flags at most so many points apart are one alert."""


@dataclass(frozen=True, slots=True, order=True)
class Alert:
    """What would have been told: the first flag of a run of them."""

    at_ms: int
    asset: str
    metric: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a config would have told in `days` days, and of what people judged how much of it."""

    days: int
    assets: int
    series: int
    points: int
    alerts: tuple[Alert, ...]
    wrong: int
    wrong_found: int
    spared: int
    spared_flagged: int

    @property
    def per_asset_month(self) -> float:
        """Alerts of an asset in a month, all its metrics together."""
        return len(self.alerts) * DAYS_A_MONTH / max(self.assets * self.days, 1)


def replay(  # noqa: PLR0913, PLR0917 - what is replayed, how, and how much of it is known
    session: Session,
    now: datetime,
    config: DetectorSettings,
    days: int,
    pattern: str = "*",
    read_until: Horizons | None = None,
) -> Replay:
    """Judge the last `days` days of the assets whose keys fit the glob, each point by those before it.

    History reaches `days` farther back than in the daily watch. Of people's judgements only a new normal is heard:
    what they called wrong or expected is to be found, or not, by the detector itself.
    """
    longer = config.model_copy(update={"history_days": config.history_days + days})
    fleet = Fleet.read(session, config.ignore)
    fleet = Fleet({row: key for row, key in fleet.keys.items() if fnmatchcase(key, pattern)}, fleet.notes)
    watched = subjects(session, now, longer, fleet)
    since = floor_day_ms(to_ms(now)) - days * DAY_MS
    told = _Told(since, [], np.zeros(4, dtype=np.int64))
    told.read(watched, config)
    late = (
        _late(session, now, longer, fleet, since, read_until or {})
        if FRESHNESS.name in config.metrics
        else iter(())
    )
    assets = {str(one.key) for one in watched}
    wrong, found, spared, flagged = (int(count) for count in told.judged)
    return Replay(
        days, len(assets), len(watched), told.points, tuple(sorted([*told.alerts, *late])),
        wrong, found, spared, flagged,
    )  # fmt: skip


@dataclass(slots=True)
class _Told:
    """Alerts since a moment, and how many judged points there were and were flagged."""

    since_ms: int
    alerts: list[Alert]
    judged: Ints
    points: int = 0

    def read(self, watched: Sequence[Subject], config: DetectorSettings) -> None:
        unheard = [replace(one, marks=one.marks & Mark.RESTART) for one in watched]
        for batch in lay_out([one.series for one in watched]):
            verdicts = judge(batch, unheard, config)
            for row, member in enumerate(batch.members):
                self._add(watched[member], verdicts, row, batch.slots[row])

    def _add(self, one: Subject, verdicts: Verdicts, row: int, slots: Ints) -> None:
        recent = one.series.times_ms >= self.since_ms
        flags = [
            (int(place), reason)
            for place in np.flatnonzero(recent & _candidates(one, verdicts, row, slots))
            if (reason := reason_of(one, verdicts, (row, int(slots[place])), int(place)))
        ]
        self.points += int(recent.sum())
        self.alerts += [
            self._alert(one, verdicts, (row, int(slots[place])), place, why) for place, why in _firsts(flags)
        ]
        hit = np.zeros(len(slots), dtype=np.bool_)
        hit[[place for place, _ in flags]] = True
        for at, mark in ((0, Mark.WRONG), (2, Mark.SPARED)):
            said = recent & ((one.marks & mark) != 0)
            self.judged[at : at + 2] += (said.sum(), (said & hit).sum())

    def _alert(
        self, one: Subject, verdicts: Verdicts, at: tuple[int, int], place: int, reason: Reason
    ) -> Alert:
        bounds = (float(part[at]) for part in (verdicts.expected, verdicts.low, verdicts.high))
        why = sentence(reason, float(one.series.values[place]), *bounds)
        return Alert(int(one.series.times_ms[place]), str(one.key), one.metric.name, why)


def _candidates(one: Subject, verdicts: Verdicts, row: int, slots: Ints) -> Bools:
    """The points that are flagged, or may be part of a flat line."""
    found = np.asarray(verdicts.reason[row, slots] != Reason.NONE, dtype=np.bool_)
    if one.metric.kind is not Kind.COUNT or len(slots) <= LEAST_FLAT:
        return found
    same = np.concatenate([[False], np.diff(one.series.values) == 0])
    standing = np.convolve(same, np.ones(LEAST_FLAT), "full")[: len(same)] >= LEAST_FLAT
    return np.asarray(found | standing, dtype=np.bool_)


def _firsts(flags: Sequence[tuple[int, Reason]]) -> Iterator[tuple[int, Reason]]:
    before = -APART - 1
    for place, reason in flags:
        if place - before > APART:
            yield place, reason
        before = place


def _late(  # noqa: PLR0913, PLR0917 - as above
    session: Session,
    now: datetime,
    config: DetectorSettings,
    fleet: Fleet,
    since_ms: int,
    read_until: Horizons,
) -> Iterator[Alert]:
    """The gaps that would have been told as late while they lasted."""
    end = to_ms(now)
    for asset, moments in refreshes(session, Window(end - config.history_days * DAY_MS, end)).items():
        if asset not in fleet.keys:
            continue
        seen_ms = max(seen_until(AssetKey.parse(fleet.keys[asset]), now, read_until), moments[-1])
        ends = [*moments[1:], seen_ms]
        for place in _may_be_late(np.array([*moments, seen_ms], dtype=np.int64), since_ms):
            found = lateness(moments[: place + 1], ends[place], ())
            if found.is_late:
                yield Alert(_told_at(found), fleet.keys[asset], FRESHNESS.name, _words(found))


def _may_be_late(moments: Ints, since_ms: int) -> list[int]:
    """The gaps that end since then and are longer than the shortest before them with its buffer: no other is late."""
    gaps = np.diff(moments)
    shortest = np.concatenate([[np.iinfo(np.int64).max // 4], np.minimum.accumulate(gaps)[:-1]])
    limit = shortest + np.maximum(shortest * BUFFER, HOUR_MS)
    return [int(place) for place in np.flatnonzero((gaps > limit) & (moments[1:] >= since_ms))]


def _told_at(found: Lateness) -> int:
    return found.start_ms + (found.bound.limit_ms if found.bound else 0)


def _words(found: Lateness) -> str:
    limit = found.bound.hours if found.bound else 0.0
    return f"{figure(limit)} h without a refresh are the most that is usual"
