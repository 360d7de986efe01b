"""Declared checks that cannot be used: what no longer runs looks like what finds nothing, so this is an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.store.tables import CheckRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.errors import AssayError

DECLARED = Check(
    name="assay.checks",
    asset=AssetKey("assay", "folder", ("checks",)),
    kind="declarations",
    cause=Cause.CHECK,
    source=CheckSource.ASSAY,
    description="Every declared check can be used, so that one that is not heard of passes.",
)
"""The check that declarations are heard of."""


def unusable_checks(session: Session, problems: Sequence[AssayError], now: datetime) -> list[CheckResult]:
    """A failed result while a declaration cannot be used, with the first; a passed one where that is over."""
    if problems:
        more = f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
        what = f"What is declared cannot all be used{more}: {problems[0].message}"
        return [CheckResult(DECLARED, now, Outcome.FAIL, what, metadata={"next_step": problems[0].hint})]
    last = session.scalar(select(CheckRow.last_outcome).where(CheckRow.name == DECLARED.name))
    is_over = last == Outcome.FAIL
    return [CheckResult(DECLARED, now, Outcome.PASS, "All can be used again.")] if is_over else []
