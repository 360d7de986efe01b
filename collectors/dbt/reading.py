"""One pass over a target: what files it holds, and the manifests that say what their names mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.errors import AssayError, MalformedInputError
from collectors.dbt.artifacts import LARGEST_BYTES, Artifact, kind_of, load, malformed, stem
from collectors.dbt.measured import catalog_types
from collectors.dbt.project import Known, Project

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from assay.model.assets import Alias
    from collectors.dbt.loose import Json
    from collectors.dbt.places import Found, Place

_KEPT = 16
"""Manifests held in memory at once; a target may hold one for each invocation of a year."""

_ASKED = 30
"""Newest manifests asked for a node that the one beside a file does not know."""


class Reading:
    """The files of a target by kind, and its manifests, each read when first asked for."""

    def __init__(self, place: Place, instance: str, connection: str) -> None:
        self.place = place
        self.instance = instance
        self.connection = connection
        self.files: dict[Artifact, list[Found]] = {artifact: [] for artifact in Artifact}
        for found in place.files():
            artifact = kind_of(found)
            if artifact is not None:  # told of another account, the same file says something else
                told = replace(found, fingerprint=f"{found.fingerprint}@{instance}")
                self.files[artifact].append(told)
        self._projects: dict[str, Project] = {}
        self._written: dict[str, datetime | None] = {}
        self._claims: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._newest: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._unasked: list[Found] | None = None
        self._knowing: dict[str, list[Project]] = {}
        self._types: dict[str, Mapping[str, Mapping[str, str]]] = {}

    def document(self, found: Found) -> Json:
        """A file's document; MalformedInputError names the file."""
        if found.size > LARGEST_BYTES:
            raise malformed(found, f"it is larger than {LARGEST_BYTES:,} bytes")
        return load(found, self.place.read(found))

    def project(self, manifest: Found) -> Project:
        """A manifest read; MalformedInputError when it cannot be."""
        project = self._projects.pop(manifest.path, None)
        if project is None:
            project = self._read(manifest)
        self._projects[manifest.path] = project  # last in, so it stays longest
        if len(self._projects) > _KEPT:
            del self._projects[next(iter(self._projects))]
        return project

    def _read(self, manifest: Found) -> Project:
        project = Project.of(self.document(manifest), self.instance, manifest.modified)
        self._written[manifest.path] = project.generated_at
        claim = (project.generated_at, manifest.path)
        place = (project.name, project.platform)
        self._newest[place] = max(self._newest.get(place, claim), claim)
        for alias in project.names():
            name = (project.name, alias.name)
            self._claims[name] = max(self._claims.get(name, claim), claim)
        return project

    def in_order(self, manifests: Iterable[Found]) -> list[Found]:
        """Manifests in the order dbt wrote them, whatever order they were copied in; unreadable ones first."""
        never = datetime.min.replace(tzinfo=UTC)
        return sorted(manifests, key=lambda found: (self._time(found) or never, found.path))

    def names(self, manifest: Found) -> Iterator[Alias]:
        """The names dbt gives in a manifest, where none written later gives them too.

        A model that has moved would else be claimed for two relations, and its name would join neither.
        """
        project = self.project(manifest)
        for alias in project.names():
            if self._claims[project.name, alias.name][1] == manifest.path:
                yield alias

    def newest(self, manifests: Iterable[Found]) -> Iterator[Project]:
        """Those of the manifests that are the newest of their project, as far as any was read."""
        paths = {path for _, path in self._newest.values()}
        yield from (self.project(manifest) for manifest in manifests if manifest.path in paths)

    def own_manifest(self, found: Found) -> Found | None:
        """The manifest in a file's own folder: the one with the same suffix, else the last by name."""
        beside = [one for one in self.files[Artifact.MANIFEST] if one.folder == found.folder]
        suffix = _suffix(found)
        return max(beside, key=lambda one: (_suffix(one) == suffix, one.name), default=None)

    def resolve(self, found: Found, names: Collection[str]) -> tuple[Known, bool]:
        """What the nodes a file names are, and whether that is settled.

        Its own folder's manifest tells, else the newest that knows the node. While its own folder's cannot be read the
        answer may yet change: the file is then to be read again. MalformedInputError when no node is known.
        """
        own = self.own_manifest(found)
        beside = self._tried(own) if own else None
        told = {name: self._knowing_of(name, beside) for name in names}
        by_name = {name: project for name, project in told.items() if project}
        if names and not by_name:
            raise unknown(found, names)
        return Known.of(by_name), own is None or beside is not None

    def _knowing_of(self, name: str, beside: Project | None) -> Project | None:
        """The manifest that knows a node: the one beside the file, else the newest other of the same project.

        The others are asked one by one, each once in a pass, until one knows it.
        """
        if beside and name in beside.nodes:
            return beside
        while True:
            others = self._knowing.get(name, ())
            found = next((other for other in others if beside is None or other.is_same(beside)), None)
            if found or not self._ask_another():
                return found

    def _ask_another(self) -> bool:
        """Read the newest manifest that was not asked yet; False when all were."""
        if self._unasked is None:
            newest_last = sorted(
                self.files[Artifact.MANIFEST], key=lambda found: (self._age(found), found.path)
            )
            self._unasked = newest_last[-_ASKED:]
        if not self._unasked:
            return False
        project = self._tried(self._unasked.pop())
        if project:
            for name in project.nodes:
                self._knowing.setdefault(name, []).append(project)
        return True

    def _age(self, manifest: Found) -> float:
        """When a manifest was written, as far as is known without reading it for this alone."""
        written = self._written.get(manifest.path)
        return written.timestamp() if written else manifest.modified

    def _tried(self, manifest: Found) -> Project | None:
        """A manifest that helps to understand another file; a malformed one is told where it is read for itself."""
        return self.project(manifest) if self._time(manifest) else None

    def types(self, found: Found) -> Mapping[str, Mapping[str, str]]:
        """Column types told beside a manifest, else by the last catalog of the target; none when it is unreadable."""
        catalogs = self.files[Artifact.CATALOG]
        catalog = max(catalogs, key=lambda c: (c.folder == found.folder, c.modified, c.path), default=None)
        if catalog is None:
            return {}
        if catalog.path not in self._types:
            try:
                told = catalog_types(self.document(catalog))
            except AssayError:  # told where catalogs themselves are read
                told = {}
            self._types = {catalog.path: told}
        return self._types[catalog.path]

    def _time(self, manifest: Found) -> datetime | None:
        """When a manifest was written; None when it cannot be read (told where it is)."""
        if manifest.path not in self._written:
            try:
                self.project(manifest)
            except AssayError:
                self._written[manifest.path] = None
        return self._written[manifest.path]


def unknown(found: Found, names: Collection[str]) -> MalformedInputError:
    """The error of a file that names nodes no manifest has."""
    return MalformedInputError(
        f"{found.path} names nodes that no manifest here knows: {len(names)}, such as {min(names)!r:.200}.",
        hint="Copy the manifest.json of the same project beside it.",
    )


def _suffix(found: Found) -> str:
    kind = kind_of(found)
    return stem(found.name).removeprefix(kind or "")
