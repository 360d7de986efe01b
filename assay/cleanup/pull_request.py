"""Opening a pull request, once, however often and wherever it is interrupted.

What is to be done is kept before it is done, every name follows from the fingerprint, and what the forge has already is
looked for before anything is asked of it: the branch, its commit, the pull request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from assay.cleanup import limits, recovery
from assay.cleanup.body import body
from assay.cleanup.forges.base import Opening, RequestState
from assay.cleanup.forges.errors import DeclinedError, HumanCommitsError
from assay.cleanup.keeping import UNDRESSED
from assay.cleanup.marker import Marker
from assay.cleanup.proposal import Step, branch_of
from assay.errors import AssayError
from assay.model.decisions import PullRequestState
from assay.model.time import to_ms
from assay.store import pull_requests
from assay.store.tables import PullRequestRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.cleanup.forges.base import Forge, PullRequest
    from assay.cleanup.proposal import Proposal
    from assay.config.decisions import CleanupSettings, RepositorySettings
    from assay.store.engine import Store


@dataclass(frozen=True, slots=True)
class Place:
    """A repository to clean up in: its name in the settings, the forge it is on, and where all of it is kept."""

    store: Store
    forge: Forge
    name: str
    repository: RepositorySettings
    settings: CleanupSettings


def open_request(place: Place, proposal: Proposal, now: datetime) -> PullRequestRow:
    """Open the pull request of a proposal, or go on with opening it; gives what the store keeps of it.

    One that is open already is left as it is. NotProposedError when a limit, an earlier no or the order of steps
    speaks against it; HumanCommitsError when its branch holds commits that are not ours.
    """
    proposal = with_sql(place.repository, proposal)
    branches = [branch_of(proposal.fingerprint, step) for step in Step]
    recovery.adopt(place.store, place.forge, place.name, branches)
    with place.store.write() as session:
        row = _claimed(session, place, proposal, now)
    if row.state == PullRequestState.OPEN.value:
        return row
    _still_wanted(place, row)
    head = _committed(place, proposal, row)
    _update(place, row, state=PullRequestState.COMMITTED, head=head, base=proposal.base_sha, now=now)
    pull = _opened(place, proposal, head)
    _update(place, row, state=PullRequestState.COMMITTED, pull=pull, now=now)
    undressed = _dressed(place, pull.number, _opening(place, proposal, head))
    return _update(place, row, state=PullRequestState.OPEN, details=undressed, now=now)


def with_sql(repository: RepositorySettings, proposal: Proposal) -> Proposal:
    """The proposal with a file of its SQL among the changes, where the settings name a folder for it."""
    if not repository.sql_folder or not proposal.sql:
        return proposal
    name = f"assay_{proposal.fingerprint}_{proposal.step.value}.sql"
    path = PurePosixPath(repository.folder) / repository.sql_folder / name
    return replace(proposal, changes={**proposal.changes, str(path): proposal.sql.encode()})


def _claimed(session: Session, place: Place, proposal: Proposal, now: datetime) -> PullRequestRow:
    """The one live row of this proposal: the one that is there, or a new one if nothing speaks against it."""
    key = pull_requests.live_key(place.name, proposal.fingerprint, proposal.step.value)
    there = pull_requests.of_key(session, key)
    if there is not None:
        return there
    limits.check(session, place.name, proposal, place.settings, now)
    return pull_requests.add(
        session,
        PullRequestRow(
            live_key=key,
            repository=place.name,
            fingerprint=proposal.fingerprint,
            step=proposal.step.value,
            branch=proposal.branch,
            state=PullRequestState.PLANNED.value,
            title=proposal.title,
            assets=proposal.assets,
            nodes=proposal.nodes,
            base_sha=proposal.base_sha,
            nano_per_month=proposal.nano_per_month,
            evidence_ms=to_ms(proposal.evidence_at),
            made_ms=to_ms(now),
            changed_ms=to_ms(now),
            details={},
        ),
    )


def _still_wanted(place: Place, row: PullRequestRow) -> None:
    """NotProposedError when people closed or merged the pull request before its opening was through."""
    if row.number is None or place.forge.get(row.number).state is RequestState.OPEN:
        return
    raise limits.NotProposedError(
        f"#{row.number} was closed or merged before its opening was through.",
        hint="The next cycle takes that up.",
    )


def _committed(place: Place, proposal: Proposal, row: PullRequestRow) -> str:
    """The branch's head with the proposal's changes: found, or made; HumanCommitsError over anyone else's commits."""
    forge, branch, base = place.forge, proposal.branch, proposal.base_sha
    head = forge.head(branch)
    if head is None or head == base:
        return forge.commit(branch, base, proposal.message, proposal.changes)
    if forge.holds(head, base, proposal.changes):
        return head
    if head in _our_heads(place, proposal, row, head):
        return forge.renew(branch, head, base, proposal.message, proposal.changes)
    strangers = forge.commits(place.repository.base, head)
    if not strangers:
        return forge.commit(branch, base, proposal.message, proposal.changes)
    names = ", ".join(sorted({one.author for one in strangers}))
    raise HumanCommitsError(
        f"The branch {branch} holds commits by {names} that are not the proposal's.",
        hint="Nothing of it is changed. Delete the branch if nobody needs it.",
    )


