"""The tables of collecting: how far sources are read, files of facts, and the log."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from assay.store.tables.base import ID, Base


class WatermarkRow(Base):
    """How far a stream of a connection is read."""

    __tablename__ = "watermark"

    connection: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    value_ms: Mapped[int]
    updated_ms: Mapped[int]


class SeenRow(Base):
    """A file that was read whole, by its fingerprint."""

    __tablename__ = "seen"

    connection: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    seen_ms: Mapped[int]


class FactFileRow(Base):
    """The manifest: the Parquet files that stand. A file not named here does not exist for any reader."""

    __tablename__ = "fact_file"
    __table_args__ = (Index("ix_fact_file_day", "connection", "stream", "day_ms"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    connection: Mapped[str]
    stream: Mapped[str]
    day_ms: Mapped[int]
    path: Mapped[str] = mapped_column(unique=True)
    rows: Mapped[int]
    bytes: Mapped[int]
    min_ms: Mapped[int]
    max_ms: Mapped[int]
    created_ms: Mapped[int]


class RetiredFileRow(Base):
    """A file that no longer stands; it is kept a while for those who already read it, then swept."""

    __tablename__ = "retired_file"

    path: Mapped[str] = mapped_column(primary_key=True)
    retired_ms: Mapped[int]


class CollectionRow(Base):
    """The collection log: one row per stream and cycle, with reason and next step where it went wrong."""

    __tablename__ = "collection_log"
    __table_args__ = (Index("ix_collection_log_stream", "connection", "stream", "started_ms"),)

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    connection: Mapped[str]
    stream: Mapped[str]
    started_ms: Mapped[int]
    ended_ms: Mapped[int]
    status: Mapped[str]  # ok, degraded (the source has no such view), failed
    rows: Mapped[int]
    message: Mapped[str] = mapped_column(default="")
    hint: Mapped[str] = mapped_column(default="")
