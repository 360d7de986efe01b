"""Suggested checks: what an asset's history, columns and keys promise already, each with its back-test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.model.checks import Cause, Check, CheckSource, Severity
from assay.model.runs import Metric
from assay.model.time import DAY_MS, floor_day_ms, from_ms, to_ms
from assay.store.tables import AssetRow, CheckRow
from checks import history, rehearsal
from checks.calendar import WEEK, counted_hours
from checks.freshness_learned import FreshnessLearnedConfig
from checks.gaps import gaps_of
from checks.words import figure, hours, names, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from checks.base import AssetFacts
    from checks.calendar import Weekday
    from checks.gaps import Gap
    from checks.rehearsal import BackTest

LEARNED_DAYS = 180
"""How far back history is read at all."""
LEAST_POINTS = 8
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_NOT_NAMED = re.compile(r"[^\w.\-]")
_BUFFER = 1.5
LONGEST_NAME = 150
"""Characters of an asset's name in the name of its check."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A check worth having: why, and what it would have done; None where no history can tell."""

    check: Check
    why: str
    back_test: BackTest | None


@dataclass(frozen=True, slots=True)
class _Past:
    """An asset and the days its rules are tried on."""

    session: Session
    asset: AssetFacts
    asset_id: int
    now_ms: int
    days: int

    @property
    def split_ms(self) -> int:
        """Where the days begin that rules are tried on."""
        return self.now_ms - self.days * DAY_MS

    @property
    def since_ms(self) -> int:
        """Where history begins."""
        return self.now_ms - LEARNED_DAYS * DAY_MS

    def check(self, kind: str, cause: Cause, severity: Severity = Severity.ERROR, **config: Any) -> Check:  # noqa: ANN401 - options of any kind
        """A check of the asset, named after it and its kind."""
        table = _NOT_NAMED.sub("_", ".".join(self.asset.key.path[-2:]))[:LONGEST_NAME]
        name = f"{table} {kind.replace('_', ' ')}"
        return Check(name, self.asset.key, kind, cause, severity, config, CheckSource.CONFIG)


def suggest(session: Session, asset: AssetFacts, now: datetime, days: int = 60) -> list[Suggestion]:
    """The checks to suggest for an asset; only those that would have been quiet in the last `days`.

    A kind of check the asset already has is not suggested again.
    """
    if asset.id is None:
        return []
    past = _Past(session, asset, asset.id, to_ms(now), days)
    had = set(
        session.scalars(
            select(CheckRow.kind).where(CheckRow.asset_id == asset.id, CheckRow.removed_ms.is_(None))
        )
    )
    found = [*_of_freshness(past), *_of_volume(past), *_of_schema(past), *_of_keys(past)]
    return [
        each
        for each in found
        if each.check.kind not in had and (each.back_test is None or each.back_test.is_quiet)
    ]


def _of_freshness(past: _Past) -> Iterator[Suggestion]:
    """A fixed age, by the working days the asset keeps; and the learned rule."""
    moments = history.refreshes(past.session, past.asset_id, past.since_ms, past.now_ms)
    gaps = gaps_of(moments)
    if len(gaps) < LEAST_POINTS:
        return
    weekdays = weekdays_of(moments)
    before, within = _split(gaps, past.split_ms)
    trained, held_out = (before, True) if len(before) >= LEAST_POINTS else (gaps, False)
    test = rehearsal.of_ages(within, _most_hours(trained, weekdays), weekdays, past.days, held_out=held_out)
    most = _most_hours(gaps, weekdays)
    on_days: dict[str, Any] = {} if len(weekdays) == len(WEEK) else {"weekdays": list(weekdays)}
    check = past.check("freshness", Cause.FRESHNESS, max_age_h=most, **on_days)
    yield Suggestion(
        check, f"Of {len(gaps)} gaps between refreshes 99 % were shorter than {hours(most)}.", test
    )
    test = rehearsal.of_learned_gaps(gaps, past.split_ms, FreshnessLearnedConfig(), past.days)
    check = past.check("freshness_learned", Cause.FRESHNESS, Severity.WARN)
    yield Suggestion(check, "It learns how long gaps last at each time of the week.", test)


def _of_volume(past: _Past) -> Iterator[Suggestion]:
    """The jumps of the row count where it is known, else the rows written each day."""
    counts = history.figures(past.session, past.asset_id, Metric.ROW_COUNT, past.since_ms, past.now_ms)
    by_day = _last_of_day(counts)
    if len(by_day) >= LEAST_POINTS:
        yield from _of_row_count(past, by_day)
        return
    written = history.figures(past.session, past.asset_id, Metric.ROWS_WRITTEN, past.since_ms, past.now_ms)
    sums = _sum_of_day(written, floor_day_ms(past.now_ms))
    if len(sums) >= LEAST_POINTS and len(sums) == (sums[-1][0] - sums[0][0]) // DAY_MS + 1:
        yield from _of_rows_written(past, sums)


