"""Which results of a watcher that looks at everything in every cycle are worth a row.

Ten thousand assets with five series each, looked at every hour, would fill the store with "all is well". What is bad,
what changed, what an incident waits for, and one word a day are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.checks import Outcome
from assay.model.time import DAY_MS, to_ms
from assay.store import checks, incidents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.checks import CheckResult


def worth_keeping(session: Session, results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results that tell something the store does not know yet; each check's are given oldest first."""
    last = checks.last_told(session, {result.check.name for result in results})
    waiting = {row.asset_id for row in incidents.all_live(session)}
    kept = []
    for result in results:
        before = last.get(result.check.name)
        if _is_news(result, before, waiting):
            kept.append(result)
            asset_id = 0 if before is None else before.asset_id
            last[result.check.name] = checks.LastTold(
                asset_id, result.outcome, to_ms(result.at), result.metadata.get("start_ms")
            )
    return kept


def _is_news(result: CheckResult, last: checks.LastTold | None, waiting: set[int]) -> bool:
    if last is None or last.at_ms is None or result.outcome != last.outcome:
        return True
    is_old = to_ms(result.at) - last.at_ms >= DAY_MS
    if result.outcome in {Outcome.FAIL, Outcome.ERROR}:
        return is_old or not _is_same_point(result, last)
    return is_old or last.asset_id in waiting


def _is_same_point(result: CheckResult, last: checks.LastTold) -> bool:
    """Whether it speaks of the time the last one spoke of, all of which was over: looked at twice it is one point."""
    metadata = result.metadata
    over = metadata.get("end_ms", to_ms(result.at)) < to_ms(result.at)
    return over and last.start_ms is not None and metadata.get("start_ms") == last.start_ms
