"""What every forge is to us: branches, commits, and pull requests. GitLab's merge request is a pull request here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Changes = Mapping[str, bytes | None]


class RequestState(StrEnum):
    """What the forge says of a pull request."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as the forge has it now.

    `ended_at`: when it was closed or merged. `conflicted`: whether it can no longer be merged as it is; None while
    the forge has not found out. `merge_sha`: the commit it became on the base ('' unless merged).
    """

    number: int
    url: str
    state: RequestState
    draft: bool
    branch: str
    head_sha: str
    title: str
    body: str
    created_at: datetime
    ended_at: datetime | None = None
    conflicted: bool | None = None
    merge_sha: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A pull request to be opened."""

    branch: str
    base: str
    title: str
    body: str
    draft: bool = True
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request, with the forge's id and its author's name there."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class BranchCommit:
    """A commit of a branch that its base lacks: who wrote it and who put it there."""

    sha: str
    author: str
    committer: str
    message: str


class Forge(Protocol):
    """A repository on a forge. Each method is one step: it is done or ForgeError says why not.

    Changes are whole files by their path from the root of the repository; None deletes one.
    """

    title: str
    repository: str

    def head(self, branch: str) -> str | None:
        """The commit a branch points to; None when there is no such branch."""

    def branches(self, prefix: str) -> dict[str, str]:
        """The branches whose names begin so, with the commits they point to."""

    def commits(self, base: str, head_sha: str) -> list[BranchCommit]:
        """What the history of `head_sha` has and the branch or commit `base` lacks, oldest first."""

    def commit(self, branch: str, base_sha: str, message: str, changes: Changes) -> str:
        """Put one commit on `base_sha` and the branch on it; gives its sha.

        The branch is made if missing; one that is there is only ever moved forward, never forced.
        """

    def renew(self, branch: str, head_sha: str, base_sha: str, message: str, changes: Changes) -> str:
        """Bring a branch whose head is `head_sha` to `base_sha` plus these changes; gives its new head."""

    def holds(self, sha: str, base_sha: str, changes: Changes) -> bool:
        """Whether the files of commit `sha` are those of `base_sha` with exactly these changes."""

    def delete_branch(self, branch: str) -> None:
        """Remove a branch; nothing happens when it is gone."""

    def find(self, branch: str) -> list[PullRequest]:
        """The pull requests ever opened from that branch of this repository, newest first."""

    def get(self, number: int) -> PullRequest:
        """The pull request of that number."""

    def open(self, opening: Opening) -> PullRequest:
        """Open a pull request; labels and reviewers are `dress`ed on later, and only reviewers known to the forge."""

    def dress(self, number: int, opening: Opening) -> None:
        """Put the labels on and ask the reviewers; doing so again changes nothing."""

    def edit(self, number: int, body: str) -> None:
        """Replace the body."""

    def comments(self, number: int) -> list[Comment]:
        """The comments on a pull request, oldest first."""

    def comment(self, number: int, body: str) -> Comment:
        """Say something on a pull request."""

    def edit_comment(self, number: int, comment_id: int, body: str) -> None:
        """Replace what a comment says."""

    def close(self, number: int) -> None:
        """Close a pull request unmerged."""

    def files(self, sha: str, folder: str = ".") -> dict[str, bytes]:
        """Every file of a commit below a folder, by its path from the root of the repository."""


def moment(text: str) -> datetime:
    """A forge's ISO 8601 moment, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def say_once(forge: Forge, number: int, marker: str, body: str) -> Comment:
    """Leave a comment that ends in the hidden `marker`, or replace the one that is there: there is never a second.

    One that quotes ours holds it, too, and goes on: that is somebody else's, and is left alone.
    """
    whole = f"{body}\n\n{marker}"
    mine = _marked(forge.comments(number), marker)
    if mine is None:
        return forge.comment(number, whole)
    if mine.body.strip() != whole.strip():
        forge.edit_comment(number, mine.id, whole)
    return mine


def _marked(comments: Sequence[Comment], marker: str) -> Comment | None:
    return next((one for one in comments if one.body.rstrip().endswith(marker)), None)
