"""What a forge knows beside git: pull requests and their comments, whatever API tells of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.forge_git import GitRepository

BEGIN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Remark:
    """A comment."""

    id: int
    author: str
    body: str


@dataclass(slots=True)
class Request:
    """A pull request. `head_sha` is its last head: a closed one keeps it when the branch goes."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    draft: bool
    created_at: datetime
    head_sha: str
    base_sha: str
    state: str = "open"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merge_sha: str = ""
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    comments: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class Hub:
    """A repository with its pull requests, and what people do to them on the pages."""

    git: GitRepository
    name: str = "acme/shop"
    now: datetime = BEGIN
    requests: dict[int, Request] = field(default_factory=dict)
    knows_conflicts: bool = True
    _last: int = 0

    def number(self) -> int:
        """A new number, for requests and comments alike."""
        self._last += 1
        return self._last

    def pass_days(self, days: float) -> datetime:
        """Let time pass; gives the new time."""
        self.now += timedelta(days=days)
        return self.now

    def open_requests(self, branch: str = "") -> list[Request]:
        """The requests that are open, of one branch or all."""
        found = self.requests.values()
        return [one for one in found if one.state == "open" and branch in {"", one.branch}]

    def refresh(self) -> None:
        """Follow the branches: an open request has its branch's head, and is closed when the branch is gone."""
        for one in self.open_requests():
            head = self.git.ref(one.branch)
            if head is None:
                self.close(one.number)
            else:
                one.head_sha = head

    def close(self, number: int) -> None:
        """Someone closes a request unmerged."""
        one = self.requests[number]
        one.state, one.closed_at = "closed", self.now

    def reopen(self, number: int) -> None:
        """Someone opens it again; its branch is restored."""
        one = self.requests[number]
        self.git.set_ref(one.branch, one.head_sha)
        one.state, one.closed_at = "open", None

    def merge(self, number: int) -> str:
        """Someone merges a request; gives the merge commit."""
        self.refresh()
        one = self.requests[number]
        base = self.git.refs()[one.base]
        tree = self.git.merged_tree(base, one.head_sha)
        assert tree is not None, "it has conflicts"
        person = ("ann", "ann@acme.example")
        one.merge_sha = self.git.commit(tree, (base, one.head_sha), f"Merge #{number}", person)
        self.git.set_ref(one.base, one.merge_sha)
        one.state, one.merged_at, one.closed_at = "closed", self.now, self.now
        return one.merge_sha

    def conflicted(self, one: Request) -> bool | None:
        """Whether a request cannot be merged; None while that is not known."""
        base = self.git.ref(one.base)
        if not self.knows_conflicts or base is None or one.state != "open":
            return None
        return self.git.merged_tree(base, one.head_sha) is None
