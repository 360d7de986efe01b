"""Who reads an asset."""

from __future__ import annotations

from enum import StrEnum


class ReaderClass(StrEnum):
    """What sort of reader ran a query. Only BI tools, people and unknown readers count as consumers."""

    BI_TOOL = "bi_tool"
    PERSON = "person"
    PIPELINE = "pipeline"
    MONITOR = "monitor"
    UNKNOWN = "unknown"

    @property
    def is_consumer(self) -> bool:
        """Whether a read by it shows that someone needs the asset; unknown readers count, to be safe."""
        return self in {ReaderClass.BI_TOOL, ReaderClass.PERSON, ReaderClass.UNKNOWN}
