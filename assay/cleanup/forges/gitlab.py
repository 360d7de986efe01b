"""GitLab: a commit in one call, and merge requests, which are pull requests by another name."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.cleanup.forges import archive
from assay.cleanup.forges.base import BranchCommit, Comment, PullRequest, RequestState, moment
from assay.cleanup.forges.errors import DeclinedError, HumanCommitsError, MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.forges.base import Changes, Opening
    from assay.cleanup.forges.client import Client
    from assay.cleanup.forges.paths import AllowedPaths

API = "https://gitlab.com/api/v4"
_DRAFT = "Draft: "
_STATES = {"opened": RequestState.OPEN, "locked": RequestState.OPEN, "merged": RequestState.MERGED}
_CHECKING = {"unchecked", "checking", "preparing", "approvals_syncing"}


class GitLab:
    """A project on GitLab, by its path. Merge requests are told by their number within it."""

    title = "GitLab"

    def __init__(self, repository: str, client: Client, allowed: AllowedPaths) -> None:
        self.repository = repository
        self._client = client
        self._allowed = allowed
        self._at = f"/projects/{quote(repository, safe='')}"
        self._id: int | None = None

    def head(self, branch: str) -> str | None:
        """The commit a branch points to; None when there is no such branch."""
        found = self._client.find(f"{self._at}/repository/branches/{quote(branch, safe='')}")
        return None if found is None else str(found["commit"]["id"])

    def branches(self, prefix: str) -> dict[str, str]:
        """The branches whose names begin so, with the commits they point to."""
        found = self._client.pages(f"{self._at}/repository/branches", search=f"^{prefix}")
        return {one["name"]: one["commit"]["id"] for one in found if one["name"].startswith(prefix)}

    def commits(self, base: str, head_sha: str) -> list[BranchCommit]:
        """What the history of `head_sha` has and `base` lacks, oldest first."""
        path = f"{self._at}/repository/compare"
        found = self._client.get(path, **{"from": base, "to": head_sha})["commits"]
        return [
            BranchCommit(one["id"], one["author_name"], one["committer_name"], one["message"])
            for one in found
        ]

    def commit(self, branch: str, base_sha: str, message: str, changes: Changes) -> str:
        """Put one commit on `base_sha` and the branch on it, in one call."""
        self._allowed.check(changes)
        head = self.head(branch)
        if head is not None and head != base_sha:
            self.delete_branch(branch)  # it holds no commit of its own, or who asks would have `renew`ed it
            head = None
        start: dict[str, object] = {} if head == base_sha else {"start_sha": base_sha}
        return self._commit(branch, message, base_sha, changes, start)

    def renew(self, branch: str, head_sha: str, base_sha: str, message: str, changes: Changes) -> str:
        """Make the branch anew from `base_sha`; HumanCommitsError when its head is not `head_sha` any more.

        GitLab moves no branch on a condition, so the head is looked at right before.
        """
        self._allowed.check(changes)
        if self.head(branch) != head_sha:
            raise HumanCommitsError(f"{branch} has got new commits.", hint="It is left to whoever made them.")
        return self._commit(branch, message, base_sha, changes, {"start_sha": base_sha, "force": True})

    def holds(self, sha: str, base_sha: str, changes: Changes) -> bool:
        """Whether the commit differs from the base in exactly these files, and each holds what it should."""
        path = f"{self._at}/repository/compare"
        told = self._client.get(path, **{"from": base_sha, "to": sha, "straight": "true"})
        if told.get("compare_timeout") or not _paths(told["diffs"]) <= changes.keys():
            return False
        return all(self._raw(path, sha) == content for path, content in changes.items())

    def delete_branch(self, branch: str) -> None:
        """Remove a branch; nothing happens when it is gone."""
        try:
            self._client.send("DELETE", f"{self._at}/repository/branches/{quote(branch, safe='')}")
        except MissingError:
            if self.head(branch) is not None:
                raise

    def find(self, branch: str) -> list[PullRequest]:
        """The merge requests ever opened from that branch of this very project, newest first."""
        listed = self._client.pages(f"{self._at}/merge_requests", state="all", source_branch=branch)
        own = [one for one in listed if one["source_project_id"] == one["target_project_id"]]
        return sorted((_pull(one) for one in own), key=lambda one: -one.number)

    def get(self, number: int) -> PullRequest:
        """The merge request of that number."""
        return _pull(self._client.get(f"{self._at}/merge_requests/{number}"))

    def open(self, opening: Opening) -> PullRequest:
        """Open a merge request; one that is open already from this branch is given instead."""
        payload = {
            "source_branch": opening.branch,
            "target_branch": opening.base,
            "title": (_DRAFT if opening.draft else "") + opening.title,
            "description": opening.body,
            "remove_source_branch": True,
        }
        try:
            return _pull(self._client.send("POST", f"{self._at}/merge_requests", payload))
        except DeclinedError:
            opened = [one for one in self.find(opening.branch) if one.state is RequestState.OPEN]
            if not opened:
                raise
            return opened[0]

    def dress(self, number: int, opening: Opening) -> None:
        """Put the labels on and ask the reviewers that GitLab knows."""
        reviewers = [one for name in opening.reviewers for one in self._client.get("/users", username=name)]
        payload: dict[str, object] = {"add_labels": ",".join(opening.labels)} if opening.labels else {}
        if reviewers:
            payload["reviewer_ids"] = [one["id"] for one in reviewers]
        if payload:
            self._client.send("PUT", f"{self._at}/merge_requests/{number}", payload)

    def edit(self, number: int, body: str) -> None:
        """Replace the description."""
        self._client.send("PUT", f"{self._at}/merge_requests/{number}", {"description": body})

    def comments(self, number: int) -> list[Comment]:
        """The notes on a merge request, oldest first."""
        path = f"{self._at}/merge_requests/{number}/notes"
        return [_note(one) for one in self._client.pages(path, sort="asc") if not one.get("system")]

    def comment(self, number: int, body: str) -> Comment:
        """Say something on a merge request."""
        path = f"{self._at}/merge_requests/{number}/notes"
        return _note(self._client.send("POST", path, {"body": body}))

    def edit_comment(self, number: int, comment_id: int, body: str) -> None:
        """Replace what a note says."""
        path = f"{self._at}/merge_requests/{number}/notes/{comment_id}"
        self._client.send("PUT", path, {"body": body})

    def close(self, number: int) -> None:
        """Close a merge request unmerged."""
        self._client.send("PUT", f"{self._at}/merge_requests/{number}", {"state_event": "close"})

    def files(self, sha: str, folder: str = ".") -> dict[str, bytes]:
        """Every file of a commit below a folder, out of one archive."""
        path = f"{self._at}/repository/archive.tar.gz?sha={quote(sha, safe='')}"
        return archive.unpacked(self._client.download(path), folder)

    def _commit(
        self, branch: str, message: str, base_sha: str, changes: Changes, start: dict[str, object]
    ) -> str:
        actions = [self._action(path, content, base_sha) for path, content in sorted(changes.items())]
        payload = {"branch": branch, "commit_message": message, "actions": actions, **start}
        return str(self._client.send("POST", f"{self._at}/repository/commits", payload)["id"])

    def _action(self, path: str, content: bytes | None, base_sha: str) -> dict[str, str]:
        if content is None:
            return {"action": "delete", "file_path": path}
        known = self._client.find(f"{self._file(path)}?ref={base_sha}") is not None
        encoded = base64.b64encode(content).decode()
        action = "update" if known else "create"
        return {"action": action, "file_path": path, "content": encoded, "encoding": "base64"}

    def _raw(self, path: str, sha: str) -> bytes | None:
        found = self._client.find(f"{self._file(path)}?ref={sha}")
        return None if found is None else base64.b64decode(found["content"])

    def _file(self, path: str) -> str:
        return f"{self._at}/repository/files/{quote(path, safe='')}"


def _paths(diffs: list[dict[str, Any]]) -> set[str]:
    def both() -> Iterator[str]:
        for diff in diffs:
            yield diff["old_path"]
            yield diff["new_path"]

    return set(both())


def _pull(told: dict[str, Any]) -> PullRequest:
    state = _STATES.get(told["state"], RequestState.CLOSED)
    ended = told.get("merged_at") or told.get("closed_at")
    checking = told.get("detailed_merge_status", "unchecked") in _CHECKING
    return PullRequest(
        number=int(told["iid"]),
        url=str(told["web_url"]),
        state=state,
        draft=bool(told.get("draft")),
        branch=str(told["source_branch"]),
        head_sha=str(told["sha"]),
        title=str(told["title"]).removeprefix(_DRAFT),
        body=str(told.get("description") or ""),
        created_at=moment(told["created_at"]),
        ended_at=moment(ended) if ended and state is not RequestState.OPEN else None,
        conflicted=None if checking else bool(told.get("has_conflicts")),
        merge_sha=str(told.get("merge_commit_sha") or told.get("squash_commit_sha") or ""),
    )


def _note(told: dict[str, Any]) -> Comment:
    return Comment(int(told["id"]), str((told.get("author") or {}).get("username", "")), str(told["body"]))
