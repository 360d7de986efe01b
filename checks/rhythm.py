"""How often a cycle runs each check: in its own rhythm, so that what costs credits is not asked in every one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.model.spans import parse_span, span_words
from assay.model.time import DAY_MS, HOUR_MS
from assay.store import checks as stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.checks import Check
    from assay.store.checks import LastRun
    from checks.base import CheckType

EVERY_CYCLE = "cycle"
"""The word for a check that is run in every cycle."""

_MS = timedelta(milliseconds=1)
_COSTLY_MS = DAY_MS
_RETRY_MS = HOUR_MS
_EARLY_MS = 5 * 60_000
_EARLY_PART = 10


def every_ms(said: str, one: CheckType) -> int:
    """How often a check is run, in ms, 0 for every cycle; ValueError when `said` is no stretch of time.

    Where nothing is said: once a day for a check that asks a warehouse, or is code, which may; else every cycle, for
    it only reads what was collected.
    """
    if not said:
        return _COSTLY_MS if one.needs_warehouse or not one.from_page else 0
    return 0 if said.strip().casefold() == EVERY_CYCLE else parse_span(said) // _MS


def words(ms: int) -> str:
    """A rhythm as it is written: 1d, 90m, cycle."""
    return span_words(_MS * ms) if ms else EVERY_CYCLE


def due(session: Session, checks: Sequence[Check], now_ms: int) -> list[Check]:
    """Those of the checks a cycle is to run now, by when each last spoke."""
    last = stored.last_runs(session, [check.name for check in checks if check.every_ms])
    return [
        check
        for check in checks
        if not check.every_ms or is_due(check.every_ms, last.get(check.name), now_ms)
    ]


def is_due(rhythm_ms: int, last: LastRun | None, now_ms: int) -> bool:
    """Whether a check is to be run again.

    At once when it never ran, when its declaration changed since, or when its last result is of the future, written
    by a clock that was wrong; within the hour when it could not be run; else when its time has come. A little early
    counts, for cycles do not begin to the second: without that each day's check would be an hour later.
    """
    if last is None or last.at_ms is None or last.at_ms > now_ms:
        return True
    if last.changed_ms is not None and last.changed_ms > last.at_ms:
        return True
    wait_ms = min(rhythm_ms, _RETRY_MS) if last.could_not_run else rhythm_ms
    return now_ms - last.at_ms >= wait_ms - min(wait_ms // _EARLY_PART, _EARLY_MS)
