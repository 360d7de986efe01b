"""The tables of costs: cells of the bill, roll-ups, restatements, and which days are worked out."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from assay.store.tables.base import CLUSTERED, ID, Base


class CellRow(Base):
    """What was metered for a resource, hour and service, and what of it was attributed: the two are equal."""

    __tablename__ = "cell"
    __table_args__ = (Index("ix_cell_day", "connection", "day_ms"), CLUSTERED)

    connection: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    hour_ms: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    day_ms: Mapped[int]
    metered_nano: Mapped[int]
    attributed_nano: Mapped[int]
    provisional: Mapped[bool]


class CostRow(Base):
    """The daily roll-up pages read: one dimension's value, service and kind on a day.

    `dimension` is asset, warehouse, user or tag; an empty `value` is nobody's. Each dimension adds up to the
    same bill.
    """

    __tablename__ = "cost_daily"
    __table_args__ = (Index("ix_cost_daily_value", "dimension", "value", "day_ms"), CLUSTERED)

    connection: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    day_ms: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    nano_credits: Mapped[int]
    bytes: Mapped[int] = mapped_column(default=0)
    micro_currency: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    queries: Mapped[int] = mapped_column(default=0)
    provisional: Mapped[bool]


class RestatementRow(Base):
    """A day whose ledger changed after it had been told: by how much, when and why."""

    __tablename__ = "restatement"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    connection: Mapped[str]
    day_ms: Mapped[int] = mapped_column(index=True)
    known_at_ms: Mapped[int]
    reason: Mapped[str]
    rows: Mapped[int]
    moved_nano: Mapped[int]
    delta_nano: Mapped[int]


class DayStateRow(Base):
    """What a derived day was computed from: unchanged inputs need no new pass."""

    __tablename__ = "day_state"

    connection: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    day_ms: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    computed_ms: Mapped[int]
