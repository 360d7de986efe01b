"""What results say to incidents. A check that could not be run is trouble of its own, and says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.incidents.machine import Signal
from assay.model.checks import Cause, Outcome
from assay.model.time import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assay.model.checks import CheckResult


class Addressed(NamedTuple):
    """A signal, the cause whose incident it is for, and the result it comes from."""

    cause: Cause
    signal: Signal
    result: CheckResult


def fresh(results: Iterable[CheckResult], last_ms: Mapping[str, int | None]) -> list[CheckResult]:
    """The results newer than what their checks last said, each moment once, in the order they are to be heard.

    At one moment bad comes before good, so that an incident is not resolved by one check while another fails.
    A result that comes late is kept by the store, but what was learned after it stands.
    """
    newer = {
        (to_ms(result.at), result.check.name): result
        for result in reversed(list(results))
        if to_ms(result.at) > _or_never(last_ms.get(result.check.name))
    }
    return sorted(newer.values(), key=lambda result: (result.at, not result.is_bad, result.check.name))


def addressed(results: Iterable[CheckResult]) -> Iterator[Addressed]:
    """For each result its signals: to its cause, and to CHECK that it could (or could not) be run."""
    for result in results:
        for cause, bad in _said(result).items():
            check = result.check
            yield Addressed(cause, Signal(check.name, to_ms(result.at), bad, check.severity), result)


def _said(result: CheckResult) -> dict[Cause, bool]:
    """Whether it is bad for each cause it speaks of; UNKNOWN says of its check no more than that it could be run."""
    if result.outcome is Outcome.ERROR:
        return {Cause.CHECK: True}
    if result.outcome is Outcome.UNKNOWN:
        return {Cause.CHECK: False}
    return {Cause.CHECK: False, result.check.cause: result.outcome is Outcome.FAIL}


def _or_never(moment_ms: int | None) -> int:
    return -1 if moment_ms is None else moment_ms
