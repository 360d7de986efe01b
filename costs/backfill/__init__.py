"""What a backfill costs before it runs: learned from past builds, and replayed on the warehouse's own timeline."""

from __future__ import annotations

from assay.model.partitions import PartitionRange
from costs.backfill.quoting import quote
from costs.backfill.request import NoHistoryError, Quote, QuoteRequest, asked_range, asked_start

__all__ = ["NoHistoryError", "PartitionRange", "Quote", "QuoteRequest", "asked_range", "asked_start", "quote"]
