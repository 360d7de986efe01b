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
from assay.store.tables.decisions import (
    BudgetMonthRow,
    CalibrationRow,
    DeclaredUseRow,
    FindingRow,
    PullRequestRow,
    QuoteRow,
    RunPartitionRow,
    SavingRow,
    UnitCostRow,
    VerdictRow,
)
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
    "BudgetMonthRow",
    "CalibrationRow",
    "CellRow",
    "CheckResultRow",
    "CheckRow",
    "CollectionRow",
    "CostRow",
    "DayStateRow",
    "DeclaredUseRow",
    "EdgeRow",
    "FactFileRow",
    "FindingRow",
    "IncidentEventRow",
    "IncidentRow",
    "JobRunRow",
    "MeasurementRow",
    "NoteRow",
    "OutboxRow",
    "PullRequestRow",
    "QuoteRow",
    "RestatementRow",
    "RetiredFileRow",
    "RunPartitionRow",
    "RunQueryRow",
    "RunRow",
    "SavingRow",
    "SeenRow",
    "SilenceRow",
    "UnitCostRow",
    "UsageRow",
    "VerdictRow",
    "WatermarkRow",
]
