"""Commits on GitHub without a checkout: trees by REST, or the one mutation of GraphQL that signs for tokens.

A commit by REST is signed for an App and not for a token; createCommitOnBranch signs for both, takes the head it
expects, and knows neither file modes nor two parents.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.cleanup.forges.errors import BrokenError, CredentialError, DeclinedError, MissingError

if TYPE_CHECKING:
    from assay.cleanup.forges.base import Changes
    from assay.cleanup.forges.client import Client

    Entry = dict[str, Any]

MUTATION = """\
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) {
    commit {
      oid
    }
  }
}
"""
_PLAIN, _FILES = "100644", ("100644", "100755")


class Commits:
    """Makes commits in a repository; `signs` when REST does so signed."""

    def __init__(self, repository: str, at: str, client: Client, *, signs: bool) -> None:
        self._repository = repository
        self._at = at
        self._client = client
        self._signs = signs

    def add(self, branch: str, head: str | None, base_sha: str, message: str, changes: Changes) -> str:
        """One commit on `base_sha`, and the branch (at `head`, None if missing) moved forward to it."""
        entries = self._entries(base_sha, changes)
        if not self._signs and all(entry["mode"] == _PLAIN for entry in entries if "content" in entry):
            self._point(branch, head, base_sha)
            made = self._signed(branch, base_sha, message, changes)
            if made:
                return made
            head = base_sha
        sha = self._commit(self._tree(base_sha, entries), (base_sha,), message)
        self._point(branch, head, sha)
        return sha

    def make(self, parents: tuple[str, ...], base_sha: str, message: str, changes: Changes) -> str:
        """A commit of these parents whose files are those of `base_sha` with the changes; no branch moves."""
        return self._commit(self.tree(base_sha, changes), parents, message)

    def tree(self, base_sha: str, changes: Changes) -> str:
        """The tree that the changes make of the base's: the same changes give the same tree."""
        return self._tree(base_sha, self._entries(base_sha, changes))

    def tree_of(self, sha: str) -> str:
        """A commit's tree."""
        return str(self._client.get(f"{self._at}/git/commits/{quote(sha, safe='')}")["tree"]["sha"])

    def forward(self, branch: str, sha: str) -> None:
        """Move a branch to a commit that has its head among its ancestors; DeclinedError when it has not."""
        path = f"{self._at}/git/refs/heads/{quote(branch)}"
        self._client.send("PATCH", path, {"sha": sha, "force": False})

    def _point(self, branch: str, head: str | None, sha: str) -> None:
        """Make the branch at `sha`, or move it forward from `head` to there."""
        if head is None:
            made = {"ref": f"refs/heads/{branch}", "sha": sha}
            self._client.send("POST", f"{self._at}/git/refs", made)
        elif head != sha:
            self.forward(branch, sha)

    def _signed(self, branch: str, base_sha: str, message: str, changes: Changes) -> str:
        """The commit by GraphQL; '' where this credential or server has not got it."""
        try:
            given = self._client.graphql(MUTATION, {"input": self._input(branch, base_sha, message, changes)})
        except (MissingError, CredentialError):
            return ""
        errors = given.get("errors") or []
        if any(error.get("type") in {"FORBIDDEN", "INSUFFICIENT_SCOPES"} for error in errors):
            return ""
        if errors:
            said = "; ".join(str(error.get("message")) for error in errors)[:300]
            raise DeclinedError(
                f"GitHub made no commit on {branch}: {said}", hint="The next cycle looks at it anew."
            )
        try:
            return str(given["data"]["createCommitOnBranch"]["commit"]["oid"])
        except (KeyError, TypeError):
            raise BrokenError(
                "GitHub's answer to createCommitOnBranch holds no commit.",
                hint="The next cycle looks at it anew.",
            ) from None

    def _input(self, branch: str, base_sha: str, message: str, changes: Changes) -> dict[str, Any]:
        headline, _, body = message.partition("\n\n")
        files = sorted(changes.items())
        return {
            "branch": {"repositoryNameWithOwner": self._repository, "branchName": branch},
            "expectedHeadOid": base_sha,
            "message": {"headline": headline, "body": body},
            "fileChanges": {
                "additions": [
                    {"path": path, "contents": base64.b64encode(content).decode()}
                    for path, content in files
                    if content is not None
                ],
                "deletions": [{"path": path} for path, content in files if content is None],
            },
        }

    def _commit(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        payload = {"message": message, "tree": tree, "parents": list(parents)}
        return str(self._client.send("POST", f"{self._at}/git/commits", payload)["sha"])

    def _tree(self, base_sha: str, entries: list[Entry]) -> str:
        payload = {"base_tree": self.tree_of(base_sha), "tree": [self._sendable(entry) for entry in entries]}
        return str(self._client.send("POST", f"{self._at}/git/trees", payload)["sha"])

    def _sendable(self, entry: Entry) -> Entry:
        """An entry as JSON takes it: text as it is, other bytes as a blob of their own."""
        if "content" not in entry:
            return entry
        content: bytes = entry["content"]
        rest = {name: value for name, value in entry.items() if name != "content"}
        try:
            return rest | {"content": content.decode()}
        except UnicodeDecodeError:
            blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
            return rest | {"sha": str(self._client.send("POST", f"{self._at}/git/blobs", blob)["sha"])}

    def _entries(self, base_sha: str, changes: Changes) -> list[Entry]:
        """The tree's entries: a file keeps its mode, and what is deleted must be there (GitHub declines it else)."""
        folders: dict[str, dict[str, Entry]] = {"": self._folder(self.tree_of(base_sha))}
        entries: list[Entry] = []
        for path, content in sorted(changes.items()):
            there = self._there(folders, path)
            if content is None and there is None:
                raise MissingError(
                    f"{path} is not in the repository any more.", hint="The next cycle plans anew."
                )
            if there is not None and there["mode"] not in _FILES:
                raise DeclinedError(f"{path} is no plain file but a link.", hint="Change it by hand.")
            mode = there["mode"] if there else _PLAIN
            what = {"sha": None} if content is None else {"content": content}
            entries.append({"path": path, "mode": mode, "type": "blob", **what})
        return entries

    def _there(self, folders: dict[str, dict[str, Entry]], path: str) -> Entry | None:
        """The entry of a path, its folders read once each; None when there is none."""
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            above = self._there(folders, folder)
            is_folder = above is not None and above["type"] == "tree"
            folders[folder] = self._folder(str(above["sha"])) if above is not None and is_folder else {}
        return folders[folder].get(name)

    def _folder(self, tree: str) -> dict[str, Entry]:
        told = self._client.get(f"{self._at}/git/trees/{quote(tree, safe='')}")
        if told.get("truncated"):
            raise DeclinedError("A folder holds more files than GitHub lists.", hint="Use a checkout.")
        return {str(entry["path"]): entry for entry in told["tree"]}
