"""What an asset's own evidence says, apart from what is built from it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS, day_of
from assay.model.usage import CONSUMERS
from costs.unused.evidence import NO_READS, YEAR_DAYS
from costs.unused.seasons import season_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assay.config.decisions import UnusedSettings
    from costs.unused.evidence import Evidence, History, Subject

LEAST_DAYS = 14
"""Days of history below which nothing is said: a report of every second week would be missed."""

MAYBE = "maybe"
"""What reads by statements that cannot be read are counted as."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An asset's own evidence over its window.

    `declared` are the uses somebody declares, `missing` what keeps it from being judged, each a sentence;
    `days` of the `window_days` were seen, `coverage` is their share. `first_ms` is when it came to be, as far as known.
    """

    window_days: int
    days: int
    season: str
    reads: Mapping[str, int]
    consumer_reads: int
    is_often_read: bool
    last_read_ms: int | None
    first_ms: int | None
    declared: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """The share of the window's days whose queries were seen."""
        return self.days / self.window_days


def finding_of(evidence: Evidence, subject: Subject, policy: UnusedSettings) -> Finding:
    """What is known of the asset itself."""
    season = season_of((subject.name, *subject.tags), policy.seasonal)
    history = evidence.histories.get(subject.place)
    told = evidence.reads.get(subject.id, NO_READS)
    counts, maybe = (told.year, told.maybe_year) if season else (told.window, told.maybe_window)
    consumers = sum(count for reader, count in counts.items() if reader in CONSUMERS)
    window_days = max(YEAR_DAYS, policy.window_days) if season else policy.window_days
    days = 0 if history is None else history.year_days if season else history.days
    first_ms = min((ms for ms in (subject.created_ms, subject.first_ms) if ms is not None), default=None)
    return Finding(
        window_days=window_days,
        days=min(days, window_days),
        season=season,
        reads={**dict(sorted(counts.items())), **({MAYBE: maybe} if maybe else {})},
        consumer_reads=consumers,
        is_often_read=consumers > policy.rare_reads,
        last_read_ms=told.last_ms,
        first_ms=first_ms,
        declared=tuple(_declared(evidence, subject, policy)),
        missing=tuple(_missing(subject, policy, history, season, first_ms, evidence.now_ms, maybe))
        if subject.judged or maybe
        else (),
    )


def _declared(evidence: Evidence, subject: Subject, policy: UnusedSettings) -> Iterator[str]:
    for use in evidence.uses.get(subject.id, ()):
        yield f"{use.kind.capitalize()}: {use.name}." if use.name else f"{use.kind.capitalize()}."
    if subject.alive:
        yield "It is an exposure."
    kept = next((glob for glob in policy.keep if fnmatchcase(subject.key, glob)), None)
    if kept is not None:
        yield f"Kept by the settings: {kept}."


def _missing(  # noqa: PLR0913, PLR0917 - all that may be missing, each once
    subject: Subject,
    policy: UnusedSettings,
    history: History | None,
    season: str,
    first_ms: int | None,
    now_ms: int,
    maybe: int,
) -> Iterator[str]:
    if maybe:
        yield f"{maybe:,} {'statement names' if maybe == 1 else 'statements name'} it and cannot be read."
    if not subject.judged:
        return
    if history is None:
        yield f"No query history of {subject.place.platform}:{subject.place.instance} is read."
        return
    for stream in history.failing:
        yield f"{stream or 'The source'} could not be read last time: who uses it is not known in full."
    if history.days < LEAST_DAYS:
        yield f"{history.days} days of queries were seen; at least {LEAST_DAYS} are needed."
    if season and history.year_days < policy.min_coverage * YEAR_DAYS:
        yield (
            f"Its name or tag says {season}: it is judged over a year, of which {history.year_days} days were seen."
        )
    young_ms = min(now_ms, history.until_ms) - policy.min_age_days * DAY_MS
    if first_ms is None or first_ms > young_ms:
        since = "" if first_ms is None else f", known since {day_of(first_ms)}"
        yield f"It is younger than {policy.min_age_days} days{since}."
