"""What is left that refers to something that goes: each such place is a reason to refuse."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from assay.cleanup.edits.made_up import made_up
from assay.cleanup.edits.pages import refs_of
from assay.cleanup.edits.resolving import SECTIONS
from assay.cleanup.project.layout import Role
from assay.cleanup.project.project import stem_of
from assay.cleanup.project.templates import refs_in, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.templates import Template

HIDDEN = ("nodes", "exposures", "semantic_models", "metrics", "saved_queries", "unit_tests")


def in_templates(work: Work, *, but: Role | None = None) -> None:
    """Models, snapshots, analyses, tests and macros that stay and refer to what goes; those of one kind left out."""
    found = {
        path: _now(work, path, before)
        for path, before in work.project.templates()
        if work.changes.get(path, b"") is not None and work.project.layout.role_of(path) is not but
    }
    for path, said in found.items():
        for name in sorted(work.doomed.taken(said)):
            work.refuse({name}, f"it refers to {name}", path, _line(work, path, name))
    for path, names in made_up(found, work.doomed.names(), _settings_words(work)).items():
        work.refuse(names, f"it puts names of models together, and may mean {', '.join(sorted(names))}", path)


def in_properties(work: Work) -> None:
    """Entries of property files and settings that stay and refer to what goes."""
    names = work.doomed.names()
    for path in [*work.project.saying(Role.PROPERTIES, names), work.project.settings]:
        for node in work.pages.kept(path):
            for ref in refs_of(node):
                if work.doomed.takes(ref):
                    line = work.pages.document(path).line_of(node)
                    work.refuse({ref.name}, f"it refers to {ref.name}", path, line)


def elsewhere(work: Work) -> None:
    """Files of the repository that are not the project's and refer to what goes: another tool's, or another project's.

    A name that another project has a model of is that project's own.
    """
    own = work.doomed.names() - {stem_of(path) for path in work.project.others if path.endswith(".sql")}
    known = [work.project.settings, work.project.selectors]
    for path in work.project.others:
        if path.endswith(".sql"):
            refs = work.project.template(path).refs
            for name in sorted({ref.name for ref in refs if ref.name in own and work.doomed.takes(ref)}):
                work.refuse({name}, f"it refers to {name}", path, _line(work, path, name))
    for path in work.project.mentioning([p for p in work.project.others if not p.endswith(".sql")], own):
        if path in known:
            continue
        text = work.project.tree.read(path).decode("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            for found in refs_in(line):
                if found.ref and found.ref.name in own and work.doomed.takes(found.ref):
                    work.refuse({found.ref.name}, f"it refers to {found.ref.name}", path, number)


def in_manifest(work: Work, manifest: Mapping[str, Any] | None) -> None:
    """Nodes that dbt says are built on what goes, where the files themselves do not show it."""
    told = {name for refusal in work.refusals for name in refusal.names}
    nodes = [
        (unique_id, node) for part in HIDDEN for unique_id, node in (manifest or {}).get(part, {}).items()
    ]
    ids = {unique_id: node["name"] for unique_id, node in nodes if _goes(work, node)}
    for unique_id, node in nodes:
        names = {ids[parent] for parent in node.get("depends_on", {}).get("nodes", ()) if parent in ids}
        if not names or unique_id in ids or node.get("resource_type") in {"test", "unit_test"}:
            continue
        path = posixpath.join(work.project.layout.folder, node.get("original_file_path") or "")
        if not names <= told and path not in work.changes:
            said = ", ".join(sorted(names))
            work.refuse(names, f"the manifest says that {unique_id} is built on {said}")


def _goes(work: Work, node: Mapping[str, Any]) -> bool:
    """Whether a node of the manifest is among what goes."""
    name, version = node.get("name", ""), node.get("version")
    if node.get("package_name") != work.project.name:
        return False
    if (node.get("resource_type"), name) in work.doomed.files:
        return work.doomed.is_whole(name) or str(version) in work.doomed.versions[name]
    return name in work.doomed.entries.get(SECTIONS.get(node.get("resource_type", ""), ""), ())


def _now(work: Work, path: str, before: Template) -> Template:
    changed = work.changes.get(path)
    return before if changed is None else template(changed)


def _settings_words(work: Work) -> set[str]:
    """The words of dbt_project.yml, where variables have their values."""
    return {
        word
        for node in work.pages.kept(work.project.settings)
        for word in node.value.split("_")
        if node.value
    }


def _line(work: Work, path: str, name: str) -> int:
    text = work.project.tree.read(path).decode("utf-8", "replace")
    return next((number for number, line in enumerate(text.splitlines(), 1) if name in line), 0)
