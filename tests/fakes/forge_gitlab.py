"""GitLab on a real bare repository: the few calls Assay makes, answered as GitLab's reference tells them.

What is asked is held to the parameters that reference lists; GitLab gives no description for machines to be held to.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from fakes.forge_git import ROBOT, NoSuchObjectError
from fakes.forge_hub import Hub, Remark, Request
from fakes.forge_server import Call, Exchange, Given, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Answer = Callable[[Call, re.Match[str]], Given]

TOKEN = "glpat-of-ann"  # noqa: S105 - a credential of the fake alone
_PAGED = {"page", "per_page"}
KNOWN = {
    "POST /repository/commits": {"branch", "commit_message", "start_branch", "start_sha", "actions", "force"},
    "POST /merge_requests": {
        "source_branch", "target_branch", "title", "description", "remove_source_branch", "labels", "reviewer_ids",
    },
    "PUT /merge_requests/N": {"add_labels", "reviewer_ids", "description", "state_event", "title"},
    "POST /merge_requests/N/notes": {"body"},
    "PUT /merge_requests/N/notes/N": {"body"},
    "GET /merge_requests": {"state", "source_branch", *_PAGED},
    "GET /merge_requests/N/notes": {"sort", *_PAGED},
    "GET /repository/branches": {"search", *_PAGED},
    "GET /repository/compare": {"from", "to", "straight"},
    "GET /repository/archive.tar.gz": {"sha"},
    "GET /users": {"username"},
}  # fmt: skip
"""What each call may be given, by GitLab's reference."""
_ACTIONS = {"create", "update", "delete"}


def violations(exchange: Exchange) -> list[str]:
    """What a call gives that GitLab does not know."""
    inner = re.sub(r"^/projects/[^/]+", "", exchange.path)
    key = f"{exchange.method} {re.sub(r'/[0-9]+', '/N', inner)}"
    given = set(parse_qs(exchange.query))
    if exchange.request:
        given |= Call("", "", "", {}, exchange.request).json.keys()
    fallback = {"ref"} if inner.startswith("/repository/files/") else set()
    return [f"{key}: {name}" for name in sorted(given - KNOWN.get(key, fallback))]


def fault(status: int, message: object) -> Given:
    """An error as GitLab words it."""
    return Given(status, {"message": message})


