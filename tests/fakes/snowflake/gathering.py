"""Gather what a collector yields, in a form that compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from collectors.base import Batch, Degraded, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from collectors.base import Record
    from collectors.snowflake import SnowflakeCollector


@dataclass(slots=True)
class Gathered:
    """Facts by stream (rows in order of their text), records, streams that could not be read, and the batches."""

    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    degraded: dict[str, Degraded] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)

    @property
    def seen(self) -> frozenset[str]:
        """The fingerprints of all files that were read to their end."""
        return frozenset(fingerprint for batch in self.batches for fingerprint in batch.seen)

    @property
    def watermarks(self) -> dict[str, int]:
        """The furthest watermark of each stream."""
        reached: dict[str, int] = {}
        for batch in self.batches:
            if batch.watermark_ms is not None:
                reached[batch.stream] = max(batch.watermark_ms, reached.get(batch.stream, 0))
        return reached


def gather(collector: SnowflakeCollector, now: datetime, progress: Progress | None = None) -> Gathered:
    """Run the collector to its end. Every table of facts must be castable to its stream's own schema."""
    found = Gathered()
    for given in collector.collect(progress or Progress(), now):
        if isinstance(given, Degraded):
            found.degraded[given.stream] = given
            continue
        found.batches.append(given)
        found.records.extend(given.records)
        for stream, table in given.facts:
            found.facts.setdefault(stream.name, []).extend(table.cast(stream.schema).to_pylist())
    for rows in found.facts.values():
        rows.sort(key=str)
    return found


def ids(rows: Iterable[dict[str, Any]], column: str = "query_id") -> list[Any]:
    """One column of the rows, sorted."""
    return sorted(row[column] for row in rows)
