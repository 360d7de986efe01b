"""GitHub on a real bare repository: the calls Assay makes of its REST API, and the one mutation of GraphQL."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import graphql
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fakes.forge_contract import filled, operation, schema, violations
from fakes.forge_git import ROBOT, NoSuchObjectError
from fakes.forge_hub import Hub, Remark, Request
from fakes.forge_server import Call, Given, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fakes.forge_git import GitCommit

    Answer = Callable[[Call, re.Match[str]], Given]

TOKEN, APP, INSTALLATION = "token-of-ann", "4711", 815
ANN, FLOW = ("ann", "ann@acme.example"), ("web-flow", "noreply@github.com")
LONGEST = 65_536
_MODES = {"100644", "100755", "040000", "160000", "120000"}


def fault(status: int, message: str) -> Given:
    """An error as GitHub words it."""
    return Given(status, {"message": message, "documentation_url": "https://docs.github.com/rest"})


@dataclass(slots=True)
class AppKey:
    """An App's key, as its page lets one download it; a test has one for all."""

    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def pem(self) -> str:
        """The key's file."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode()


@dataclass(slots=True)
class GitHubFake:
    """GitHub, with one repository and one App that is installed on it."""

    hub: Hub
    app_key: AppKey | None = None
    has_graphql: bool = True
    has_drafts: bool = True
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.server = Server(self.take, violations)

    def take(self, call: Call) -> Given:
        """Answer a call."""
        path = unquote(call.path)
        self.hub.refresh()
        if path.startswith("/download/"):
            return self._archive(path)
        who = self._bearer(call, path)
        if isinstance(who, Given):
            return who
        if path == "/graphql":
            return self._graphql(call, who) if self.has_graphql else fault(404, "Not Found")
        inner = path.removeprefix(f"/repos/{self.hub.name}") if path.startswith("/repos/") else path
        for method, pattern, answer in self._routes():
            match = re.fullmatch(pattern, inner)
            if match and call.method == method:
                given = answer(call, match)
                if given.status < 300 and given.value is not None:
                    key = operation(call.method, call.path)
                    return Given(given.status, filled(key, given.status, given.value), given.headers)
                return given
        return fault(404, "Not Found")

    def _routes(self) -> list[tuple[str, str, Answer]]:
        return [
            ("GET", "/installation", self._installation),
            ("POST", r"/app/installations/(\d+)/access_tokens", self._access_token),
            ("GET", "/git/ref/heads/(.+)", self._ref),
            ("GET", "/git/matching-refs/heads/(.+)", self._refs),
            ("POST", "/git/refs", self._make_ref),
            ("PATCH", "/git/refs/heads/(.+)", self._move_ref),
            ("DELETE", "/git/refs/heads/(.+)", self._drop_ref),
            ("GET", "/git/commits/(.+)", self._commit),
            ("POST", "/git/commits", self._make_commit),
            ("GET", "/git/trees/(.+)", self._tree),
            ("POST", "/git/trees", self._make_tree),
            ("POST", "/git/blobs", self._make_blob),
            ("GET", r"/compare/(.+)\.\.\.(.+)", self._compare),
            ("GET", "/tarball/(.+)", self._tarball),
            ("GET", "/pulls", self._pulls),
            ("POST", "/pulls", self._make_pull),
            ("GET", r"/pulls/(\d+)", self._pull),
            ("PATCH", r"/pulls/(\d+)", self._edit_pull),
            ("POST", r"/pulls/(\d+)/requested_reviewers", self._ask),
            ("POST", r"/issues/(\d+)/labels", self._label),
            ("GET", r"/issues/(\d+)/comments", self._comments),
            ("POST", r"/issues/(\d+)/comments", self._remark),
            ("PATCH", r"/issues/comments/(\d+)", self._edit_remark),
        ]

    # --- who is asking

    def _bearer(self, call: Call, path: str) -> tuple[str, str] | Given:
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
        if path.endswith(("/installation", "/access_tokens")):
            return ROBOT if self._proves(bearer) else fault(401, "A JSON web token could not be decoded")
        if bearer == TOKEN:
            return ANN
        _, until = self.tokens.get(bearer, ("", self.hub.now - timedelta(1)))
        return ROBOT if until > self.hub.now else fault(401, "Bad credentials")

    def _proves(self, proof: str) -> bool:
        """Whether a proof is the App's: its signature, and a life of ten minutes at most that has not ended."""
        assert self.app_key is not None
        signed, _, signature = proof.rpartition(".")
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        self.app_key.private.public_key().verify(
            _decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        now = self.hub.now.timestamp()
        lives = claims["iat"] <= now < claims["exp"] <= now + 600
        return lives and head == {"alg": "RS256", "typ": "JWT"} and claims["iss"] == APP

    def _installation(self, _: Call, __: re.Match[str]) -> Given:
        return Given(200, {"id": INSTALLATION})

    def _access_token(self, call: Call, match: re.Match[str]) -> Given:
        if int(match[1]) != INSTALLATION or call.json["repositories"] != [self.hub.name.partition("/")[2]]:
            return fault(422, "There is at least one repository that does not exist.")
        token, until = f"ghs_{len(self.tokens)}", self.hub.now + timedelta(hours=1)
        self.tokens[token] = ("", until)
        return Given(201, {"token": token, "expires_at": _stamp(until)})

    # --- git

    def _ref(self, _: Call, match: re.Match[str]) -> Given:
        sha = self.hub.git.ref(match[1])
        return fault(404, "Not Found") if sha is None else Given(200, _ref(match[1], sha))

    def _refs(self, _: Call, match: re.Match[str]) -> Given:
        return Given(200, [_ref(name, sha) for name, sha in self.hub.git.refs(match[1]).items()])

    def _make_ref(self, call: Call, _: re.Match[str]) -> Given:
        branch, sha = call.json["ref"].removeprefix("refs/heads/"), call.json["sha"]
        if self.hub.git.ref(branch):
            return fault(422, "Reference already exists")
        if self.hub.git.kind(sha) != "commit":
            return fault(422, "Object does not exist")
        self.hub.git.set_ref(branch, sha)
        return Given(201, _ref(branch, sha))

    def _move_ref(self, call: Call, match: re.Match[str]) -> Given:
        head, sha = self.hub.git.ref(match[1]), call.json["sha"]
        if head is None:
            return fault(422, "Reference does not exist")
        if not call.json.get("force") and not self.hub.git.is_ancestor(head, sha):
            return fault(422, "Update is not a fast forward")
        self.hub.git.set_ref(match[1], sha)
        return Given(200, _ref(match[1], sha))

    def _drop_ref(self, _: Call, match: re.Match[str]) -> Given:
        if self.hub.git.ref(match[1]) is None:
            return fault(422, "Reference does not exist")
        self.hub.git.drop_ref(match[1])
        self.hub.refresh()
        return Given(204)

    def _commit(self, _: Call, match: re.Match[str]) -> Given:
        try:
            return Given(200, _git_commit(self.hub.git.read_commit(match[1])))
        except NoSuchObjectError:
            return fault(404, "Not Found")

    def _make_commit(self, call: Call, _: re.Match[str]) -> Given:
        asked = call.json
        who = ANN if call.headers["authorization"].endswith(TOKEN) else ROBOT
        if self.hub.git.kind(asked["tree"]) != "tree":
            return fault(422, "Tree SHA does not exist")
        sha = self.hub.git.commit(asked["tree"], asked["parents"], asked["message"], who)
        return Given(201, _git_commit(self.hub.git.read_commit(sha)))

    def _tree(self, _: Call, match: re.Match[str]) -> Given:
        try:
            return Given(200, self._told_tree(self.hub.git.line("rev-parse", f"{match[1]}^{{tree}}")))
        except NoSuchObjectError:
            return fault(404, "Not Found")

    def _make_tree(self, call: Call, _: re.Match[str]) -> Given:
        git, base = self.hub.git, call.json.get("base_tree", "")
        there = {entry.path for entry in git.entries(base, whole=True)}
        blobs: dict[str, str | None] = {}
        for entry in call.json["tree"]:
            path = entry["path"]
            if entry["mode"] not in _MODES or path.startswith("/"):
                return fault(422, "tree.path contains a malformed path component")
            if "content" in entry:
                blobs[path] = git.write_blob(entry["content"].encode())
            elif entry["sha"] is None and path not in there:
                return fault(422, "GitRPC::BadObjectState")
            else:
                blobs[path] = entry["sha"]
        modes = {entry["path"]: entry["mode"] for entry in call.json["tree"]}
        return Given(201, self._told_tree(git.tree_of_blobs(base, blobs, modes)))

    def _told_tree(self, tree: str) -> dict[str, Any]:
        entries = self.hub.git.entries(tree)
        told = [{"path": one.path, "mode": one.mode, "type": one.type, "sha": one.sha} for one in entries]
        return {"sha": tree, "truncated": False, "tree": told}

    def _make_blob(self, call: Call, _: re.Match[str]) -> Given:
        assert call.json["encoding"] == "base64"
        return Given(201, {"sha": self.hub.git.write_blob(base64.b64decode(call.json["content"]))})

    def _compare(self, _: Call, match: re.Match[str]) -> Given:
        try:
            found = self.hub.git.between(match[1], match[2])
        except NoSuchObjectError:
            return fault(404, "Not Found")
        return Given(200, {"commits": [_listed_commit(one) for one in found], "total_commits": len(found)})

    def _tarball(self, _: Call, match: re.Match[str]) -> Given:
        where = f"{self.server.url}/download/{match[1]}"
        return Given(302, headers=(("Location", where),))

    def _archive(self, path: str) -> Given:
        sha = path.removeprefix("/download/")
        return Given(200, raw=self.hub.git.archive(sha, f"acme-shop-{sha[:7]}"))

    def _graphql(self, call: Call, who: tuple[str, str]) -> Given:
        asked = call.json["variables"]["input"]
        faults = graphql.validate(schema(), graphql.parse(call.json["query"]))
        assert faults == []
        branch, expected = asked["branch"]["branchName"], asked["expectedHeadOid"]
        head = self.hub.git.ref(branch)
        if head != expected:
            told = f'Expected branch to point to "{expected}" but it did not. Pull and try again.'
            return Given(
                200,
                {"data": {"createCommitOnBranch": None}, "errors": [{"type": "STALE_DATA", "message": told}]},
            )
        changes: dict[str, bytes | None] = {one["path"]: None for one in asked["fileChanges"]["deletions"]}
        for one in asked["fileChanges"]["additions"]:
            changes[one["path"]] = base64.b64decode(one["contents"], validate=True)
        message = f"{asked['message']['headline']}\n\n{asked['message']['body']}".strip()
        sha = self.hub.git.commit(self.hub.git.tree_with(head, changes), (head,), message, who, FLOW)
        self.hub.git.set_ref(branch, sha)
        return Given(200, {"data": {"createCommitOnBranch": {"commit": {"oid": sha}}}})

    # --- pull requests

    def _pulls(self, call: Call, _: re.Match[str]) -> Given:
        head, state = call.one("head"), call.one("state", "open")
        found = [
            one
            for one in reversed(self.hub.requests.values())
            if head in {"", f"{self.hub.name.partition('/')[0]}:{one.branch}"} and state in {"all", one.state}
        ]
        size, page = int(call.one("per_page", "30")), int(call.one("page", "1"))
        rows = found[size * (page - 1) : size * page]
        more = len(found) > size * page
        link = (("Link", f'<{self.server.url}{call.path}?page={page + 1}>; rel="next"'),) if more else ()
        return Given(200, [self._told(one) for one in rows], link)

    def _make_pull(self, call: Call, _: re.Match[str]) -> Given:
        asked, git = call.json, self.hub.git
        branch, base = asked["head"], asked["base"]
        head, base_sha = git.ref(branch), git.ref(base)
        if head is None or base_sha is None:
            return _invalid("head" if head is None else "base", "invalid")
        if self.hub.open_requests(branch):
            owner = self.hub.name.partition("/")[0]
            return _invalid("", f"A pull request already exists for {owner}:{branch}.")
        if not git.between(base_sha, head):
            return _invalid("", f"No commits between {base} and {branch}")
        if asked.get("draft") and not self.has_drafts:
            return fault(422, "Draft pull requests are not supported in this repository.")
        if len(asked["body"]) > LONGEST:
            return _invalid("body", f"body is too long (maximum is {LONGEST} characters)")
        one = Request(
            self.hub.number(), branch, base, asked["title"], asked["body"], asked.get("draft", False),
            self.hub.now, head, base_sha,
        )  # fmt: skip
        self.hub.requests[one.number] = one
        return Given(201, self._told(one, whole=True))

    def _pull(self, _: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests.get(int(match[1]))
        return fault(404, "Not Found") if one is None else Given(200, self._told(one, whole=True))

    def _edit_pull(self, call: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests[int(match[1])]
        one.body = call.json.get("body", one.body)
        if call.json.get("state") == "closed" and one.state == "open":
            self.hub.close(one.number)
        return Given(200, self._told(one, whole=True))

    def _ask(self, call: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests[int(match[1])]
        if "ann" in call.json["reviewers"]:
            return fault(422, "Review cannot be requested from pull request author.")
        one.reviewers = sorted({*one.reviewers, *call.json["reviewers"]})
        one.teams = sorted({*one.teams, *call.json["team_reviewers"]})
        return Given(201, self._told(one))

    def _label(self, call: Call, match: re.Match[str]) -> Given:
        one = self.hub.requests[int(match[1])]
        one.labels = sorted({*one.labels, *call.json["labels"]})
        return Given(200, [{"name": name} for name in one.labels])

    def _comments(self, _: Call, match: re.Match[str]) -> Given:
        return Given(200, [_remark(one) for one in self.hub.requests[int(match[1])].comments])

    def _remark(self, call: Call, match: re.Match[str]) -> Given:
        one = Remark(self.hub.number(), "assay[bot]", call.json["body"])
        self.hub.requests[int(match[1])].comments.append(one)
        return Given(201, _remark(one))

    def _edit_remark(self, call: Call, match: re.Match[str]) -> Given:
        found = (each for one in self.hub.requests.values() for each in one.comments)
        remark = next(each for each in found if each.id == int(match[1]))
        remark.body = call.json["body"]
        return Given(200, _remark(remark))

    def _told(self, one: Request, *, whole: bool = False) -> dict[str, Any]:
        repository = {"full_name": self.hub.name}
        told: dict[str, Any] = {
            "number": one.number,
            "html_url": f"https://github.example/{self.hub.name}/pull/{one.number}",
            "state": one.state,
            "draft": one.draft,
            "title": one.title,
            "body": one.body,
            "created_at": _stamp(one.created_at),
            "closed_at": _stamp(one.closed_at),
            "merged_at": _stamp(one.merged_at),
            "merge_commit_sha": one.merge_sha or None,
            "head": {"ref": one.branch, "sha": one.head_sha, "repo": repository},
            "base": {"ref": one.base, "sha": one.base_sha, "repo": repository},
        }
        if whole:
            conflicted = self.hub.conflicted(one)
            told["mergeable"] = None if conflicted is None else not conflicted
            told["mergeable_state"] = {None: "unknown", True: "dirty", False: "clean"}[conflicted]
        return told


def _invalid(name: str, message: str) -> Given:
    error = {"resource": "PullRequest", "code": "custom", "message": message, "field": name}
    return Given(
        422,
        {"message": "Validation Failed", "errors": [error], "documentation_url": "https://docs.github.com"},
    )


def _ref(branch: str, sha: str) -> dict[str, Any]:
    return {"ref": f"refs/heads/{branch}", "object": {"type": "commit", "sha": sha}}


def _git_commit(one: GitCommit) -> dict[str, Any]:
    return {
        "sha": one.sha,
        "tree": {"sha": one.tree},
        "parents": [{"sha": sha} for sha in one.parents],
        "message": one.message,
        "author": {"name": one.author[0], "email": one.author[1], "date": one.date},
        "committer": {"name": one.committer[0], "email": one.committer[1], "date": one.date},
    }


def _listed_commit(one: GitCommit) -> dict[str, Any]:
    git = {
        name: value
        for name, value in _git_commit(one).items()
        if name in {"message", "author", "committer", "tree"}
    }
    return {
        "sha": one.sha,
        "commit": git,
        "author": {"login": one.author[0]},
        "committer": {"login": one.committer[0]},
        "parents": [{"sha": sha} for sha in one.parents],
    }


def _remark(one: Remark) -> dict[str, Any]:
    return {"id": one.id, "body": one.body, "user": {"login": one.author}}


def _stamp(when: datetime | None) -> str | None:
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