@dataclass(slots=True)
class GitLabFake:
    """GitLab, with one project."""

    hub: Hub
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.server = Server(self.take, violations)

    def take(self, call: Call) -> Given:
        """Answer a call."""
        self.hub.refresh()
        if call.headers.get("private-token") != TOKEN:
            return fault(401, "401 Unauthorized")
        if call.path == "/users":
            known = {"bob": 7}
            return Given(200, [{"id": known[name]} for name in (call.one("username"),) if name in known])
        project, _, rest = call.path.removeprefix("/projects/").partition("/")
        if unquote(project) != self.hub.name:
            return fault(404, "404 Project Not Found")
        for method, pattern, answer in self._routes():
            match = re.fullmatch(pattern, rest)
            if match and method == call.method:
                return answer(call, match)
        return fault(404, "404 Not Found")

    def _routes(self) -> list[tuple[str, str, Answer]]:
        return [
            ("GET", "repository/branches/([^/]+)", self._branch),
            ("DELETE", "repository/branches/([^/]+)", self._drop_branch),
            ("GET", "repository/branches", self._branches),
            ("GET", "repository/compare", self._compare),
            ("GET", "repository/files/([^/]+)", self._file),
            ("GET", r"repository/archive\.tar\.gz", self._archive),
            ("POST", "repository/commits", self._commit),
            ("GET", "merge_requests", self._requests),
            ("POST", "merge_requests", self._make_request),
            ("GET", r"merge_requests/(\d+)", self._request),
            ("PUT", r"merge_requests/(\d+)", self._edit_request),
            ("GET", r"merge_requests/(\d+)/notes", self._notes),
            ("POST", r"merge_requests/(\d+)/notes", self._note),
            ("PUT", r"merge_requests/(\d+)/notes/(\d+)", self._edit_note),
        ]

    def _branch(self, _: Call, match: re.Match[str]) -> Given:
        name = unquote(match[1])
        sha = self.hub.git.ref(name)
        return fault(404, "404 Branch Not Found") if sha is None else Given(200, _branch(name, sha))

    def _drop_branch(self, _: Call, match: re.Match[str]) -> Given:
        name = unquote(match[1])
        if self.hub.git.ref(name) is None:
            return fault(404, "404 Branch Not Found")
        self.hub.git.drop_ref(name)
        self.hub.refresh()
        return Given(204)

    def _branches(self, call: Call, _: re.Match[str]) -> Given:
        prefix = call.one("search").removeprefix("^")
        return Given(200, [_branch(name, sha) for name, sha in self.hub.git.refs(prefix).items()])

    def _compare(self, call: Call, _: re.Match[str]) -> Given:
        git, base, head = self.hub.git, call.one("from"), call.one("to")
        try:
            commits = git.between(base, head)
        except NoSuchObjectError:
            return fault(404, "404 Commit Not Found")
        told = [
            {
                "id": one.sha,
                "author_name": one.author[0],
                "committer_name": one.committer[0],
                "message": one.message,
            }
            for one in commits
        ]
        diffs = [{"old_path": path, "new_path": path} for path in sorted(git.changed(base, head))]
        return Given(200, {"commits": told, "diffs": diffs, "compare_timeout": False})

    def _file(self, call: Call, match: re.Match[str]) -> Given:
        content = self.hub.git.files(call.one("ref")).get(unquote(match[1]))
        if content is None:
            return fault(404, "404 File Not Found")
        return Given(200, {"content": base64.b64encode(content).decode(), "encoding": "base64"})

    def _archive(self, call: Call, _: re.Match[str]) -> Given:
        sha = call.one("sha")
        return Given(200, raw=self.hub.git.archive(sha, f"shop-{sha}"))

    def _commit(self, call: Call, _: re.Match[str]) -> Given:
        git, asked = self.hub.git, call.json
        branch, start = asked["branch"], asked.get("start_sha")
        head = git.ref(branch)
        if head is not None and start and not asked.get("force"):
            return fault(
                400,
                f"A branch called '{branch}' already exists. Switch to that branch in order to make changes",
            )
        parent = start or head
        if parent is None:
            return fault(400, "You can only create or edit files when you are on a branch")
        there = git.files(parent)
        changes: dict[str, bytes | None] = {}
        for action in asked["actions"]:
            path, kind = action["file_path"], action["action"]
            assert kind in _ACTIONS
            if (path in there) == (kind == "create"):
                return fault(
                    400,
                    "A file with this name already exists"
                    if path in there
                    else "A file with this name doesn't exist",
                )
            changes[path] = None if kind == "delete" else base64.b64decode(action["content"], validate=True)
        sha = git.commit(git.tree_with(parent, changes), (parent,), asked["commit_message"], ROBOT)
        git.set_ref(branch, sha)
        return Given(201, {"id": sha})

    def _requests(self, call: Call, _: re.Match[str]) -> Given:
        branch = call.one("source_branch")
        found = [one for one in self.hub.requests.values() if one.branch == branch]
        return Given(200, [self._told(one) for one in found])

    def _make_request(self, call: Call, _: re.Match[str]) -> Given:
        asked, git = call.json, self.hub.git
        branch, base = asked["source_branch"], asked["target_branch"]
        head, base_sha = git.ref(branch), git.ref(base)
        if head is None or base_sha is None:
            return fault(400, "branch does not exist")
        if self.hub.open_requests(branch):
            return fault(409, ["Another open merge request already exists for this source branch: !1"])
        title = asked["title"]
        one = Request(
            self.hub.number(), branch, base, title, asked["description"], title.startswith("Draft: "), self.hub.now,
            head, base_sha,
        )  # fmt: skip
        self.hub.requests[one.number] = one
        return Given(201, self._told(one))

    def _request(self, _: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests.get(int(match[1]))
        return fault(404, "404 Not found") if one is None else Given(200, self._told(one))

    def _edit_request(self, call: Call, match: re.Match[str]) -> Given:
        one, asked = self.hub.requests[int(match[1])], call.json
        one.body = asked.get("description", one.body)
        one.labels = sorted({*one.labels, *filter(None, asked.get("add_labels", "").split(","))})
        one.reviewers = [str(number) for number in asked.get("reviewer_ids", one.reviewers)]
        if asked.get("state_event") == "close":
            self.hub.close(one.number)
        return Given(200, self._told(one))

    def _notes(self, _: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests[int(match[1])]
        system = {"id": 0, "author": {"username": "ann"}, "body": "changed the description", "system": True}
        return Given(200, [system, *(_note(remark) for remark in one.comments)])

    def _note(self, call: Call, match: re.Match[str]) -> Given:
        remark = Remark(self.hub.number(), "assay", call.json["body"])
        self.hub.requests[int(match[1])].comments.append(remark)
        return Given(201, _note(remark))

    def _edit_note(self, call: Call, match: re.Match[str]) -> Given:
        remark = next(one for one in self.hub.requests[int(match[1])].comments if one.id == int(match[2]))
        remark.body = call.json["body"]
        return Given(200, _note(remark))

    def _told(self, one: Request) -> dict[str, Any]:
        conflicted = self.hub.conflicted(one)
        merged = one.merged_at is not None
        return {
            "iid": one.number,
            "web_url": f"https://gitlab.example/{self.hub.name}/-/merge_requests/{one.number}",
            "state": "merged" if merged else {"open": "opened"}.get(one.state, one.state),
            "draft": one.draft,
            "source_branch": one.branch,
            "source_project_id": 1,
            "target_project_id": 1,
            "sha": one.head_sha,
            "title": one.title,
            "description": one.body,
            "created_at": _stamp(one.created_at),
            "merged_at": _stamp(one.merged_at),
            "closed_at": None if merged else _stamp(one.closed_at),
            "has_conflicts": bool(conflicted),
            "detailed_merge_status": "checking" if conflicted is None else "mergeable",
            "merge_commit_sha": one.merge_sha or None,
            "squash_commit_sha": None,
        }


def _branch(name: str, sha: str) -> dict[str, Any]:
    return {"name": name, "commit": {"id": sha}}


def _note(one: Remark) -> dict[str, Any]:
    return {"id": one.id, "author": {"username": one.author}, "body": one.body, "system": False}


def _stamp(when: datetime | None) -> str | None:
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
