"""How much a channel is told in a week, and how long to wait before trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.checks import Severity
from assay.model.incidents import Impact
from assay.model.time import DAY_MS

if TYPE_CHECKING:
    from random import Random

WEEK_MS = 7 * DAY_MS
BASE_MS = 2_000
CAP_MS = 15 * 60_000
GIVE_UP_MS = DAY_MS
_DIGESTS_A_WEEK = 7


def has_room(budget: int, told: int, digests: int) -> bool:
    """Whether one more message fits the week's budget.

    A part of it, at most a quarter, is kept for the digests still to come: without them nobody would learn of the
    rest.
    """
    kept = max(min(_DIGESTS_A_WEEK, budget // 4) - digests, 0)
    return told + digests + kept < budget


def is_grave(severity: str, impact: str) -> bool:
    """Whether it is told whatever the budget says: an error that many, or much, depends on."""
    return severity == Severity.ERROR and impact == Impact.HIGH


def backoff_ms(failures: int, random: Random, retry_after_s: float | None = None) -> int:
    """How long to wait after the `failures`-th failure in a row, in ms.

    Exponential with full jitter (uniform over [0, min(cap, base · 2^failures)]), so that many senders do not come
    back together; never less than the channel asked for.
    """
    ceiling = min(CAP_MS, BASE_MS * 2 ** min(failures, 20))
    return max(round(random.uniform(0, ceiling)), round((retry_after_s or 0) * 1000))
