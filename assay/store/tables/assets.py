"""The tables of assets: what they are, how they hang together, how they run and what they hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assay.store.tables.base import CLUSTERED, ID, Base


class AssetRow(Base):
    """An asset: one row per key."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    container: Mapped[str] = mapped_column(index=True)  # the path above the name, e.g. analytics.marts
    kind: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[Any]] = mapped_column(default=list)
    columns: Mapped[list[Any]] = mapped_column(default=list)
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_ms: Mapped[int | None]
    altered_ms: Mapped[int | None]
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]


class AssetTagRow(Base):
    """A tag of an asset once more, as a row: what facets count and filters search."""

    __tablename__ = "asset_tag"
    __table_args__ = (CLUSTERED,)

    tag: Mapped[str] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AssetSummaryRow(Base):
    """What lists of assets sort by, refreshed once a cycle: the last 30 days up to `until_ms`."""

    __tablename__ = "asset_summary"

    asset_id: Mapped[int] = mapped_column(
        ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    until_ms: Mapped[int]
    nano_credits: Mapped[int] = mapped_column(index=True)
    before_nano_credits: Mapped[int]  # of the 30 days before: the trend
    micro_currency: Mapped[int | None]
    currency: Mapped[str]
    reads: Mapped[int]
    last_read_ms: Mapped[int | None]  # by those who count as consumers, ever
    runs: Mapped[int]
    failed_runs: Mapped[int]
    last_run_ms: Mapped[int | None]
    upstream: Mapped[int]
    downstream: Mapped[int]


class AliasRow(Base):
    """Another system's name of an asset. A name two assets claim is ambiguous and joins nothing."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("system", "name", "asset_id"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    system: Mapped[str]
    name: Mapped[str]
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    ambiguous: Mapped[bool] = mapped_column(default=False)
    last_seen_ms: Mapped[int]


class EdgeRow(Base):
    """Data flows from upstream to downstream."""

    __tablename__ = "edge"

    upstream_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    downstream_id: Mapped[int] = mapped_column(
        ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    source: Mapped[str] = mapped_column(primary_key=True)
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]


class RunRow(Base):
    """One attempt to build or test an asset."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("system", "external_id"),
        Index("ix_run_asset_started", "asset_id", "started_ms"),
    )

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    system: Mapped[str]
    external_id: Mapped[str]
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    kind: Mapped[str]
    status: Mapped[str]
    started_ms: Mapped[int] = mapped_column(index=True)
    ended_ms: Mapped[int | None]
    duration_ms: Mapped[int | None]
    invocation_id: Mapped[str] = mapped_column(default="")
    rows: Mapped[int | None]
    message: Mapped[str] = mapped_column(default="")


class RunQueryRow(Base):
    """A query a run says it sent: the surest join between a run and the bill."""

    __tablename__ = "run_query"

    query_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(
        ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class MeasurementRow(Base):
    """A figure of an asset at a moment."""

    __tablename__ = "measurement"
    __table_args__ = (CLUSTERED,)

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    source: Mapped[str]


class UsageRow(Base):
    """Reads of an asset on a day by a class of reader and its tool."""

    __tablename__ = "usage_daily"
    __table_args__ = (Index("ix_usage_daily_day", "connection", "day_ms"), CLUSTERED)

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    day_ms: Mapped[int] = mapped_column(primary_key=True)
    connection: Mapped[str] = mapped_column(primary_key=True)  # where the reads were seen
    reader_class: Mapped[str] = mapped_column(primary_key=True)
    tool: Mapped[str] = mapped_column(primary_key=True, default="")
    reads: Mapped[int]
    readers: Mapped[int]
    last_read_ms: Mapped[int]