def _our_heads(place: Place, proposal: Proposal, row: PullRequestRow, head: str) -> set[str]:
    """The heads this branch had when we left it, by the store, the bodies on the forge, and the row's own base."""
    with place.store.read() as session:
        rows = pull_requests.of_branch(session, place.name, proposal.branch)
        known = {one.head_sha for one in rows}
    markers = (Marker.read(pull) for pull in place.forge.find(proposal.branch))
    known |= {marker.head_sha for marker in markers if marker is not None}
    stale = row.base_sha not in {"", proposal.base_sha}
    if stale and place.forge.holds(head, row.base_sha, proposal.changes):
        known.add(head)  # committed on the base of an earlier try, and killed before that could be kept
    return known


def _opened(place: Place, proposal: Proposal, head: str) -> PullRequest:
    """The open pull request of the branch, with the body that belongs to its head."""
    opening = _opening(place, proposal, head)
    there = [pull for pull in place.forge.find(proposal.branch) if pull.state is RequestState.OPEN]
    pull = there[0] if there else place.forge.open(opening)
    if pull.body.strip() != opening.body.strip():
        place.forge.edit(pull.number, opening.body)
    return pull


def _dressed(place: Place, number: int, opening: Opening) -> dict[str, str]:
    """Put labels and reviewers on; a detail that says which the forge would not have: it is open all the same."""
    try:
        place.forge.dress(number, opening)
    except DeclinedError as error:
        return {UNDRESSED: error.message}
    return {}


def opening_of(place: Place, branch: str, title: str, body: str, *, draft: bool = True) -> Opening:
    """What a pull request is opened with, its labels and reviewers as the settings have them."""
    labels, reviewers = place.repository.labels, place.repository.reviewers
    return Opening(branch, place.repository.base, title, body, draft, labels, reviewers)


def _opening(place: Place, proposal: Proposal, head: str) -> Opening:
    draft = place.settings.draft or not proposal.is_seen_whole
    text = told(proposal, place.settings, head)
    return opening_of(place, proposal.branch, proposal.title, text, draft=draft)


def told(proposal: Proposal, settings: CleanupSettings, head: str) -> str:
    """The body of a pull request whose branch is at `head`."""
    return body(proposal, settings, str(Marker.of(proposal, head, to_ms(proposal.evidence_at))))


def _update(  # noqa: PLR0913 - what may change of a row
    place: Place,
    row: PullRequestRow,
    *,
    state: PullRequestState,
    now: datetime,
    head: str = "",
    base: str = "",
    pull: PullRequest | None = None,
    details: dict[str, str] | None = None,
) -> PullRequestRow:
    """Keep how far it has come."""
    with place.store.write() as session:
        kept = pull_requests.one(session, row.id)
        if kept is None:
            raise AssayError("The pull request is no longer in the store.", hint="Run it again.")
        pull_requests.settle(kept, state, to_ms(now))
        kept.head_sha, kept.base_sha = head or kept.head_sha, base or kept.base_sha
        kept.details = kept.details | (details or {})
        if pull is not None:
            kept.number, kept.url = pull.number, pull.url
    return kept
