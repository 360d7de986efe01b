"""Where a dbt project keeps its files, as dbt_project.yml says or as dbt has it by default."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from assay.cleanup.project.nodes import Kind, YamlError, parse
from assay.cleanup.project.tree import TreeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cleanup.project.nodes import Node
    from assay.cleanup.project.tree import Tree

SETTINGS = "dbt_project.yml"


class ProjectError(TreeError):
    """There is no dbt project that can be read."""


class Role(Enum):
    """What dbt takes a file for."""

    MODEL = auto()
    SNAPSHOT = auto()
    ANALYSIS = auto()
    TEST = auto()
    MACRO = auto()
    SEED = auto()
    PROPERTIES = auto()
    DOCS = auto()


PLACES: Mapping[Role, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Role.MODEL: (("model-paths", "source-paths"), ("models",)),
    Role.SNAPSHOT: (("snapshot-paths",), ("snapshots",)),
    Role.ANALYSIS: (("analysis-paths",), ("analyses", "analysis")),
    Role.TEST: (("test-paths",), ("tests", "test")),
    Role.MACRO: (("macro-paths",), ("macros",)),
    Role.SEED: (("seed-paths", "data-paths"), ("seeds", "data")),
}
"""The settings that name each kind's folders, today's name first, and the folders without them, today's first."""
SUFFIXES = {
    Role.MODEL: (".sql", ".py"),
    Role.SNAPSHOT: (".sql",),
    Role.ANALYSIS: (".sql",),
    Role.TEST: (".sql",),
    Role.MACRO: (".sql",),
    Role.SEED: (".csv",),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The project's name and the folders of each kind of file, from the root of the tree."""

    name: str
    folder: str
    places: Mapping[Role, tuple[str, ...]]
    docs: tuple[str, ...]
    _roles: dict[tuple[str, str], Role | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(cls, tree: Tree, folder: str = "") -> Layout:
        """The layout of the project whose dbt_project.yml stands in the folder."""
        path = posixpath.join(folder, SETTINGS)
        if path not in tree.paths():
            raise ProjectError(f"There is no {path}.", hint="Name the folder of the dbt project.")
        try:
            root = parse(tree.read(path)).root
        except YamlError as error:
            raise ProjectError(f"{path}: {error.message}") from error
        if root is None or root.kind is not Kind.MAPPING:
            raise ProjectError(f"{path} holds no settings.")
        places = {role: _folders(root, folder, *named) for role, named in PLACES.items()}
        docs = _folders(root, folder, ("docs-paths",), ())
        return cls(root.text("name"), folder, places, docs)

    def role_of(self, path: str) -> Role | None:
        """What dbt takes the file for; None for a file it does not look at."""
        folder, _, name = path.rpartition("/")
        key = (folder, name[name.rfind(".") :] if "." in name else "")
        if key not in self._roles:
            self._roles[key] = self._role(path, key[1])
        return self._roles[key]

    def _role(self, path: str, suffix: str) -> Role | None:
        """The role of any file of this suffix in the file's folder."""
        if suffix in {".yml", ".yaml"}:
            return Role.PROPERTIES if self._in_any(path) else None
        if suffix == ".md":
            return Role.DOCS if self._in_any(path) or _below(path, self.docs) else None
        for role, folders in self.places.items():
            if suffix in SUFFIXES[role] and (base := _below(path, folders)):
                if role is Role.TEST and path.startswith(posixpath.join(base, "generic") + "/"):
                    return Role.MACRO
                return role
        return None

    def inside(self, path: str, role: Role) -> tuple[str, ...]:
        """The folders between the kind's own folder and the file, as dbt's configuration paths name them."""
        base = _below(path, self.places[role])
        return tuple(posixpath.dirname(posixpath.relpath(path, base)).split("/")) if base else ()

    def _in_any(self, path: str) -> bool:
        return any(_below(path, folders) for folders in self.places.values())


def _below(path: str, folders: tuple[str, ...]) -> str:
    """The folder of these that holds the path; empty when none does."""
    return next((each for each in folders if each == "." or path.startswith(each + "/")), "")


def _folders(root: Node, folder: str, settings: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    named = next((found for key in settings if (found := root.get(key)) is not None), None)
    said = default if named is None else tuple(item.real.value for item in named.items or [named])
    return tuple(posixpath.normpath(posixpath.join(folder, each)) for each in said if each)
