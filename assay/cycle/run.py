"""The cycle itself: every connection, every account, tidying up. What fails is told and stops no other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.collecting import Reading
from assay.cycle.lock import only_one
from assay.cycle.sources import open_sources
from assay.cycle.summary import Collected, CycleSummary, Event, OnEvent, Problem, Step, nobody
from assay.model.time import to_ms
from assay.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from assay.config import Settings
    from assay.cycle.sources import Source
    from assay.facts.files import FactFiles
    from assay.store.engine import Store

LOCK_NAME = "cycle.lock"


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
    """Collect from every connection (or those of `only`), then map, cost and tidy; resumable anywhere.

    `derive=False` stops after collecting. Raises BusyError when another cycle runs in the folder (unless
    `wait`) and ConfigError when `only` names no connection; any other failure is a problem in the summary.
    """
    began = time.monotonic()
    with only_one(settings.work_folder / LOCK_NAME, wait=wait):
        sources, problems = open_sources(settings, registry or Registry(), only)
        collected = collect_all(sources, store, files, now, on_event)
        compacted, swept = _tidy(sources, files, now, on_event, problems) if derive else (0, 0)
    telemetry.last_cycle_timestamp.set(now.timestamp())
    return CycleSummary(
        started_at=now,
        seconds=round(time.monotonic() - began, 3),
        collected=tuple(collected),
        files_compacted=compacted,
        files_swept=swept,
        other_problems=tuple(problems),
    )


def collect_all(
    sources: Sequence[Source], store: Store, files: FactFiles, now: datetime, on_event: OnEvent = nobody
) -> list[Collected]:
    """Read each source, one after the other."""
    with telemetry.step_seconds.labels(Step.COLLECT).time():
        return [Reading(source, store, files, now, on_event).run() for source in sources]


def _tidy(
    sources: Sequence[Source], files: FactFiles, now: datetime, on_event: OnEvent, problems: list[Problem]
) -> tuple[int, int]:
    """Join small files and remove those no reader may see; failing here loses nothing."""
    compacted = swept = 0
    try:
        for source in sources:
            on_event(Event(Step.TIDY, source.name))
            compacted += files.compact(source.name, now_ms=to_ms(now))
        swept = files.sweep(now_ms=to_ms(now))
    except Exception as error:  # noqa: BLE001 - the work of the cycle is done and must be told
        problems.append(Problem.of(error, "", Step.TIDY))
    return compacted, swept
