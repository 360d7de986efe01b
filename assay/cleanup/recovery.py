"""Finding our pull requests again on the forge, so that a lost store forgets no "no" and opens nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.forges.base import RequestState
from assay.cleanup.marker import Marker, is_withdrawn
from assay.cleanup.proposal import PREFIX
from assay.model.decisions import PullRequestState
from assay.model.time import to_ms
from assay.store import pull_requests
from assay.store.tables import PullRequestRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from assay.cleanup.forges.base import Forge, PullRequest
    from assay.store.engine import Store


def adopt(store: Store, forge: Forge, repository: str, also: Iterable[str] = ()) -> list[PullRequestRow]:
    """Bring the store up to what the forge has on our branches, and on those `also` named that may be gone by now.

    A pull request the store does not know is kept with what its hidden comment tells; one that people opened again
    lives again. Gives the rows that were made or woken.
    """
    branches = sorted({*forge.branches(PREFIX), *also})
    pulls = [pull for branch in branches for pull in forge.find(branch)]
    with store.write() as session:
        found = (_adopted(session, repository, pull) for pull in pulls)
        return [row for row in found if row is not None]


def state_of(pull: PullRequest) -> PullRequestState:
    """What became of a pull request, by the forge's word; one that we closed was withdrawn."""
    match pull.state:
        case RequestState.OPEN:
            return PullRequestState.OPEN
        case RequestState.MERGED:
            return PullRequestState.MERGED
        case RequestState.CLOSED:
            return PullRequestState.WITHDRAWN if is_withdrawn(pull.body) else PullRequestState.CLOSED


def _adopted(session: Session, repository: str, pull: PullRequest) -> PullRequestRow | None:
    """The row of a pull request, if the store did not know it as what it is; None if there is nothing to mend."""
    rows = pull_requests.of_branch(session, repository, pull.branch)
    known = next((row for row in rows if row.number == pull.number), None)
    state = state_of(pull)
    if known is not None:
        ended = PullRequestState(known.state)
        if state is not PullRequestState.OPEN or ended.lives or _lives(session, known):
            return None
        pull_requests.settle(known, state, known.changed_ms)
        known.details = {}  # what was being done to it is over
        return known
    unnumbered = next((row for row in rows if row.number is None and row.live_key), None)
    if unnumbered is not None:
        unnumbered.number, unnumbered.url = pull.number, pull.url  # made, and killed before it could be kept
        return unnumbered
    marker = Marker.read(pull)
    if marker is None or (state is PullRequestState.OPEN and _has_live(session, repository, marker)):
        return None
    return pull_requests.add(session, _row(repository, pull, marker, state))


def _has_live(session: Session, repository: str, marker: Marker) -> bool:
    key = pull_requests.live_key(repository, marker.fingerprint, marker.step.value)
    return pull_requests.of_key(session, key) is not None


def _lives(session: Session, row: PullRequestRow) -> bool:
    key = pull_requests.live_key(row.repository, row.fingerprint, row.step)
    return pull_requests.of_key(session, key) is not None


def _row(repository: str, pull: PullRequest, marker: Marker, state: PullRequestState) -> PullRequestRow:
    made_ms = to_ms(pull.created_at)
    row = PullRequestRow(
        repository=repository,
        fingerprint=marker.fingerprint,
        step=marker.step.value,
        branch=pull.branch,
        number=pull.number,
        url=pull.url,
        title=pull.title,
        assets=list(marker.assets),
        nodes=list(marker.nodes),
        base_sha=marker.base_sha,
        head_sha=marker.head_sha,
        nano_per_month=marker.nano_per_month,
        evidence_ms=marker.evidence_ms,
        made_ms=made_ms,
        details={},
    )
    pull_requests.settle(row, state, to_ms(pull.ended_at) if pull.ended_at else made_ms)
    return row
