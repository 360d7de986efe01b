"""Pull requests that propose to clean up: what was proposed, what became of it, and what its assets are by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.decisions import PullRequestState, Verdict
from assay.model.usage import CONSUMERS, ReaderClass
from assay.store.bulk import chunked
from assay.store.tables import AssetRow, PullRequestRow, UsageRow, VerdictRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

_LIVE = tuple(state.value for state in PullRequestState if state.lives)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an asset is by the last judgement; `maybe` counts statements that may have read it and cannot be told."""

    asset: str
    verdict: Verdict
    last_read_ms: int | None
    maybe: int
    reasons: tuple[str, ...]
    judged_ms: int


@dataclass(frozen=True, slots=True)
class LastRead:
    """The newest read of an asset by a consumer: when, by which class of reader, with which tool."""

    at_ms: int
    reader: ReaderClass
    tool: str


def live_key(repository: str, fingerprint: str, step: str) -> str:
    """The key of a live pull request: a step of a dead set is proposed at most once at a time."""
    return f"{repository}:{fingerprint}:{step}"


def of_key(session: Session, key: str) -> PullRequestRow | None:
    """The live pull request of that key."""
    return session.scalar(select(PullRequestRow).where(PullRequestRow.live_key == key))


def one(session: Session, row_id: int) -> PullRequestRow | None:
    """The pull request of that id."""
    return session.get(PullRequestRow, row_id)


def add(session: Session, row: PullRequestRow) -> PullRequestRow:
    """Keep a new one, and give it its id."""
    session.add(row)
    session.flush()
    return row


def settle(row: PullRequestRow, state: PullRequestState, at_ms: int) -> None:
    """Put a pull request into a state; one that no longer lives makes room for another of its key."""
    row.state, row.changed_ms = state.value, at_ms
    row.live_key = live_key(row.repository, row.fingerprint, row.step) if state.lives else None


def live(session: Session, repository: str) -> Sequence[PullRequestRow]:
    """Those of a repository that may still change, oldest first."""
    rows = select(PullRequestRow).where(
        PullRequestRow.repository == repository, PullRequestRow.live_key.is_not(None)
    )
    return session.scalars(rows.order_by(PullRequestRow.id)).all()


def of_branch(session: Session, repository: str, branch: str) -> Sequence[PullRequestRow]:
    """All that were ever proposed from a branch, newest first."""
    rows = select(PullRequestRow).where(
        PullRequestRow.repository == repository, PullRequestRow.branch == branch
    )
    return session.scalars(rows.order_by(PullRequestRow.made_ms.desc(), PullRequestRow.id.desc())).all()


def in_state(session: Session, repository: str, state: PullRequestState) -> Sequence[PullRequestRow]:
    """Those of a repository in that state, newest change first."""
    rows = select(PullRequestRow).where(
        PullRequestRow.repository == repository, PullRequestRow.state == state.value
    )
    return session.scalars(rows.order_by(PullRequestRow.changed_ms.desc(), PullRequestRow.id.desc())).all()


def made_since(session: Session, repository: str, since_ms: int) -> int:
    """How many of a repository were made at or after that moment."""
    rows = (
        select(func.count())
        .select_from(PullRequestRow)
        .where(PullRequestRow.repository == repository, PullRequestRow.made_ms >= since_ms)
    )
    return session.scalar(rows) or 0


def recent(
    session: Session, limit: int = 200, states: Iterable[PullRequestState] = ()
) -> Sequence[PullRequestRow]:
    """The newest of all repositories, of these states or of any: what a list shows."""
    rows = select(PullRequestRow).order_by(PullRequestRow.changed_ms.desc(), PullRequestRow.id.desc())
    chosen = [state.value for state in states]
    return session.scalars(
        (rows.where(PullRequestRow.state.in_(chosen)) if chosen else rows).limit(limit)
    ).all()


def standings(session: Session, assets: Collection[str]) -> dict[str, Standing]:
    """What these assets are by the last judgement, by key; what was not judged is left out."""
    found: dict[str, Standing] = {}
    for chunk in chunked(sorted(assets)):
        rows = select(AssetRow.key, VerdictRow).join(VerdictRow, VerdictRow.asset_id == AssetRow.id)
        for key, row in session.execute(rows.where(AssetRow.key.in_(chunk))):
            verdict, maybe = Verdict(row.verdict), int(row.reads.get("maybe", 0))
            reasons = tuple(map(str, row.reasons))
            found[key] = Standing(key, verdict, row.last_read_ms, maybe, reasons, row.judged_ms)
    return found


def last_read(session: Session, asset: str) -> LastRead | None:
    """The newest read of an asset by a consumer; None when none was ever seen."""
    rows = (
        select(UsageRow.last_read_ms, UsageRow.reader_class, UsageRow.tool)
        .join(AssetRow, AssetRow.id == UsageRow.asset_id)
        .where(AssetRow.key == asset, UsageRow.reader_class.in_(CONSUMERS))
        .order_by(UsageRow.last_read_ms.desc(), UsageRow.reader_class, UsageRow.tool)
        .limit(1)
    )
    found = session.execute(rows).first()
    return None if found is None else LastRead(found[0], ReaderClass(found[1]), found[2])
