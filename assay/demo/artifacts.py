"""Write dbt's documents, a folder per invocation; the manifest, catalog and sources only once a week."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from assay.demo import documents

if TYPE_CHECKING:
    from pathlib import Path

    from assay.demo.builds import Builds
    from assay.demo.load import Load
    from assay.demo.naming import Named
    from assay.demo.truth import Truth

EVERY = 7


def write_artifacts(folder: Path, made: Builds, load: Load, truth: Truth, named: Named) -> None:
    """Write the invocations of a period."""
    rows = np.flatnonzero(load["result"])
    ids = named.query_id.take(rows).to_pylist()
    starts, ends = load["start_ms"][rows].tolist(), truth.end_ms[rows].tolist()
    ran = dict(zip(load["result"][rows].tolist(), zip(ids, starts, ends, strict=True), strict=True))
    last = len(made.invocations) - 1
    for number, invocation in enumerate(made.invocations):
        name = documents.iso(invocation.at_ms)[:16].replace(":", "")
        place = folder / f"{name}-{invocation.id[:8]}"
        place.mkdir(parents=True, exist_ok=True)
        _write(place / "run_results.json", documents.run_results(invocation, ran))
        if number % EVERY == 0 or number == last:
            _write(place / "manifest.json", documents.manifest(invocation))
            _write(place / "catalog.json", documents.catalog(invocation, is_last=number == last))
            _write(place / "sources.json", documents.sources(invocation, is_last=number == last))


def _write(path: Path, document: documents.Document) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
