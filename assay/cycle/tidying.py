"""Tidying up: the one place that forgets what is outdated, joins small files of facts and removes unseen ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cycle.summary import Event, Problem, Step
from assay.errors import StoppedError
from assay.model.time import DAY_MS, to_ms
from assay.store import aliases, checks, collections, jobs, outbox

if TYPE_CHECKING:
    from assay.cycle.workplace import Workplace

LOG_KEPT_MS = 90 * DAY_MS
"""How long the collection log is kept, and which slots of jobs were run and how they ended."""
RESULTS_KEPT_MS = 400 * DAY_MS
"""How long the results of checks and the messages are kept; those of an incident stay with it, see `forget`."""


@dataclass(slots=True)
class Tidied:
    """How many files were made fewer, how many removed, and what went wrong, which loses nothing."""

    compacted: int = 0
    swept: int = 0
    problems: tuple[Problem, ...] = ()


def tidy(place: Workplace) -> Tidied:
    """Tidy the whole folder up, connections that this cycle does not read included."""
    done = Tidied()
    try:
        _forget(place)
        for name in sorted(place.settings.connections):
            place.on_event(Event(Step.TIDY, name))
            done.compacted += place.files.compact(name, now_ms=to_ms(place.now))
        done.swept = place.files.sweep(now_ms=to_ms(place.now))
    except StoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - the work of the cycle is done and must be told
        done.problems = (Problem.of(error, "", Step.TIDY),)
    return done


def _forget(place: Workplace) -> None:
    now_ms = to_ms(place.now)
    with place.store.write() as session:
        aliases.forget_superseded(session)
        collections.forget_log(session, now_ms - LOG_KEPT_MS)
        jobs.forget(session, now_ms - LOG_KEPT_MS)
        checks.forget_results(session, now_ms - RESULTS_KEPT_MS)
        outbox.forget(session, now_ms - RESULTS_KEPT_MS)
