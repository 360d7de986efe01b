"""GitHub: pull requests, comments and branches by REST; commits are github_commits' affair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.cleanup.forges import archive
from assay.cleanup.forges.base import BranchCommit, Comment, PullRequest, RequestState, moment
from assay.cleanup.forges.errors import DeclinedError, MissingError
from assay.cleanup.forges.github_commits import Commits

if TYPE_CHECKING:
    from assay.cleanup.forges.base import Changes, Opening
    from assay.cleanup.forges.client import Client
    from assay.cleanup.forges.paths import AllowedPaths

API = "https://api.github.com"


class GitHub:
    """A repository on GitHub, "owner/name". `signs` when commits by REST are signed: for an App, not for a token."""

    title = "GitHub"

    def __init__(self, repository: str, client: Client, allowed: AllowedPaths, *, signs: bool) -> None:
        self.repository = repository
        self._client = client
        self._allowed = allowed
        self._at = "/repos/" + "/".join(quote(part, safe="") for part in repository.split("/"))
        self._commits = Commits(repository, self._at, client, signs=signs)

    def head(self, branch: str) -> str | None:
        """The commit a branch points to; None when there is no such branch."""
        found = self._client.find(f"{self._at}/git/ref/heads/{quote(branch)}")
        return None if found is None else str(found["object"]["sha"])

    def branches(self, prefix: str) -> dict[str, str]:
        """The branches whose names begin so, with the commits they point to."""
        found = self._client.get(f"{self._at}/git/matching-refs/heads/{quote(prefix)}")
        return {ref["ref"].removeprefix("refs/heads/"): ref["object"]["sha"] for ref in found}

    def commits(self, base: str, head_sha: str) -> list[BranchCommit]:
        """What the history of `head_sha` has and `base` lacks, oldest first."""
        path = f"{self._at}/compare/{quote(base, safe='')}...{quote(head_sha, safe='')}"
        return [_commit(one) for one in self._client.get(path)["commits"]]

    def commit(self, branch: str, base_sha: str, message: str, changes: Changes) -> str:
        """Put one commit on `base_sha` and the branch on it; signed, by whichever way signs."""
        self._allowed.check(changes)
        return self._commits.add(branch, self.head(branch), base_sha, message, changes)

    def renew(self, branch: str, head_sha: str, base_sha: str, message: str, changes: Changes) -> str:
        """Merge `base_sha` into the branch so that its files are those of the base with these changes.

        The new head has the old one as a parent, so the branch moves forward: a commit that came in between makes
        GitHub decline, and is not lost.
        """
        self._allowed.check(changes)
        sha = self._commits.make((head_sha, base_sha), base_sha, message, changes)
        self._commits.forward(branch, sha)
        return sha

    def holds(self, sha: str, base_sha: str, changes: Changes) -> bool:
        """Whether the commit's tree is the one that these changes make of the base's."""
        try:
            return self._commits.tree_of(sha) == self._commits.tree(base_sha, changes)
        except (MissingError, DeclinedError):
            return False

    def delete_branch(self, branch: str) -> None:
        """Remove a branch; nothing happens when it is gone."""
        try:
            self._client.send("DELETE", f"{self._at}/git/refs/heads/{quote(branch)}")
        except (MissingError, DeclinedError):
            if self.head(branch) is not None:
                raise

    def find(self, branch: str) -> list[PullRequest]:
        """The pull requests ever opened from that branch of this very repository, newest first."""
        owner = self.repository.partition("/")[0]
        listed = self._client.pages(f"{self._at}/pulls", state="all", head=f"{owner}:{branch}")
        found = [
            _pull(one)
            for one in listed
            if one["head"]["ref"] == branch and _same(one["head"]["repo"], self.repository)
        ]
        return sorted(found, key=lambda one: -one.number)

    def get(self, number: int) -> PullRequest:
        """The pull request of that number."""
        return _pull(self._client.get(f"{self._at}/pulls/{number}"))

    def open(self, opening: Opening) -> PullRequest:
        """Open a pull request; one that is open already from this branch is given instead."""
        payload = {
            "title": opening.title,
            "head": opening.branch,
            "base": opening.base,
            "body": opening.body,
            "draft": opening.draft,
            "maintainer_can_modify": True,
        }
        try:
            return _pull(self._client.send("POST", f"{self._at}/pulls", payload))
        except DeclinedError as error:
            opened = [one for one in self.find(opening.branch) if one.state is RequestState.OPEN]
            if opened:
                return opened[0]
            if "draft" in error.message.lower():
                error = DeclinedError(
                    error.message, hint="Set draft = false in [cleanup]: this plan has no drafts."
                )
            raise error from None

    def dress(self, number: int, opening: Opening) -> None:
        """Put the labels on and ask the reviewers: people, and teams written as org/team."""
        if opening.labels:
            path = f"{self._at}/issues/{number}/labels"
            self._client.send("POST", path, {"labels": list(opening.labels)})
        if opening.reviewers:
            people = [name for name in opening.reviewers if "/" not in name]
            teams = [name.rpartition("/")[2] for name in opening.reviewers if "/" in name]
            asked = {"reviewers": people, "team_reviewers": teams}
            self._client.send("POST", f"{self._at}/pulls/{number}/requested_reviewers", asked)

    def edit(self, number: int, body: str) -> None:
        """Replace the body."""
        self._client.send("PATCH", f"{self._at}/pulls/{number}", {"body": body})

    def comments(self, number: int) -> list[Comment]:
        """The comments on a pull request, oldest first."""
        return [_comment(one) for one in self._client.pages(f"{self._at}/issues/{number}/comments")]

    def comment(self, number: int, body: str) -> Comment:
        """Say something on a pull request."""
        path = f"{self._at}/issues/{number}/comments"
        return _comment(self._client.send("POST", path, {"body": body}))

    def edit_comment(self, number: int, comment_id: int, body: str) -> None:  # noqa: ARG002 - comments have ids of their own here
        """Replace what a comment says."""
        self._client.send("PATCH", f"{self._at}/issues/comments/{comment_id}", {"body": body})

    def close(self, number: int) -> None:
        """Close a pull request unmerged."""
        self._client.send("PATCH", f"{self._at}/pulls/{number}", {"state": "closed"})

    def files(self, sha: str, folder: str = ".") -> dict[str, bytes]:
        """Every file of a commit below a folder, out of one archive."""
        path = f"{self._at}/tarball/{quote(sha, safe='')}"
        return archive.unpacked(self._client.download(path), folder)


def _same(repository: dict[str, Any] | None, name: str) -> bool:
    """Whether a head's repository is ours: None is a fork that was deleted. GitHub's names know no case."""
    return repository is not None and str(repository["full_name"]).lower() == name.lower()


def _pull(told: dict[str, Any]) -> PullRequest:
    merged, closed = told.get("merged_at"), told.get("closed_at")
    state = RequestState.MERGED if merged else RequestState(told["state"])
    mergeable = told.get("mergeable")
    ended = merged or closed
    return PullRequest(
        number=int(told["number"]),
        url=str(told["html_url"]),
        state=state,
        draft=bool(told.get("draft")),
        branch=str(told["head"]["ref"]),
        head_sha=str(told["head"]["sha"]),
        title=str(told["title"]),
        body=str(told["body"] or ""),
        created_at=moment(told["created_at"]),
        ended_at=moment(ended) if ended else None,
        conflicted=None if mergeable is None else told.get("mergeable_state") == "dirty",
        merge_sha=str(told.get("merge_commit_sha") or "") if merged else "",
    )


def _comment(told: dict[str, Any]) -> Comment:
    return Comment(
        int(told["id"]), str((told.get("user") or {}).get("login", "")), str(told.get("body") or "")
    )


def _commit(told: dict[str, Any]) -> BranchCommit:
    """Who is behind a commit: the account where GitHub knows it, else the name git has."""
    git = told["commit"]
    author = (told.get("author") or {}).get("login") or (git.get("author") or {}).get("name") or ""
    committer = (told.get("committer") or {}).get("login") or (git.get("committer") or {}).get("name") or ""
    return BranchCommit(str(told["sha"]), str(author), str(committer), str(git["message"]))
