"""The cycle itself: every connection, every account, soundness, tidying up. What fails stops no other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.collecting import Reading
from assay.cycle.decisions import Deciding
from assay.cycle.deriving import Deriving
from assay.cycle.lock import only_one
from assay.cycle.soundness import Soundness, policy_of
from assay.cycle.sources import open_sources
from assay.cycle.summary import CycleSummary, Decided, OnEvent, Problem, Sound, Step, nobody
from assay.cycle.tidying import Tidied, tidy
from assay.cycle.workplace import Workplace
from assay.model.time import to_ms
from assay.registry import Registry
from assay.store import summaries

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
    """Collect from every connection (or those of `only`), map, cost, check, detect, decide, tell, tidy; resumable.

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
    sound, decided = _concluded(place, registry) if registry else (Sound(incidents=place.happened), Decided())
    tidied = tidy(place) if registry else Tidied()
    return CycleSummary(
        started_at=place.now,
        seconds=round(time.monotonic() - began, 3),
        collected=tuple(collected),
        derived=tuple(derived),
        sound=sound,
        decided=decided,
        files_compacted=tidied.compacted,
        files_swept=tidied.swept,
        other_problems=(*problems, *tidied.problems),
    )


def _concluded(place: Workplace, registry: Registry) -> tuple[Sound, Decided]:
    """Look for what is wrong, decide, and only then tell: budgets have alerts, too."""
    soundness = Soundness(place, registry)
    soundness.look()
    decided = Deciding(place).run()
    return soundness.tell(), decided


def _sum_up(place: Workplace) -> None:
    """Sum up what lists sort by and incidents are weighed by."""
    with place.store.write() as session:
        summaries.refresh(session, to_ms(place.now))
