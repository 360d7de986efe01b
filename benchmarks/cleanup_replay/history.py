"""What people deleted: the models that a commit took out of a repository's dbt projects."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.project import TreeError
from assay.cleanup.project.layout import SETTINGS, Layout, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assay.cleanup.project import Repository
    from assay.cleanup.project.git import Commit

PACKAGES = re.compile(r"(?:^|/)(?:dbt_packages|dbt_modules|site-packages|target)/")
CODE = ("*.sql", "*.py")
SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to a file; `status` is git's letter."""

    status: str
    path: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """The models a commit took out of one project: names, and the files that held them."""

    commit: str
    folder: str
    before: Commit
    after: Commit
    files: dict[str, str]
    changes: tuple[Change, ...]


def commits(repository: Repository, asked: Iterable[str]) -> list[str]:
    """The commits meant by names, ranges, files of names and `auto`, each once, in the order given."""
    found: dict[str, None] = {}
    for one in asked:
        if one == "auto" or ".." in one:
            revisions = "HEAD" if one == "auto" else one
            out = repository.run(
                "log", "--no-merges", "--no-renames", "--diff-filter=D", "--format=%H", revisions, "--", *CODE
            )
            found.update(dict.fromkeys(out.decode().split()))
        elif Path(one).is_file():
            named = (line.partition("#")[0].split() for line in Path(one).read_text("utf-8").splitlines())
            found.update(dict.fromkeys(words[0] for words in named if words))
        else:
            found[one] = None
    return list(found)


def deleted(repository: Repository, revision: str) -> Iterator[Deleted]:
    """What a commit deleted, against its first parent, project by project; nothing for a repository's first commit."""
    names = repository.run("rev-list", "--parents", "-n", "1", revision).decode().split()
    if len(names) < 2:
        return
    before, after = repository.commit(names[1]), repository.commit(names[0])
    changes = tuple(_changes(repository, names[1], names[0]))
    gone = [change.path for change in changes if change.status == "D"]
    if not gone:
        return
    left = _models(after)
    for folder, layout in _layouts(before):
        files = {path: _stem(path) for path in gone if layout.role_of(path) is Role.MODEL}
        names_gone = {stem for stem in files.values() if stem not in left}
        if names_gone:
            kept = {path: stem for path, stem in files.items() if stem in names_gone}
            yield Deleted(names[0], folder, before, after, kept, changes)


def _changes(repository: Repository, before: str, after: str) -> Iterator[Change]:
    """What became of each file of code; a file that moved is no deletion."""
    try:
        out = repository.run(
            "diff-tree", "-r", "-z", "-M", "-l2000", "--name-status", before, after, "--", *CODE
        )
    except TreeError:  # a clone that lacks large files cannot compare contents
        out = repository.run(
            "diff-tree", "-r", "-z", "--no-renames", "--name-status", before, after, "--", *CODE
        )
    words = iter(out.decode("utf-8", "surrogateescape").split("\0"))
    for status in words:
        if status[:1] in {"R", "C"}:
            yield Change(status[0], next(words))
            yield Change("A", next(words))
        elif status:
            yield Change(status[0], next(words))


def _layouts(commit: Commit) -> Iterator[tuple[str, Layout]]:
    """The dbt projects of a commit, without installed packages; the innermost takes a file first."""
    folders = [
        posixpath.dirname(path)
        for path in commit.paths()
        if posixpath.basename(path) == SETTINGS and not PACKAGES.search(path)
    ]
    for folder in sorted(folders, key=len, reverse=True):
        try:
            yield folder, Layout.read(commit, folder)
        except TreeError:
            continue


def _models(commit: Commit) -> set[str]:
    """The names of all models of all projects of a commit."""
    layouts = [layout for _, layout in _layouts(commit)]
    return {
        _stem(path)
        for path in commit.paths()
        if path.endswith((".sql", ".py")) and any(each.role_of(path) is Role.MODEL for each in layouts)
    }


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]
