"""One past deletion made again: as it stands, with the people's own rewrites, and as much of it as is safe."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.cleanup.edits import Edits, deletion
from assay.cleanup.project import Changed
from assay.cleanup.project.layout import Layout, Role
from benchmarks.cleanup_replay.judging import left_behind, violations

if TYPE_CHECKING:
    from assay.cleanup.project import Tree
    from benchmarks.cleanup_replay.history import Deleted

DELETED, REWRITTEN, PART = "deleted", "deleted after their rewrites", "deleted in part"
REFUSED = "refused"


@dataclass(slots=True)
class Replay:
    """What came of one deletion in one project."""

    commit: str
    folder: str
    models: int
    outcome: str = REFUSED
    deleted: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    also: int = 0
    files: int = 0
    entries_left_by_people: list[str] = field(default_factory=list)
    refs_left_by_people: list[str] = field(default_factory=list)
    seconds: float = 0.0


def replay(past: Deleted) -> Replay:
    """Make a deletion again and judge it."""
    began = time.perf_counter()
    past.before.ahead(".sql", ".py", ".yml", ".yaml", ".md")
    project = Layout.read(past.before, past.folder).name
    names = set(past.files.values())
    done = Replay(past.commit, past.folder, len(past.files))
    tree, left, edits = _most_of(past, names, done)
    files = {path for path, name in past.files.items() if name in left}
    done.deleted = len(files)
    done.also, done.files = len(edits.also), len(edits.changes)
    if left:
        done.violations += violations(tree, edits.changes, files, left, project)
    done.entries_left_by_people, done.refs_left_by_people = left_behind(past.after, names, project)
    done.seconds = time.perf_counter() - began
    return done


def _most_of(past: Deleted, names: set[str], done: Replay) -> tuple[Tree, set[str], Edits]:
    """The tree to edit, the largest part of the names that is not refused, its edits; why the others are is noted."""
    left = set(names)
    tree: Tree = past.before
    edits = deletion(tree, None, left, folder=past.folder)
    if edits.refusals:
        tree = Changed(past.before, _rewrites(past))
        edits = deletion(tree, None, left, folder=past.folder)
        done.outcome = REWRITTEN
    else:
        done.outcome = DELETED
    while left and edits.refusals:
        stopped = {name: refusal for refusal in edits.refusals for name in refusal.names & left}
        if not stopped:
            stopped = dict.fromkeys(left, edits.refusals[0])
        done.refused.update({name: str(refusal) for name, refusal in stopped.items()})
        left -= stopped.keys()
        done.outcome = PART if left else REFUSED
        edits = deletion(tree, None, left, folder=past.folder) if left else Edits()
    return tree, left, edits


def _rewrites(past: Deleted) -> dict[str, bytes | None]:
    """What the same commit did to templates that are no models it deleted: rewritten, or deleted with them."""
    layout = Layout.read(past.before, past.folder)
    found: dict[str, bytes | None] = {}
    for change in past.changes:
        role = layout.role_of(change.path)
        if role is None or change.path in past.files:
            continue
        if change.status == "M":
            found[change.path] = past.after.read(change.path)
        elif change.status in {"D", "R"}:
            found[change.path] = None
        elif change.status == "A" and change.path not in past.before.paths() and role is not Role.SEED:
            found[change.path] = past.after.read(change.path)
    return found
