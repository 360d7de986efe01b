"""Branches of ours: deleted while they hold our work alone, left to people as soon as they hold theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup import watching
from assay.cleanup.forges.errors import DeclinedError, ForgeError, MissingError

if TYPE_CHECKING:
    from assay.cleanup.pull_request import Place
    from assay.store.tables import PullRequestRow


def delete(place: Place, row: PullRequestRow) -> str:
    """Delete the branch of a pull request if its head is the one we left; gives what to say where it stays."""
    head = place.forge.head(row.branch)
    if head is None:
        return ""
    if head != row.head_sha:
        return f" Its branch has commits by {people(place, row, head)} and stays."
    try:
        place.forge.delete_branch(row.branch)
    except (DeclinedError, MissingError):
        return " Its branch may not be deleted."
    return ""


def delete_begun(place: Place, row: PullRequestRow) -> None:
    """Delete the branch of what was begun and never opened, unless it holds commits that are not ours."""
    head = place.forge.head(row.branch)
    if head is None:
        return
    ours = head in {row.head_sha, row.base_sha}
    if ours or not place.forge.commits(place.repository.base, head):
        place.forge.delete_branch(row.branch)


def people(place: Place, row: PullRequestRow, head: str) -> str:
    """Who committed on top of what we left, for a sentence."""
    try:
        return watching.names(one.author for one in place.forge.commits(row.head_sha, head))
    except ForgeError:
        return "someone"  # our own commit is gone from the forge
