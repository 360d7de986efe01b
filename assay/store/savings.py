"""The savings ledger: a line for each change that was made, what it promised, and what it was measured to save."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from assay.model.decisions import PullRequestState, SavingState
from assay.store.bulk import insert_missing
from assay.store.tables import PullRequestRow, SavingRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.tables import FindingRow

FINDING, PULL_REQUEST = "finding", "pull request"


@dataclass(frozen=True, slots=True)
class Promise:
    """A change that was made at `acted_ms`, and what it is to save in 30 days.

    What is measured is the cost of `subjects` along `dimension` (asset or warehouse); `kinds` of charges alone where
    there are any. `claims` are the parts of the bill it is about, as findings keep them.
    """

    source: str
    source_id: str
    title: str
    subjects: Sequence[str]
    connection: str
    acted_ms: int
    nano: int
    dimension: str
    kinds: Sequence[str] = ()
    claims: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    currency: str = ""


def promise(session: Session, made: Promise, now_ms: int) -> None:
    """Enter a change in the ledger, unless it stands there already."""
    insert_missing(
        session,
        SavingRow,
        [
            {
                "source": made.source,
                "source_id": made.source_id,
                "title": made.title,
                "subjects": list(made.subjects),
                "connection": made.connection,
                "acted_ms": made.acted_ms,
                "promised_nano": made.nano,
                "before_nano": 0,
                "measured_nano": None,
                "measured_micro": None,
                "currency": made.currency,
                "measured_days": 0,
                "state": SavingState.MEASURING.value,
                "details": {
                    "dimension": made.dimension,
                    "kinds": list(made.kinds),
                    "claims": [dict(claim) for claim in made.claims],
                },
                "updated_ms": now_ms,
            }
        ],
    )


def name_of(finding: FindingRow) -> str:
    """What the ledger calls a deed on a finding: its number, and when it was done."""
    return f"{finding.id}@{finding.state_ms}"


def take_back(session: Session, finding: FindingRow) -> None:
    """Strike the line of the deed a finding stands on: it was not done after all."""
    session.execute(
        delete(SavingRow).where(SavingRow.source == FINDING, SavingRow.source_id == name_of(finding))
    )


def note_gone(session: Session, finding: FindingRow, now_ms: int) -> None:
    """Note in the line of a deed when its finding was found no more: the change shows."""
    wanted = select(SavingRow).where(SavingRow.source == FINDING, SavingRow.source_id == name_of(finding))
    line = session.scalar(wanted)
    if line is not None and "gone_ms" not in line.details:
        line.details = {**line.details, "gone_ms": now_ms}


def listed(session: Session) -> list[SavingRow]:
    """The whole ledger, newest change first."""
    return list(session.scalars(select(SavingRow).order_by(SavingRow.acted_ms.desc(), SavingRow.id.desc())))


def first_merged(session: Session) -> list[PullRequestRow]:
    """Of each dead set, the pull request that was merged first: what deletes what it disabled saves no more."""
    merged = select(PullRequestRow).where(PullRequestRow.state == PullRequestState.MERGED.value)
    first: dict[tuple[str, str], PullRequestRow] = {}
    for row in session.scalars(merged.order_by(PullRequestRow.changed_ms, PullRequestRow.id)):
        first.setdefault((row.repository, row.fingerprint), row)
    return list(first.values())
