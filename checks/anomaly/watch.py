"""Watch all assets: every metric there is of them, judged at once by its own history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.model.assets import AssetKey
from assay.model.checks import Check, CheckResult, CheckSource, Outcome, Severity
from assay.model.time import DAY_MS, HOUR_MS, Window, from_ms, to_ms
from assay.store.checks import last_told
from checks.anomaly.detecting import detect
from checks.anomaly.explain import figure, sentence
from checks.anomaly.kinds import Kind, Mark, Reason
from checks.anomaly.lateness import lateness, refreshes, seen_until
from checks.anomaly.layout import lay_out
from checks.anomaly.metrics import FRESHNESS
from checks.anomaly.rules import is_flat, named
from checks.anomaly.subjects import Fleet, subjects
from checks.anomaly.tuning import tuned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config.detector import DetectorSettings
    from assay.store.checks import LastTold
    from checks.anomaly.arrays import Ints
    from checks.anomaly.lateness import Horizons, Lateness
    from checks.anomaly.layout import Batch
    from checks.anomaly.metrics import Metric
    from checks.anomaly.subjects import Subject
    from checks.anomaly.verdicts import Verdicts

STALE_MS = 3 * DAY_MS
"""A series whose newest point is older says nothing of now; that it is late is freshness's to say."""
LEAST_POINTS = 15
CREEP_POINTS = 7
CATCH_UP = 7
"""How many points before the newest are judged where nobody looked at them yet."""
FALLS = frozenset({Reason.LOW, Reason.SHIFT_DOWN, Reason.CREEP_DOWN, Reason.ZERO})


def watch(
    session: Session,
    now: datetime,
    config: DetectorSettings,
    read_until: Horizons | None = None,
) -> list[CheckResult]:
    """The verdict on the newest point of each metric of each asset, as of `now`; reads only.

    Points before it that came since the check last spoke (CATCH_UP of them at most) have verdicts of their own, as of
    their ends: what went wrong and was mended between two cycles is known as well.

    `read_until` tells, by (platform, account), how far an account is read: nothing of it is late by what is not read
    yet. A series still too short to judge is UNKNOWN. Each result says in its metadata the metric, its unit, the time
    [start_ms, end_ms) it is of, why, and from how many points that is known.
    """
    if not config.enabled:
        return []
    fleet = Fleet.read(session, config.ignore)
    watched = [
        one for one in subjects(session, now, config, fleet) if one.ends_ms[-1] > to_ms(now) - STALE_MS
    ]
    told = last_told(session, [one.name for one in watched])
    found = list(_judged(watched, now, config, told))
    if FRESHNESS.name in config.metrics:
        found += _late(session, now, config, fleet, read_until or {})
    return sorted(found, key=lambda result: (result.check.name, result.at))


def _judged(
    watched: Sequence[Subject], now: datetime, config: DetectorSettings, told: Mapping[str, LastTold]
) -> Iterator[CheckResult]:
    for batch in lay_out([one.series for one in watched]):
        verdicts = judge(batch, watched, config)
        for row, member in enumerate(batch.members):
            one, slots = watched[member], batch.slots[row]
            check = _check(one.name, one.key, one.metric, config)
            for place in _missed(one, told.get(one.name)):
                at = (row, int(slots[place]))
                reason = reason_of(one, verdicts, at, place)
                yield _result(one, verdicts, at, place, reason, check, from_ms(int(one.ends_ms[place])))
            newest = (row, int(slots[-1]))
            place = len(slots) - 1
            reason = reason_of(one, verdicts, newest, place) or standing_creep(one, verdicts, row, slots)
            yield _result(one, verdicts, newest, place, reason, check, now)


def _missed(one: Subject, told: LastTold | None) -> list[int]:
    """The places of the points before the newest that came since the check last spoke and can be judged."""
    since_ms = -1 if told is None or told.at_ms is None else told.at_ms
    places = range(max(LEAST_POINTS - 1, len(one.ends_ms) - 1 - CATCH_UP), len(one.ends_ms) - 1)
    return [place for place in places if one.ends_ms[place] > since_ms]


def judge(batch: Batch, watched: Sequence[Subject], config: DetectorSettings) -> Verdicts:
    """The verdicts (S, T) on a batch of the watched series, with what people said of their points."""
    marks = np.zeros(batch.values.shape, dtype=np.int64)
    for row, member in enumerate(batch.members):
        marks[row, batch.slots[row]] |= watched[member].marks
    return detect(batch.values, batch.times_ms, batch.kinds, marks=marks, config=tuned(batch.config, config))


def reason_of(one: Subject, verdicts: Verdicts, at: tuple[int, int], place: int) -> Reason:
    """Why a point is flagged, by the detector and by the rules beside it; NONE where it is not.

    `at` is where it stands among the verdicts, `place` where in its series.
    """
    reason = Reason(int(verdicts.reason[at]))
    value, expected = float(one.series.values[place]), float(verdicts.expected[at])
    if (reason in FALLS and not one.metric.falls_matter) or _is_petty(one.metric, value, expected):
        return Reason.NONE
    if one.metric.kind is not Kind.COUNT or one.marks[place] & Mark.SPARED:
        return reason
    if reason is Reason.NONE and is_flat(one.series.values[_begin(one, place) : place + 1]):
        return Reason.FLAT
    return named(reason, value, expected)


