"""From ids and names to what is to go, by the manifest where there is one and by the files themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assay.cleanup.edits.answer import Refusal
from assay.cleanup.edits.doomed import ALL, Doomed
from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import YamlError
from assay.cleanup.project.versions import versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.cleanup.project.project import Project
    from assay.cleanup.project.versions import Versioned

    Manifest = Mapping[str, Any]

ROLES = {
    "model": Role.MODEL,
    "snapshot": Role.SNAPSHOT,
    "seed": Role.SEED,
    "analysis": Role.ANALYSIS,
    "test": Role.TEST,
}
"""The kinds of resources that are files."""
SECTIONS = {
    "exposure": "exposures",
    "semantic_model": "semantic_models",
    "metric": "metrics",
    "saved_query": "saved_queries",
    "snapshot": "snapshots",
}
"""The kinds of resources that may be an entry of a property file alone."""


class Asked(NamedTuple):
    """An id taken apart; what is not known is empty."""

    kind: str
    package: str
    name: str
    version: str


def resolve(project: Project, manifest: Manifest | None, ids: Iterable[str]) -> tuple[Doomed, list[Refusal]]:
    """What the ids name in the project, and refusals for those that name nothing that can be taken out."""
    doomed, refusals = Doomed(project.name), []
    versions = versioned(project)
    by_stem = {stem: (each, v) for each in versions.values() for v, stem in each.stems.items()}
    for one in sorted(set(ids)):
        asked = _asked(one, manifest)
        if asked.package not in {"", project.name}:
            refusals.append(Refusal(frozenset({asked.name}), f"{one} belongs to the package {asked.package}"))
        elif asked.kind in {"", "model"} and (found := _version(asked, versions, by_stem)):
            _take_version(project, doomed, *found)
        elif not _take(project, doomed, asked):
            refusals.append(Refusal(frozenset({asked.name}), f"there is no file or entry of {one}"))
    for name, gone in doomed.versions.items():
        _close(doomed, versions[name], gone)
    return doomed, refusals


def _asked(one: str, manifest: Manifest | None) -> Asked:
    node = _node(one, manifest)
    if node is not None:
        version = node.get("version")
        return Asked(
            node["resource_type"], node["package_name"], node["name"], "" if version is None else str(version)
        )
    parts = one.split(".")
    if len(parts) > 2 and parts[0] in ROLES.keys() | SECTIONS.keys():  # noqa: PLR2004 - kind, package, name
        kind, package, rest = parts[0], parts[1], parts[2:]
    else:
        kind, package, rest = "", "", parts
    versioned_id = len(rest) > 1 and rest[-1][:1] == "v" and rest[-1][1:] != ""
    name = ".".join(rest[:-1] if versioned_id else rest)
    return Asked(kind, package, name, rest[-1][1:] if versioned_id else "")


def _node(one: str, manifest: Manifest | None) -> Mapping[str, Any] | None:
    for part in ("nodes", "exposures", "semantic_models", "metrics", "saved_queries"):
        if one in (manifest or {}).get(part, {}):
            found: Mapping[str, Any] = (manifest or {})[part][one]
            return found
    disabled = (manifest or {}).get("disabled", {}).get(one)
    return disabled[0] if disabled else None


def _version(
    asked: Asked, versions: dict[str, Versioned], by_stem: dict[str, tuple[Versioned, str]]
) -> tuple[Versioned, str] | None:
    """The model with versions that is meant, and which of them; ALL for the whole of it."""
    if asked.name in versions:
        return versions[asked.name], asked.version or ALL
    return by_stem.get(asked.name)


def _take_version(project: Project, doomed: Doomed, model: Versioned, version: str) -> None:
    doomed.versions.setdefault(model.name, set()).add(version)
    for one in model.stems if version == ALL else [version]:
        stem = model.stems.get(one, "")
        files = project.named(Role.MODEL, stem)
        if not files and one == model.latest:
            files = project.named(Role.MODEL, model.name)
        doomed.files["model", model.name].update(files)


def _close(doomed: Doomed, model: Versioned, gone: set[str]) -> None:
    if gone >= model.stems.keys():
        gone.add(ALL)
    elif ALL not in gone and model.latest in gone:
        doomed.latest.add(model.name)


def _take(project: Project, doomed: Doomed, asked: Asked) -> bool:
    """Note the files or the entry of what is asked for; whether there is any."""
    for kind in [asked.kind] if asked.kind else ["model", "snapshot", "seed", "analysis", "test"]:
        if kind in ROLES and (files := _files(project, kind, asked.name)):
            doomed.files[kind, asked.name].update(files)
            return True
    section = SECTIONS.get(asked.kind)
    if section and any(
        _has_entry(project, path, section, asked.name) for path in _property_files(project, asked)
    ):
        doomed.entries[section].add(asked.name)
        if asked.kind == "snapshot":
            doomed.files["snapshot", asked.name].update(())
        return True
    return False


def _files(project: Project, kind: str, name: str) -> list[str]:
    if kind == "snapshot":
        return [path for path in project.files[Role.SNAPSHOT] if name in project.template(path).snapshots]
    return [path for path in project.named(ROLES[kind], name) if kind == "model" or not path.endswith(".py")]


def _property_files(project: Project, asked: Asked) -> Iterable[str]:
    return project.saying(Role.PROPERTIES, [asked.name])


def _has_entry(project: Project, path: str, section: str, name: str) -> bool:
    try:
        root = project.document(path).root
    except YamlError:
        return False
    return root is not None and any(item.real.text("name") == name for item in root.list(section))
