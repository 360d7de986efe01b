"""Models taken out of a project with everything that is only theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assay.cleanup.edits import dangling
from assay.cleanup.edits.answer import Edits, Policy
from assay.cleanup.edits.files import singular_tests, whole_files
from assay.cleanup.edits.leftovers import doc_blocks, groups, selectors, settings
from assay.cleanup.edits.pages import Pages
from assay.cleanup.edits.properties import entries
from assay.cleanup.edits.removing import RemovingError
from assay.cleanup.edits.resolving import resolve
from assay.cleanup.edits.work import Work
from assay.cleanup.project.project import Project

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from assay.cleanup.project.tree import Tree

COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)


def deletion(
    tree: Tree | Path,
    manifest: Mapping[str, Any] | None,
    unique_ids: Collection[str],
    *,
    folder: str = "",
    policy: Policy | None = None,
) -> Edits:
    """The changes that take resources out of the project in `folder` of the tree, or why they cannot be made safely.

    `unique_ids` are dbt's ids, or plain names (`orders`, `orders.v2`); the manifest adds what files do not show. Paths
    are those of the tree. Nothing is changed where there is a refusal.
    """
    project = Project.open(tree, folder)
    doomed, refusals = resolve(project, manifest, unique_ids)
    work = Work(project, doomed, policy or Policy(), Pages(project), refusals=list(refusals))
    whole_files(work)
    singular_tests(work)
    entries(work)
    for leftovers in (doc_blocks, groups, settings, selectors):
        leftovers(work)
    _write(work)
    dangling.in_templates(work)
    dangling.in_properties(work)
    dangling.elsewhere(work)
    dangling.in_manifest(work, manifest)
    return work.edits()


def _write(work: Work) -> None:
    """Make the edits of the YAML files; what cannot be cut out is refused."""
    for path in work.pages.gone:
        try:
            work.changes[path] = work.pages.outcome(path)
            if work.changes[path] is None and COMMENT.search(work.pages.document(path).text):
                work.notes.append(f"{path} goes, and with it its comments")
        except RemovingError as error:
            document = work.pages.document(path)
            first = min(work.pages.gone[path], key=lambda node: node.start)
            work.refuse(
                work.doomed.names(), f"an entry cannot be cut out: {error}", path, document.line_of(first)
            )
