"""What dbt measured: when sources were last loaded, and what the catalog tells of sizes and columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.model.runs import Measurement, Metric
from assay.model.time import to_ms
from collectors.dbt.loose import mapping, moment, sequence, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.dbt.loose import Json
    from collectors.dbt.project import Known

_STATS = {
    "num_rows": Metric.ROW_COUNT,
    "row_count": Metric.ROW_COUNT,
    "rows": Metric.ROW_COUNT,
    "num_bytes": Metric.BYTES,
    "bytes": Metric.BYTES,
}
"""What adapters call their figures; Redshift's `size` counts blocks, so it is none of these."""


def freshness(sources: Json, known: Known) -> Iterator[Measurement]:
    """When each source was last loaded, by `dbt source freshness`; a check that failed to run tells nothing."""
    for result in map(mapping, sequence(sources.get("results"))):
        at = moment(result.get("max_loaded_at"))
        if at is not None:
            for key in known.keys.get(text(result.get("unique_id")), ()):
                yield Measurement(key, Metric.REFRESHED, at, to_ms(at), "dbt sources")


def catalog_types(catalog: Json) -> dict[str, dict[str, str]]:
    """Column types by unique_id and column name."""
    types: dict[str, dict[str, str]] = {}
    for unique_id, table in _tables(catalog):
        columns = map(mapping, mapping(table.get("columns")).values())
        types[unique_id] = {text(c.get("name")): text(c.get("type")) for c in columns if text(c.get("name"))}
    return types


def catalog_measurements(catalog: Json, known: Known, modified: float) -> Iterator[Measurement]:
    """Row counts and sizes the catalog tells, at the time it was made (else `modified`, epoch seconds)."""
    at = moment(mapping(catalog.get("metadata")).get("generated_at")) or datetime.fromtimestamp(modified, UTC)
    for unique_id, table in _tables(catalog):
        for key in known.keys.get(unique_id, ()):
            for metric, value in _figures(mapping(table.get("stats"))):
                yield Measurement(key, metric, at, value, "dbt catalog")


def _figures(stats: Json) -> Iterator[tuple[Metric, int]]:
    """What the warehouse told; a figure it did not tell is there too, as 0 and marked as not to be included."""
    for name, stat in stats.items():
        value = whole(mapping(stat).get("value"))
        told = mapping(stat).get("include") is not False
        if name in _STATS and told and value is not None and value >= 0:
            yield _STATS[name], value


def _tables(catalog: Json) -> Iterator[tuple[str, Json]]:
    for group in ("nodes", "sources"):
        for unique_id, table in mapping(catalog.get(group)).items():
            yield unique_id, mapping(table)
