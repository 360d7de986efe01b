"""The cycle itself: every connection, every account, soundness, tidying up. What fails stops no other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.collecting import Reading
from assay.cycle.deriving import Deriving
from assay.cycle.lock import only_one
from assay.cycle.soundness import Soundness, policy_of
from assay.cycle.sources import open_sources
from assay.cycle.summary import CycleSummary, Event, OnEvent, Problem, Sound, Step, nobody
from assay.cycle.workplace import Workplace
from assay.errors import StoppedError
from assay.model.time import DAY_MS, to_ms
from assay.registry import Registry
from assay.store import aliases, checks, collections, outbox, summaries

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from assay.config import Settings
    from assay.cycle.sources import Source
    from assay.facts.files import FactFiles
    from assay.store.engine import Store

LOCK_NAME = "cycle.lock"
LOG_KEPT_MS = 90 * DAY_MS
"""How long the collection log is kept."""
RESULTS_KEPT_MS = 400 * DAY_MS
"""How long the results of checks and the messages are kept; those of an incident stay with it, see `forget`."""


def run_cycle(  # noqa: PLR0913 - what a cycle works on, and how it is listened to
    settings: Settings,
    store: Store,
    files: FactFiles,
    now: datetime,
    *,
    on_event: OnEvent = nobody,
    registry: Registry | None = None,
    only: Collection[str] = (),
    wait: bool = False,
    derive: bool = True,
) -> CycleSummary:
    """Collect from every connection (or those of `only`), map, cost, check, detect, tell and tidy; resumable anywhere.

    `derive=False` stops after collecting. Raises BusyError when another cycle runs in the folder (unless `wait`),
    ConfigError when `only` names no connection, and StoppedError when who listens ends it; any other failure is a
    problem in the summary.
    """
    policy, unrouted = policy_of(settings)
    place = Workplace(settings, store, files, now, on_event, policy)
    registry = registry or Registry()
    with only_one(settings.work_folder / LOCK_NAME, wait=wait):
        began = time.monotonic()
        sources, problems = open_sources(settings, registry, only)
        told = [*problems, *unrouted]
        summary = _passed(place, sources, told, registry if derive else None, began=began)
    telemetry.last_cycle_timestamp.set(now.timestamp())
    return summary


def _passed(
    place: Workplace,
    sources: Sequence[Source],
    problems: Sequence[Problem],
    registry: Registry | None,
    *,
    began: float,
) -> CycleSummary:
    """One pass over the sources, and what became of it; without a registry of checks and channels it only collects."""
    with telemetry.step_seconds.labels(Step.COLLECT).time():
        collected = [Reading(source, place).run() for source in sources]
    accounts = [source for source in sources if source.account and registry]
    derived = [Deriving(source, place).run() for source in accounts]
    if registry:
        _sum_up(place)
    sound = Soundness(place, registry).run() if registry else Sound(incidents=place.happened)
    compacted, swept, tidying = _tidy(sources, place) if registry else (0, 0, [])
    return CycleSummary(
        started_at=place.now,
        seconds=round(time.monotonic() - began, 3),
        collected=tuple(collected),
        derived=tuple(derived),
        sound=sound,
        files_compacted=compacted,
        files_swept=swept,
        other_problems=(*problems, *tidying),
    )


def _sum_up(place: Workplace) -> None:
    """Sum up what lists sort by and incidents are weighed by."""
    with place.store.write() as session:
        summaries.refresh(session, to_ms(place.now))


def _tidy(sources: Sequence[Source], place: Workplace) -> tuple[int, int, list[Problem]]:
    """Drop what is outdated, join small files, remove unseen ones; failing loses nothing.

    Gives how many files were made fewer, how many removed, and what went wrong.
    """
    now_ms = to_ms(place.now)
    compacted = swept = 0
    try:
        with place.store.write() as session:
            aliases.forget_superseded(session)
            collections.forget_log(session, now_ms - LOG_KEPT_MS)
            checks.forget_results(session, now_ms - RESULTS_KEPT_MS)
            outbox.forget(session, now_ms - RESULTS_KEPT_MS)
        for source in sources:
            place.on_event(Event(Step.TIDY, source.name))
            compacted += place.files.compact(source.name, now_ms=now_ms)
        swept = place.files.sweep(now_ms=now_ms)
    except StoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - the work of the cycle is done and must be told
        return compacted, swept, [Problem.of(error, "", Step.TIDY)]
    return compacted, swept, []
