"""The tables of decisions: who needs what, what is wasted, what runs cost, quotes, budgets and pull requests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assay.store.tables.base import CLUSTERED, ID, Base


class DeclaredUseRow(Base):
    """A use of an asset that a document declares; what its source's next telling leaves out is removed."""

    __tablename__ = "declared_use"
    __table_args__ = (Index("ix_declared_use_source", "connection", "source"), CLUSTERED)

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    connection: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    seen_ms: Mapped[int]


class VerdictRow(Base):
    """Whether an asset is needed, as of `judged_ms`; `set_id` and `place` are its dead set and its turn in it."""

    __tablename__ = "verdict"

    asset_id: Mapped[int] = mapped_column(
        ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    verdict: Mapped[str] = mapped_column(index=True)
    confidence: Mapped[str]
    set_id: Mapped[str] = mapped_column(default="", index=True)
    place: Mapped[int] = mapped_column(default=0)
    last_read_ms: Mapped[int | None]
    reads: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # statements in the window, by class of reader
    nano_per_month: Mapped[int]
    micro_per_month: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    judged_ms: Mapped[int]


class FindingRow(Base):
    """Something wasted, the change to make and what it saves in 30 days; one row per kind and subject."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("kind", "subject", "connection"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]  # an asset's key, or a warehouse's name
    connection: Mapped[str]
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    change: Mapped[str]
    confidence: Mapped[str]
    nano_per_month: Mapped[int] = mapped_column(index=True)
    micro_per_month: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]
    state: Mapped[str] = mapped_column(index=True)
    state_ms: Mapped[int]
    state_by: Mapped[str] = mapped_column(default="")


class SavingRow(Base):
    """A line of the savings ledger: what a change promised, and what it was later measured to save in 30 days."""

    __tablename__ = "saving"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    source: Mapped[str]  # finding or pull request
    source_id: Mapped[str]
    title: Mapped[str]
    subjects: Mapped[list[Any]] = mapped_column(default=list)  # what is measured: asset keys or warehouses
    connection: Mapped[str]
    acted_ms: Mapped[int] = mapped_column(index=True)
    promised_nano: Mapped[int]
    before_nano: Mapped[int]  # what the subjects cost in 30 days, before
    measured_nano: Mapped[int | None]
    measured_micro: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    measured_days: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_ms: Mapped[int]


class RunPartitionRow(Base):
    """A partition a run built; `rows` where the source says how many."""

    __tablename__ = "run_partition"
    __table_args__ = (CLUSTERED,)

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    partition: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int | None]


class UnitCostRow(Base):
    """What one build of an asset cost, and what drove it: the history quotes are made from.

    `build` is the run's own name, or the first statement's id where no run is known.
    """

    __tablename__ = "unit_cost"
    __table_args__ = (
        Index("ix_unit_cost_at", "asset_id", "at_ms"),
        Index("ix_unit_cost_day", "connection", "at_ms"),
    )

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    build: Mapped[str] = mapped_column(primary_key=True)
    connection: Mapped[str]
    at_ms: Mapped[int]
    duration_ms: Mapped[int]
    warehouse: Mapped[str] = mapped_column(default="")
    warehouse_size: Mapped[str] = mapped_column(default="")
    partitions: Mapped[list[Any]] = mapped_column(default=list)
    full_refresh: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[int | None]
    bytes: Mapped[int | None]
    busy_nano: Mapped[int]
    total_nano: Mapped[int]
    queries: Mapped[int]


class QuoteRow(Base):
    """The price of a backfill as it was told, and what it came to."""

    __tablename__ = "quote"

    id: Mapped[str] = mapped_column(primary_key=True)
    made_ms: Mapped[int] = mapped_column(index=True)
    made_by: Mapped[str] = mapped_column(default="")
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    p10_nano: Mapped[int]
    p50_nano: Mapped[int]
    p90_nano: Mapped[int]
    marginal_p50_nano: Mapped[int | None]
    realised_nano: Mapped[int | None]
    realised_ms: Mapped[int | None]
    realised: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CalibrationRow(Base):
    """How often past builds of an asset fell between P10 and P90 of the quote made without knowing them."""

    __tablename__ = "calibration"

    asset_id: Mapped[int] = mapped_column(
        ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    builds: Mapped[int]
    inside: Mapped[int]
    below: Mapped[int]
    above: Mapped[int]
    judged_ms: Mapped[int]


class BudgetMonthRow(Base):
    """A budget in a calendar month: what is spent, and what the month is likely to come to. Units as in the limit."""

    __tablename__ = "budget_month"

    name: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)  # 2026-11
    unit: Mapped[str]  # credits, or a currency
    limit: Mapped[int]  # nano-credits or micro-currency, as all figures below
    spent: Mapped[int]
    p10: Mapped[int]
    p50: Mapped[int]
    p90: Mapped[int]
    state: Mapped[str]
    days: Mapped[list[Any]] = mapped_column(default=list)
    updated_ms: Mapped[int]


class PullRequestRow(Base):
    """A proposal to clean up. `live_key` is "repository:fingerprint:step" while it lives: there is never a second."""

    __tablename__ = "pull_request"
    __table_args__ = (Index("ix_pull_request_fingerprint", "repository", "fingerprint"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    live_key: Mapped[str | None] = mapped_column(unique=True)
    repository: Mapped[str]
    fingerprint: Mapped[str]
    step: Mapped[str]  # disable or delete
    branch: Mapped[str]
    number: Mapped[int | None]
    url: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(default="")
    assets: Mapped[list[Any]] = mapped_column(default=list)
    nodes: Mapped[list[Any]] = mapped_column(default=list)
    base_sha: Mapped[str] = mapped_column(default="")
    head_sha: Mapped[str] = mapped_column(default="")
    nano_per_month: Mapped[int]
    evidence_ms: Mapped[int]
    made_ms: Mapped[int]
    changed_ms: Mapped[int]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
