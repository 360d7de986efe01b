"""Assay's own troubles as incidents: a job that fails, or whose workers vanish, is told like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.incidents.record import record
from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.model.time import from_ms
from assay.store.tables import CheckRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.incidents.policy import Policy
    from assay.store.jobs import Held

KIND = "job"
_NEXT_STEP = "Read the worker's log, then run `assay doctor`; the next slot tries again."


def check_of(job: str) -> Check:
    """The check that a job goes well."""
    return Check(
        name=f"assay.{job}",
        asset=AssetKey("assay", "worker", (job,)),
        kind=KIND,
        cause=Cause.RUN,
        source=CheckSource.ASSAY,
        description="Assay's own job ends well.",
    )


def vanished(lost: Held) -> str:
    """What is told of a job whose workers vanished once too often."""
    return (
        f"{lost.attempt} workers in a row vanished while they did this job (the last was {lost.owner}); "
        f"the slot of {from_ms(lost.slot_ms):%Y-%m-%d %H:%M} UTC is given up."
    )


def tell(  # noqa: PLR0913, PLR0917 - what is told of which job, when, and how
    session: Session, job: str, outcome: Outcome, message: str, now_ms: int, policy: Policy
) -> None:
    """Record how a job ended, in the transaction that ends it. That all is well is told only after trouble."""
    check = check_of(job)
    if outcome is Outcome.PASS and not _was_bad(session, check.name):
        return
    hint = {} if outcome is Outcome.PASS else {"next_step": _NEXT_STEP}
    result = CheckResult(check, from_ms(now_ms), outcome, message, metadata=hint)
    record(session, [result], from_ms(now_ms), policy)


def _was_bad(session: Session, name: str) -> bool:
    last = session.scalar(select(CheckRow.last_outcome).where(CheckRow.name == name))
    return last in {Outcome.FAIL, Outcome.ERROR}
