"""The tables of the metadata store.

Moments are epoch milliseconds (UTC), credits nano-credits, money micro-currency.
"""

from __future__ import annotations

from assay.store.tables.assets import (
    AliasRow,
    AssetRow,
    AssetSummaryRow,
    AssetTagRow,
    EdgeRow,
    MeasurementRow,
    RunQueryRow,
    RunRow,
    UsageRow,
)
from assay.store.tables.base import Base
from assay.store.tables.collection import CollectionRow, FactFileRow, RetiredFileRow, SeenRow, WatermarkRow
from assay.store.tables.costs import CellRow, CostRow, DayStateRow, RestatementRow
from assay.store.tables.soundness import (
    AcceptedSchemaRow,
    CheckResultRow,
    CheckRow,
    IncidentEventRow,
    IncidentRow,
    JobRunRow,
    NoteRow,
    OutboxRow,
    SilenceRow,
)

__all__ = [
    "AcceptedSchemaRow",
    "AliasRow",
    "AssetRow",
    "AssetSummaryRow",
    "AssetTagRow",
    "Base",
    "CellRow",
    "CheckResultRow",
    "CheckRow",
    "CollectionRow",
    "CostRow",
    "DayStateRow",
    "EdgeRow",
    "FactFileRow",
    "IncidentEventRow",
    "IncidentRow",
    "JobRunRow",
    "MeasurementRow",
    "NoteRow",
    "OutboxRow",
    "RestatementRow",
    "RetiredFileRow",
    "RunQueryRow",
    "RunRow",
    "SeenRow",
    "SilenceRow",
    "UsageRow",
    "WatermarkRow",
]
