"""What is to go: names, versions and files."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.cleanup.project.templates import Ref, Template

ALL = ""
"""Stands for every version of a model."""
REFERRED = ("model", "snapshot", "seed")
"""The kinds a ref() may name."""


@dataclass(slots=True)
class Doomed:
    """What is to go.

    `files` are the files of each name by kind, `versions` the versions of a model that go, or ALL, `latest` the models
    whose latest version goes while others stay, and `entries` names in sections of property files that have no file.
    """

    project: str
    files: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    versions: dict[str, set[str]] = field(default_factory=dict)
    latest: set[str] = field(default_factory=set)
    entries: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def names(self, *kinds: str) -> set[str]:
        """The names of these kinds; of all that can be referred to when none is given."""
        return {name for kind, name in self.files if kind in (kinds or REFERRED)}

    def paths(self) -> set[str]:
        """The files of all of it."""
        return {path for paths in self.files.values() for path in paths}

    def is_whole(self, name: str) -> bool:
        """Whether a model goes with all its versions."""
        return ALL in self.versions.get(name, {ALL})

    def takes(self, ref: Ref) -> bool:
        """Whether the ref would dangle."""
        if (ref.package and ref.package != self.project) or ref.name not in self.names():
            return False
        if self.is_whole(ref.name):
            return True
        return ref.version in self.versions[ref.name] if ref.version else ref.name in self.latest

    def taken(self, template: Template) -> set[str]:
        """The names a file refers to that go."""
        return {ref.name for ref in template.refs if self.takes(ref)}
