"""Bringing a pull request with conflicts to the base of today, and leaving it alone where others committed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup import branches, keeping, watching
from assay.cleanup.forges.base import say_once
from assay.cleanup.keeping import RENEWING
from assay.cleanup.pull_request import told, with_sql
from assay.model.time import to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.cleanup.forges.base import PullRequest
    from assay.cleanup.proposal import Proposal
    from assay.cleanup.pull_request import Place
    from assay.store.tables import PullRequestRow

    Replan = Callable[[PullRequestRow], Proposal | None]


def is_due(row: PullRequestRow, pull: PullRequest) -> bool:
    """Whether there are conflicts, or it was interrupted mending them; while the forge does not know, it waits."""
    return bool(pull.conflicted) or (RENEWING in row.details and pull.conflicted is not None)


def renew(place: Place, row: PullRequestRow, pull: PullRequest, replan: Replan) -> str:
    """Make a conflicted branch anew from the base of today; gives what became of it ('' for nothing new).

    Without conflicts it was interrupted doing so, and only what is kept and told is brought up to date.
    """
    if not pull.conflicted and pull.head_sha == row.head_sha:
        keeping.note(place, row, RENEWING, None)  # it was not begun, and is no longer needed
        return ""
    proposal = replan(row)
    if proposal is None or (proposal.fingerprint, proposal.step.value) != (row.fingerprint, row.step):
        _say(place, pull, "It cannot be planned anew as it is: see `assay cleanup detect`.")
        return ""
    proposal = with_sql(place.repository, proposal)
    if not _is_ours(place, row, pull, proposal):
        who = branches.people(place, row, pull.head_sha)
        _say(place, pull, f"Others committed to it ({who}), so Assay leaves it to them.")
        return "has conflicts and commits by others: left alone"
    head = pull.head_sha
    if pull.conflicted:
        keeping.note(place, row, RENEWING, proposal.base_sha)
        head = place.forge.renew(row.branch, head, proposal.base_sha, proposal.message, proposal.changes)
    place.forge.edit(pull.number, told(proposal, place.settings, head))
    _keep(place, row, proposal, head)
    return f"was brought to {proposal.base_sha[:12]}"


def _is_ours(place: Place, row: PullRequestRow, pull: PullRequest, proposal: Proposal) -> bool:
    """Whether nobody but us committed to the branch; also where we did last and were interrupted."""
    if pull.head_sha == row.head_sha:
        return True
    begun = str(row.details.get(RENEWING, ""))
    bases = {begun, proposal.base_sha} if begun else set()
    return any(place.forge.holds(pull.head_sha, base, proposal.changes) for base in sorted(bases))


def _say(place: Place, pull: PullRequest, why: str) -> None:
    words = f"This has conflicts with `{place.repository.base}`. {why}"
    say_once(place.forge, pull.number, watching.CONFLICT_MARKER, words)


def _keep(place: Place, row: PullRequestRow, proposal: Proposal, head: str) -> None:
    with place.store.write() as session:
        kept = pull_requests.one(session, row.id)
        if kept is not None:
            kept.head_sha, kept.base_sha = head, proposal.base_sha
            kept.evidence_ms = to_ms(proposal.evidence_at)
            kept.nano_per_month = proposal.nano_per_month
            kept.details = {name: value for name, value in kept.details.items() if name != RENEWING}
