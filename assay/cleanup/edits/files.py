"""The files that go: models, seeds and analyses whole, snapshots by their block, tests of nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.cleanup.edits.cuts import Splice, apply, joined
from assay.cleanup.project.layout import Role

if TYPE_CHECKING:
    from assay.cleanup.edits.work import Work

BLOCK = r"(?m)^[ \t]*\{{%[-+]?\s*{kind}\s+{name}\b.*?\{{%[-+]?\s*end{kind}\s*[-+]?%\}}[ \t]*(?:\r?\n|\Z)"


def whole_files(work: Work) -> None:
    """Files of what goes; of a file with several snapshots only the blocks that go."""
    for (kind, _), paths in work.doomed.files.items():
        for path in paths:
            if kind == "snapshot":
                _snapshots(work, path)
            else:
                work.changes[path] = None


def singular_tests(work: Work) -> None:
    """Tests in files of their own that read nothing but what goes."""
    for path in work.project.files[Role.TEST]:
        said = work.project.template(path)
        if said.refs and not said.is_open and not said.patterns and all(map(work.doomed.takes, said.refs)):
            work.changes[path] = None
            name = path.rpartition("/")[2].rpartition(".")[0]
            work.doomed.files["test", name].add(path)
            work.also.append(f"test {name} ({path})")


def without_blocks(text: str, kind: str, names: set[str]) -> str | None:
    """A text without its Jinja blocks of these names; None when nothing but blanks would be left."""
    splices = []
    for name in sorted(names):
        blocks = re.finditer(BLOCK.format(kind=kind, name=re.escape(name)), text, re.DOTALL)
        splices += [Splice(found.start(), found.end(), lines=True) for found in blocks]
    left = apply(text, joined(text, splices, tidy=True))
    return left if left.strip() else None


def _snapshots(work: Work, path: str) -> None:
    gone = work.doomed.names("snapshot").intersection(work.project.template(path).snapshots)
    if len(gone) == len(work.project.template(path).snapshots):
        work.changes[path] = None
        return
    left = without_blocks(work.project.tree.read(path).decode("utf-8", "surrogateescape"), "snapshot", gone)
    work.changes[path] = None if left is None else left.encode("utf-8", "surrogateescape")