def _of_row_count(past: _Past, by_day: list[tuple[int, int]]) -> Iterator[Suggestion]:
    trained, tried, held_out = _parts(by_day, past.split_ms)
    if min(value for _, value in by_day) <= 0:
        return
    test = rehearsal.of_changes(tried, *_jumps(trained), past.days, held_out=held_out)
    drop, growth = _jumps([value for _, value in by_day])
    check = past.check("volume", Cause.VOLUME, min_rows=1, max_drop=drop, max_growth=growth)
    why = f"From day to day it lost no more than {share(drop)} and grew no more than {share(growth)}."
    yield Suggestion(check, why, test)


def _of_rows_written(past: _Past, sums: list[tuple[int, int]]) -> Iterator[Suggestion]:
    trained, tried, held_out = _parts(sums, past.split_ms)
    test = rehearsal.of_bounds(tried, min(trained) // 2, max(trained) * 2, past.days, held_out=held_out)
    values = [value for _, value in sums]
    low, high = min(values) // 2, max(values) * 2
    check = past.check("volume", Cause.VOLUME, metric="rows_written", min_rows=low, max_rows=high)
    why = f"Every day {figure(min(values))} to {figure(max(values))} rows were written; half and twice that is allowed."
    yield Suggestion(check, why, test)


def _of_schema(past: _Past) -> Iterator[Suggestion]:
    """A contract where all types are known, else a watch on changes."""
    columns = past.asset.columns
    if not columns:
        return
    if all(column.type for column in columns):
        types = {column.name: column.type for column in columns}
        check = past.check("schema", Cause.SCHEMA, columns=types)
        yield Suggestion(check, f"Its {len(columns)} columns and their types are known.", None)
    else:
        check = past.check("schema_change", Cause.SCHEMA, Severity.WARN)
        yield Suggestion(check, f"Its {len(columns)} columns are known, not all of their types.", None)


def _of_keys(past: _Past) -> Iterator[Suggestion]:
    """Unique and never NULL, where the tool that builds the asset says what its key is."""
    row = past.session.get(AssetRow, past.asset_id)
    said = str(row.meta.get("unique_key", "")) if row is not None else ""
    key = [part.strip() for part in said.split(",") if part.strip()]
    if not key or not all(_PLAIN.fullmatch(part) for part in key):
        return
    why = f"The model that builds it names {names(key)} as its key."
    yield Suggestion(past.check("uniqueness", Cause.UNIQUENESS, columns=key), why, None)
    yield Suggestion(past.check("nulls", Cause.NULLS, columns=key), why, None)


def weekdays_of(moments: Sequence[int]) -> tuple[Weekday, ...]:
    """The weekdays (UTC) on which refreshes come; all of them unless three weeks show that some never do."""
    if not moments or moments[-1] - moments[0] < 21 * DAY_MS:
        return WEEK
    seen = {from_ms(moment).weekday() for moment in moments}
    return tuple(day for place, day in enumerate(WEEK) if place in seen)


def _most_hours(gaps: Sequence[Gap], weekdays: tuple[Weekday, ...]) -> float:
    """The age that 99 % of gaps kept to, a quarter and an hour more, in whole hours."""
    lengths = sorted(
        counted_hours(from_ms(gap.start_ms), from_ms(gap.end_ms), weekdays, "UTC") for gap in gaps
    )
    return float(ceil(lengths[max(ceil(0.99 * len(lengths)) - 1, 0)] * 1.25 + 1))


def _jumps(values: Sequence[float]) -> tuple[float, float]:
    """The largest drop and growth from one value to the next, half as much again, in steps of 5 %."""
    ratios = [after / before - 1 for before, after in pairwise(values)]
    drop = max(_BUFFER * -min(ratios, default=0), 0.1)
    growth = max(_BUFFER * max(ratios, default=0), 0.1)
    return min(ceil(drop * 20) / 20, 0.95), ceil(growth * 20) / 20


def _split(gaps: Sequence[Gap], split_ms: int) -> tuple[list[Gap], list[Gap]]:
    return [gap for gap in gaps if gap.end_ms < split_ms], [gap for gap in gaps if gap.end_ms >= split_ms]


def _parts(points: Sequence[tuple[int, int]], split_ms: int) -> tuple[list[float], list[float], bool]:
    """The values to take bounds from, those to try them on, and whether the two are apart."""
    before = [float(value) for at_ms, value in points if at_ms < split_ms]
    within = [float(value) for at_ms, value in points if at_ms >= split_ms]
    if len(before) >= LEAST_POINTS:
        return before, before[-1:] + within, True
    return [float(value) for _, value in points], within, False


def _last_of_day(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return list({floor_day_ms(at_ms): (floor_day_ms(at_ms), value) for at_ms, value in points}.values())


def _sum_of_day(points: Sequence[tuple[int, int]], today_ms: int) -> list[tuple[int, int]]:
    """Sums of whole days, oldest first."""
    sums: dict[int, int] = {}
    for at_ms, value in points:
        if floor_day_ms(at_ms) < today_ms:
            sums[floor_day_ms(at_ms)] = sums.get(floor_day_ms(at_ms), 0) + value
    return sorted(sums.items())
