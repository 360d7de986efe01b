"""A dbt project seen through its files alone: what each file is, and what it refers to."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.project.layout import SETTINGS, Layout, Role
from assay.cleanup.project.nodes import Document, parse
from assay.cleanup.project.templates import Template, python, template
from assay.cleanup.project.tree import Folder, made_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assay.cleanup.project.tree import Tree

WORD = re.compile(rb"\w+")
MADE = re.compile(r"(?:^|/)(?:dbt_packages|dbt_modules|target|logs|site-packages)/")
"""Folders whose files are installed or generated, and nobody's to edit."""
TEMPLATES = (Role.MODEL, Role.SNAPSHOT, Role.ANALYSIS, Role.TEST, Role.MACRO)


def words(held: bytes) -> frozenset[bytes]:
    """The words of a file; a name that is in it is made of them."""
    return frozenset(WORD.findall(held))


def stem_of(path: str) -> str:
    """A file's name without its folder and its last suffix."""
    return posixpath.splitext(posixpath.basename(path))[0]


@dataclass(frozen=True, slots=True)
class Project:
    """The files of a project by what dbt takes them for."""

    tree: Tree
    layout: Layout
    files: dict[Role, list[str]] = field(repr=False)
    by_name: dict[tuple[Role, str], list[str]] = field(repr=False)
    others: list[str] = field(repr=False)
    known: dict[str, Template] = field(default_factory=dict, repr=False)
    """Templates and YAML that dbt does not take for this project's: of other projects, or of other tools."""

    @classmethod
    def open(cls, root: Path | Tree, folder: str = "") -> Project:
        """The project in a folder of a tree; a ProjectError where there is none."""
        tree = Folder(root) if isinstance(root, Path) else root
        folder = posixpath.normpath(folder) if folder.strip("./") else ""
        layout = Layout.read(tree, folder)
        files: dict[Role, list[str]] = defaultdict(list)
        by_name: dict[tuple[Role, str], list[str]] = defaultdict(list)
        others = []
        for path in tree.paths():
            if (role := layout.role_of(path)) is not None:
                files[role].append(path)
                by_name[role, stem_of(path)].append(path)
            elif path.endswith((".sql", ".yml", ".yaml")) and not MADE.search(path):
                others.append(path)
        return cls(tree, layout, files, by_name, others)

    @property
    def name(self) -> str:
        """The project's name, which is its package's."""
        return self.layout.name

    @property
    def settings(self) -> str:
        """The path of dbt_project.yml."""
        return posixpath.join(self.layout.folder, SETTINGS)

    @property
    def selectors(self) -> str:
        """The path of selectors.yml; empty when there is none."""
        path = posixpath.join(self.layout.folder, "selectors.yml")
        return path if path in self.tree.paths() else ""

    def named(self, role: Role, name: str) -> list[str]:
        """The files of a kind that dbt knows under this name."""
        return self.by_name.get((role, name), [])

    def template(self, path: str) -> Template:
        """What a model, macro, test, analysis or snapshot refers to."""
        if path not in self.known:
            self.known[path] = made_of(self.tree, path, python if path.endswith(".py") else template)
        return self.known[path]

    def templates(self) -> Iterator[tuple[str, Template]]:
        """Every file that may refer to a model, with what it refers to."""
        return ((path, self.template(path)) for role in TEMPLATES for path in self.files[role])

    def document(self, path: str) -> Document:
        """A YAML file's document."""
        return parse(self.tree.read(path))

    def saying(self, role: Role, names: Iterable[str]) -> Iterator[str]:
        """The files of a kind in which all words of one of these names stand, somewhere."""
        return self.mentioning(self.files[role], names)

    def mentioning(self, paths: Iterable[str], names: Iterable[str]) -> Iterator[str]:
        """Those of the files in which all words of one of these names stand, somewhere."""
        sought = [frozenset(WORD.findall(name.encode())) for name in names]
        single = frozenset(word for each in sought if len(each) == 1 for word in each)
        several = [each for each in sought if len(each) > 1]
        for path in paths:
            known = made_of(self.tree, path, words)
            if not known.isdisjoint(single) or any(each <= known for each in several):
                yield path