def _is_petty(metric: Metric, value: float, expected: float) -> bool:
    """Whether it is about too little; where nothing was expected the value itself counts."""
    return abs(value - expected if np.isfinite(expected) else value) < metric.least_change


def standing_creep(one: Subject, verdicts: Verdicts, row: int, slots: Ints) -> Reason:
    """A creep is told once and goes on being true: for CREEP_POINTS points, or until somebody judges it."""
    recent = slots[-CREEP_POINTS:]
    crept = np.flatnonzero(verdicts.creep[row, recent])
    if not len(crept) or (one.marks[-CREEP_POINTS:][crept[-1] :] & (Mark.SPARED | Mark.RESTART)).any():
        return Reason.NONE
    told = Reason(int(verdicts.reason[row, recent[crept[-1]]]))
    rises = told is Reason.CREEP_UP or verdicts.z[row, recent[crept[-1]]] > 0
    if not rises and not one.metric.falls_matter:
        return Reason.NONE
    return Reason.CREEP_UP if rises else Reason.CREEP_DOWN


def _begin(one: Subject, place: int) -> int:
    """Where the history begins that holds at this place: at the last new normal."""
    begun = np.flatnonzero(one.marks[: place + 1] & Mark.RESTART)
    return int(begun[-1]) if len(begun) else 0


def _result(  # noqa: PLR0913, PLR0917 - the parts of a result
    one: Subject,
    verdicts: Verdicts,
    at: tuple[int, int],
    place: int,
    reason: Reason,
    check: Check,
    now: datetime,
) -> CheckResult:
    stretch = {"start_ms": int(one.series.times_ms[place]), "end_ms": int(one.ends_ms[place])}
    points = int(verdicts.points_used[at])
    metadata = {"metric": one.metric.name, "unit": one.metric.unit, "points": points, **stretch}
    value = float(one.series.values[place])
    if place + 1 < LEAST_POINTS:
        few = f"{one.metric.title}: {len(one.series.values)} points are too few to learn from."
        return CheckResult(check, now, Outcome.UNKNOWN, few, value, metadata=metadata)
    expected, low, high = (float(part[at]) for part in (verdicts.expected, verdicts.low, verdicts.high))
    why = sentence(reason, value, expected, low, high)
    said = f"{one.metric.title} is {why}." if why else f"{one.metric.title} is as expected."
    return CheckResult(
        check, now, Outcome.FAIL if why else Outcome.PASS, said, value, expected, low, high,
        {**metadata, "why": why, "reason": reason.name.lower(), **_details(verdicts, at)},
    )  # fmt: skip


def _details(verdicts: Verdicts, at: tuple[int, int]) -> dict[str, float]:
    """What explains the figure: how rare it is, the bar it had to pass, season and growth on the watched scale."""
    parts = {
        "z": verdicts.z,
        "threshold": verdicts.threshold,
        "season": verdicts.season,
        "slope": verdicts.slope,
    }
    return {name: round(float(part[at]), 4) for name, part in parts.items()}


def _late(
    session: Session,
    now: datetime,
    config: DetectorSettings,
    fleet: Fleet,
    read_until: Horizons,
) -> Iterator[CheckResult]:
    end = to_ms(now)
    for asset, moments in refreshes(session, Window(end - config.history_days * DAY_MS, end)).items():
        if (text := fleet.keys.get(asset)) is not None:
            key = AssetKey.parse(text)
            seen_ms = max(seen_until(key, now, read_until), moments[-1])
            yield _lateness(key, lateness(moments, seen_ms, fleet.of(text, FRESHNESS)), now, config)


def _lateness(key: AssetKey, found: Lateness, now: datetime, config: DetectorSettings) -> CheckResult:
    check = _check(f"detector:{key}:{FRESHNESS.name}", key, FRESHNESS, config)
    open_h = found.open_ms / HOUR_MS
    metadata = {
        "metric": FRESHNESS.name, "unit": FRESHNESS.unit, "points": found.gaps,
        "start_ms": found.start_ms, "end_ms": found.now_ms,
    }  # fmt: skip
    if found.bound is None:
        few = f"{found.gaps} gaps between refreshes are too few to learn from."
        return CheckResult(check, now, Outcome.UNKNOWN, few, open_h, metadata=metadata)
    usual = f"it usually takes {figure(found.bound.typical_ms / HOUR_MS)} h, {figure(found.bound.hours)} h at most"
    why = f"{figure(open_h)} h without a refresh; {usual}" if found.is_late else ""
    said = f"{why}." if why else f"Refreshed {figure(open_h)} h ago; {usual}."
    return CheckResult(
        check, now, Outcome.FAIL if found.is_late else Outcome.PASS, said, open_h,
        found.bound.typical_ms / HOUR_MS, 0.0, found.bound.hours, {**metadata, "why": why},
    )  # fmt: skip


def _check(name: str, key: AssetKey, metric: Metric, config: DetectorSettings) -> Check:
    text = f"{metric.title}, by the detector"
    severity = Severity(config.severity)
    return Check(name, key, "detector", metric.cause, severity, source=CheckSource.DETECTOR, description=text)
