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
    """The results that tell something the store does not know yet, in their order."""
    last = checks.last_told(session, [result.check.name for result in results])
    waiting = {row.asset_id for row in incidents.all_live(session)}
    return [result for result in results if _is_news(result, last.get(result.check.name), waiting)]


def _is_news(result: CheckResult, last: checks.LastTold | None, waiting: set[int]) -> bool:
    if last is None or last.at_ms is None or result.outcome in {Outcome.FAIL, Outcome.ERROR}:
        return True
    is_old = to_ms(result.at) - last.at_ms >= DAY_MS
    return is_old or result.outcome != last.outcome or last.asset_id in waiting
