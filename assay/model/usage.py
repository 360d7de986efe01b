"""Who reads an asset."""

from __future__ import annotations

from enum import StrEnum


class ReaderClass(StrEnum):
    """What sort of reader ran a query. Pipelines and monitors alone are no consumers.

    *export*: a statement that takes data out of the warehouse: an unload, or what a pipeline reads without writing
    anything we know of (reverse ETL, a Python job).
    """

    BI_TOOL = "bi_tool"
    PERSON = "person"
    EXPORT = "export"
    PIPELINE = "pipeline"
    MONITOR = "monitor"
    UNKNOWN = "unknown"

    @property
    def is_consumer(self) -> bool:
        """Whether a read by it shows that someone needs the asset; unknown readers count, to be safe."""
        return self not in {ReaderClass.PIPELINE, ReaderClass.MONITOR}


CONSUMERS = tuple(reader.value for reader in ReaderClass if reader.is_consumer)
"""The classes of readers that are consumers, as the store writes them."""
