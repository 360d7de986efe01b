"""A real bare git repository, worked with git's own program as a forge works with the ones it keeps."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

ROBOT = ("assay[bot]", "assay@bot.example")
"""Who commits over the API."""


class NoSuchObjectError(Exception):
    """The repository has no object of that name."""


@dataclass(frozen=True, slots=True)
class GitEntry:
    """An entry of a tree."""

    mode: str
    type: str
    sha: str
    path: str


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A commit as git has it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str]
    committer: tuple[str, str]
    date: str
    message: str


@dataclass(frozen=True, slots=True)
class GitRepository:
    """A bare repository in a folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, files: Mapping[str, bytes], branch: str = "main") -> GitRepository:
        """A new repository whose branch holds these files, committed by a person."""
        subprocess.run(
            ("git", "init", "--quiet", "--bare", "--template=", f"--initial-branch={branch}", str(folder)),
            check=True,
        )
        made = cls(folder)
        made.set_ref(branch, made.commit(made.tree_with("", files), (), "Begin", ("ann", "ann@acme.example")))
        return made

    def git(self, *words: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Run git on the repository; NoSuchObjectError when it fails."""
        calm = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ("git", "--git-dir", str(self.folder), *words),
            input=data,
            capture_output=True,
            check=False,
            env=os.environ | calm | dict(env or {}),
        )
        if done.returncode:
            raise NoSuchObjectError(done.stderr.decode())
        return done.stdout

    def line(self, *words: str, data: bytes = b"") -> str:
        """What git says, when that is one line."""
        return self.git(*words, data=data).decode().strip()

    def ref(self, branch: str) -> str | None:
        """The commit of a branch; None when there is none."""
        return self.refs(branch).get(branch)

    def refs(self, prefix: str = "") -> dict[str, str]:
        """The branches whose names begin so."""
        top = self.folder / "refs" / "heads"  # none is ever packed: a forge looks them up at every call
        files = {file.relative_to(top).as_posix(): file for file in top.rglob("*") if file.is_file()}
        return {name: file.read_text().strip() for name, file in files.items() if name.startswith(prefix)}

    def set_ref(self, branch: str, sha: str) -> None:
        """Point a branch to a commit."""
        self.git("update-ref", f"refs/heads/{branch}", sha)

    def drop_ref(self, branch: str) -> None:
        """Remove a branch."""
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether a commit is in the history of another."""
        try:
            self.git("merge-base", "--is-ancestor", older, newer)
        except NoSuchObjectError:
            return False
        return True

    def kind(self, sha: str) -> str:
        """What an object is: commit, tree or blob; '' when there is none."""
        try:
            return self.line("cat-file", "-t", sha)
        except NoSuchObjectError:
            return ""

    def between(self, base: str, head: str) -> list[GitCommit]:
        """What head has and base lacks, oldest first."""
        told = self.git("rev-list", "--reverse", f"{base}..{head}").decode().split()
        return [self.read_commit(sha) for sha in told]

    def entries(self, tree: str, *, whole: bool = False) -> list[GitEntry]:
        """What stands in a tree; `whole` with everything below."""
        told = self.git("ls-tree", "-z", *(["-r"] if whole else []), tree).decode()
        found = []
        for line in filter(None, told.split("\0")):
            what, _, path = line.partition("\t")
            found.append(GitEntry(*what.split(" "), path))
        return found

    def files(self, commit: str) -> dict[str, bytes]:
        """Every file of a commit."""
        return {entry.path: self.blob(entry.sha) for entry in self.entries(commit, whole=True)}

    def blob(self, sha: str) -> bytes:
        """What a blob holds."""
        return self.git("cat-file", "blob", sha)

    def write_blob(self, content: bytes) -> str:
        """Keep bytes; gives their name."""
        return self.line("hash-object", "-w", "--stdin", data=content)

    def tree_with(
        self, base: str, changes: Mapping[str, bytes | None], modes: Mapping[str, str] | None = None
    ) -> str:
        """The tree of `base` ('' for none) with these files, or without those that are None."""
        blobs = {
            path: None if content is None else self.write_blob(content) for path, content in changes.items()
        }
        return self.tree_of_blobs(base, blobs, modes or {})

    def tree_of_blobs(self, base: str, blobs: Mapping[str, str | None], modes: Mapping[str, str]) -> str:
        """The same of blobs that are kept already."""
        gone = "0" * 40
        lines = [
            f"0 {gone}\t{path}" if sha is None else f"{modes.get(path, '100644')} {sha}\t{path}"
            for path, sha in blobs.items()
        ]
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if base:
                self.git("read-tree", base, env=index)
            self.git("update-index", "-z", "--index-info", data="\0".join([*lines, ""]).encode(), env=index)
            return self.git("write-tree", env=index).decode().strip()

    def commit(
        self,
        tree: str,
        parents: Sequence[str],
        message: str,
        author: tuple[str, str] = ROBOT,
        committer: tuple[str, str] = ("", ""),
    ) -> str:
        """Keep a commit; gives its name. No branch moves."""
        name, mail = committer if committer[0] else author
        people = {
            "GIT_AUTHOR_NAME": author[0],
            "GIT_AUTHOR_EMAIL": author[1],
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": mail,
        }
        words = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *words, data=message.encode(), env=people).decode().strip()

    def put(
        self, branch: str, changes: Mapping[str, bytes | None], author: str, message: str = "By hand"
    ) -> str:
        """Someone commits to a branch."""
        head = self.refs()[branch]
        sha = self.commit(self.tree_with(head, changes), (head,), message, (author, f"{author}@acme.example"))
        self.set_ref(branch, sha)
        return sha

    def read_commit(self, sha: str) -> GitCommit:
        """What a commit says; NoSuchObjectError when there is none."""
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%cI%x00%B"
        told = self.git("show", "--no-patch", f"--format={form}", f"{sha}^{{commit}}").decode()
        name, tree, parents, *people, date, message = told.split("\0")
        author, mail, committer, their_mail = people
        when = datetime.fromisoformat(date).strftime("%Y-%m-%dT%H:%M:%SZ")
        pairs = (author, mail), (committer, their_mail)
        return GitCommit(name, tree, tuple(parents.split()), *pairs, when, message.strip("\n"))

    def merged_tree(self, ours: str, theirs: str) -> str | None:
        """The tree of both histories together; None when they conflict."""
        try:
            return self.line("merge-tree", "--write-tree", ours, theirs).splitlines()[0]
        except NoSuchObjectError:
            return None

    def archive(self, commit: str, top: str) -> bytes:
        """A commit's files as .tar.gz, below one folder."""
        return self.git("archive", "--format=tar.gz", f"--prefix={top}/", commit)

    def changed(self, base: str, head: str) -> AbstractSet[str]:
        """The paths in which two commits differ."""
        return set(filter(None, self.git("diff", "--name-only", "-z", base, head).decode().split("\0")))
