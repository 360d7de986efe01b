"""The dbt collector: every invocation's artifacts, joined by unique_id and never by invocation id.

`dbt docs generate` rewrites manifest and run_results after a build, so their invocation ids differ for no reason. A
result is resolved by the manifest of its own folder, else by the newest manifest read of the same target.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from assay.errors import AssayError, MalformedInputError
from collectors.base import Batch, Degraded, Finding, SourceStream
from collectors.dbt.artifacts import Artifact, kind_of, load
from collectors.dbt.config import DbtConfig
from collectors.dbt.nodes import Project
from collectors.dbt.places import place_of
from collectors.dbt.runs import catalog_measurements, catalog_types, freshness, ran_something, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Progress, Record
    from collectors.dbt.places import Found, Place

Json = dict[str, Any]


def _stream(artifact: Artifact, source: str) -> SourceStream:
    return SourceStream(artifact, source, lag=timedelta(0), look_back=timedelta(0))


@dataclass(slots=True)
class _Reading:
    """The state of one pass: what the place holds, and the manifests read so far by folder."""

    place: Place
    instance: str
    files: Mapping[Artifact, Sequence[Found]]
    projects: dict[str, Project] = field(default_factory=dict)

    def json(self, found: Found) -> Json:
        return load(found, self.place.read(found))

    def project(self, folder: str) -> Project | None:
        """The manifest of the folder, else the newest one; manifests are read once, when first asked for."""
        own = next((f for f in self.files[Artifact.MANIFEST] if f.folder == folder), None)
        newest_first = sorted(self.files[Artifact.MANIFEST], key=lambda f: (-f.modified, f.path))
        for found in [own, *newest_first] if own else newest_first:
            if found.path not in self.projects:
                try:
                    self.projects[found.path] = Project.of(self.json(found), self.instance, found.modified)
                except MalformedInputError:
                    continue  # told once, where the manifests themselves are read
            return self.projects[found.path]
        return None


class DbtCollector:
    """Reads what dbt writes after each invocation; nothing is installed in the project."""

    kind: ClassVar[str] = "dbt"
    title: ClassVar[str] = "dbt"
    config_class: ClassVar[type[DbtConfig]] = DbtConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        _stream(Artifact.MANIFEST, "manifest.json"),
        _stream(Artifact.CATALOG, "catalog.json"),
        _stream(Artifact.RUN_RESULTS, "run_results.json"),
        _stream(Artifact.SOURCES, "sources.json"),
    )

    def __init__(self, name: str, config: DbtConfig) -> None:
        self.name = name
        self.config = config

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:  # noqa: ARG002 - files carry their own times
        """Each new artifact as a batch, manifests first; one that cannot be read is told and tried again next time."""
        try:
            reading = self._reading()
        except AssayError as error:
            yield Degraded(Artifact.MANIFEST, error)
            return
        for artifact in Artifact:
            fresh = [found for found in reading.files[artifact] if found.fingerprint not in progress.seen]
            for found in sorted(fresh, key=lambda f: (f.modified, f.path)):
                try:
                    records = list(_records(reading, artifact, found))
                except AssayError as error:
                    yield Degraded(artifact, error)
                else:
                    yield Batch(artifact, records=records, rows_read=len(records), seen=(found.fingerprint,))

    def _reading(self) -> _Reading:
        place = place_of(self.config.target)
        files: dict[Artifact, list[Found]] = {artifact: [] for artifact in Artifact}
        for found in place.files():
            artifact = kind_of(found)
            if artifact is not None:
                files[artifact].append(found)
        return _Reading(place, self.config.instance, files)

    def examine(self) -> Iterator[Finding]:
        """Look for artifacts."""
        try:
            reading = self._reading()
        except AssayError as error:
            yield Finding("target", ok=False, detail=error.message, fix=error.hint)
            return
        for artifact in Artifact:
            count = len(reading.files[artifact])
            needed = artifact in {Artifact.MANIFEST, Artifact.RUN_RESULTS}
            fix = "Point `target` where dbt writes its artifacts." if needed and not count else ""
            yield Finding(f"{artifact}.json", ok=bool(count) or not needed, detail=f"{count} found", fix=fix)

    @classmethod
    def grants(cls, role: str) -> str:  # noqa: ARG003 - an AWS policy names no role
        """The AWS policy for artifacts in S3; a local folder needs to be readable and no more."""
        return (Path(__file__).parent / "policy.json").read_text(encoding="utf-8")


def _records(reading: _Reading, artifact: Artifact, found: Found) -> Iterator[Record]:
    document = reading.json(found)
    if artifact is Artifact.MANIFEST:
        project = Project.of(document, reading.instance, found.modified)
        reading.projects[found.path] = project
        yield from project.records({})
        return
    if artifact is Artifact.RUN_RESULTS and not ran_something(document):
        return
    known = reading.project(found.folder)
    if known is None:
        raise MalformedInputError(
            f"{found.path} names nodes, but there is no manifest to look them up in.",
            hint="Copy the manifest.json of the same project beside it.",
        )
    if artifact is Artifact.RUN_RESULTS:
        yield from runs(document, known)
    elif artifact is Artifact.SOURCES:
        yield from freshness(document, known)
    else:
        yield from known.records(catalog_types(document))
        yield from catalog_measurements(document, known.keys, found.modified)
