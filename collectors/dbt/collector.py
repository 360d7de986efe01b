"""The dbt collector: every invocation's artifacts, joined by unique_id and never by invocation id.

`dbt docs generate` rewrites manifest and run_results after a build, so their invocation ids differ for no reason. A
result is resolved by the manifest of its own folder, else by the newest manifest of the target that knows its nodes.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from assay.errors import AssayError
from collectors.base import Batch, Degraded, Finding, SourceStream
from collectors.dbt.artifacts import Artifact
from collectors.dbt.config import DbtConfig
from collectors.dbt.measured import catalog_measurements, catalog_types, freshness
from collectors.dbt.places import place_of
from collectors.dbt.reading import Reading, unknown
from collectors.dbt.runs import named, ran_something, runs
from collectors.dbt.tested import Tests, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from collectors.base import Progress, Record
    from collectors.dbt.loose import Json
    from collectors.dbt.places import Found


def _stream(artifact: Artifact, source: str) -> SourceStream:
    return SourceStream(artifact, source, lag=timedelta(0), look_back=timedelta(0))


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
        """Each new artifact as a batch, manifests first; one that cannot be read is told and tried again next time.

        ConnectionFailedError or MissingGrantError when the target itself cannot be looked through.
        """
        reading = self._reading()
        manifests = [f for f in reading.files[Artifact.MANIFEST] if _told(f) not in progress.seen]
        for found in reading.in_order(manifests):
            yield from _attempt(reading, Artifact.MANIFEST, found)
        for artifact in (Artifact.CATALOG, Artifact.RUN_RESULTS, Artifact.SOURCES):
            for found in sorted(reading.files[artifact], key=lambda f: (f.modified, f.path)):
                if _mark(reading, found) not in progress.seen:
                    yield from _attempt(reading, artifact, found)
        yield from _standing(reading, manifests)

    def _reading(self) -> Reading:
        return Reading(place_of(self.config.target), self.config.instance.lower(), self.name)

    def examine(self) -> Iterator[Finding]:
        """Look for artifacts, and read the newest manifest."""
        try:
            reading = self._reading()
        except AssayError as error:
            yield Finding("target", ok=False, detail=error.message, fix=error.hint)
            return
        for artifact in Artifact:
            yield _counted(artifact, len(reading.files[artifact]))
        manifests = reading.files[Artifact.MANIFEST]
        if manifests:
            yield _project(reading, max(manifests, key=lambda found: (found.modified, found.path)))

    @classmethod
    def grants(cls, role: str) -> str:  # noqa: ARG003 - an AWS policy names no role
        """The AWS policy for artifacts in S3; a local folder needs to be readable and no more."""
        return (Path(__file__).parent / "policy.json").read_text(encoding="utf-8")


def _standing(reading: Reading, manifests: Sequence[Found]) -> Iterator[Batch]:
    """Which checks the newest of the manifests still hold: told last, after the results of those since removed."""
    records = [
        each for project in reading.newest(manifests) for each in standing(reading.connection, project)
    ]
    if records:
        yield Batch(Artifact.MANIFEST, records=records)


def _counted(artifact: Artifact, count: int) -> Finding:
    """How many there are of a kind of artifact; a manifest and results are needed, the others add to them."""
    needed = artifact in {Artifact.MANIFEST, Artifact.RUN_RESULTS}
    fix = "Point `target` where dbt writes its artifacts." if needed and not count else ""
    return Finding(
        f"{artifact}.json",
        ok=bool(count) or not needed,
        detail=f"{count} found",
        fix=fix,
        warning=not (count or needed),
        needed=needed,
    )


def _project(reading: Reading, newest: Found) -> Finding:
    try:
        project = reading.project(newest)
    except AssayError as error:
        return Finding("project", ok=False, detail=error.message, fix=error.hint)
    detail = f"{project.name} on {project.platform}, {len(project.nodes)} nodes ({newest.path})"
    return Finding("project", ok=True, detail=detail)


def _attempt(reading: Reading, artifact: Artifact, found: Found) -> Iterator[Batch | Degraded]:
    try:
        if artifact is Artifact.MANIFEST:
            records = [*reading.project(found).records(reading.types(found)), *reading.names(found)]
            yield _batch(artifact, records, _told(found))
        else:
            yield from _resolved(reading, artifact, found)
    except AssayError as error:
        yield Degraded(artifact, error)


def _resolved(reading: Reading, artifact: Artifact, found: Found) -> Iterator[Batch | Degraded]:
    """What a file that only names nodes says of them, by the manifests that know them; the rest is told, once."""
    document = reading.document(found)
    if artifact is Artifact.RUN_RESULTS and not ran_something(document):
        yield _batch(artifact, [], _mark(reading, found))
        return
    names = catalog_types(document).keys() if artifact is Artifact.CATALOG else named(document)
    known, settled = reading.resolve(found, names)
    tests = Tests.of(reading.connection, document, known, found.modified)
    records = list(_records(artifact, document, tests, found.modified))
    yield _batch(artifact, records, *[_mark(reading, found)] * settled)
    if missing := names - known.nodes.keys():
        yield Degraded(artifact, unknown(found, missing), expected=True)


def _records(artifact: Artifact, document: Json, tests: Tests, modified: float) -> Iterator[Record]:
    known = tests.known
    if artifact is Artifact.CATALOG:
        yield from known.typed(catalog_types(document))
        yield from catalog_measurements(document, known, modified)
        return
    yield from runs(document, known, modified)
    if artifact is Artifact.SOURCES:
        yield from freshness(document, known)
        yield from tests.freshness(document)
    else:
        yield from tests.results(document)


def _mark(reading: Reading, found: Found) -> str:
    """The fingerprint of a file as it is read: one resolved by a stranger is read again when its own manifest comes."""
    return found.fingerprint if reading.own_manifest(found) else f"{found.fingerprint}:alone"


def _told(manifest: Found) -> str:
    """The fingerprint of a manifest by all it tells: one read before its declared uses were is read once more."""
    return f"{manifest.fingerprint}:uses"


def _batch(artifact: Artifact, records: Sequence[Record], *seen: str) -> Batch:
    return Batch(artifact, records=records, rows_read=len(records), seen=seen)
