"""The tables of the metadata store.

Moments are epoch milliseconds (UTC), credits nano-credits, money micro-currency.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_Id = BigInteger().with_variant(Integer, "sqlite")
_CLUSTERED = {
    "sqlite_with_rowid": False
}  # rows are kept in the order of the key: a window is one stretch of disk


class Base(DeclarativeBase):
    """The declarative base; Python int is a 64-bit integer, str is text."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {int: BigInteger, str: Text, dict[str, Any]: JSON, list[Any]: JSON}


class AssetRow(Base):
    """An asset: one row per key."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
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
    __table_args__ = (_CLUSTERED,)

    tag: Mapped[str] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(
        ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AssetSummaryRow(Base):
    """What lists of assets sort by, refreshed once a cycle: the last 30 days up to `until_ms`."""

    __tablename__ = "asset_summary"

    asset_id: Mapped[int] = mapped_column(
        _Id, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
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

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
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

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
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
    __table_args__ = (_CLUSTERED,)

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    source: Mapped[str]


class UsageRow(Base):
    """Reads of an asset on a day by a class of reader and its tool."""

    __tablename__ = "usage_daily"
    __table_args__ = (Index("ix_usage_daily_day", "connection", "day_ms"), _CLUSTERED)

    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True)
    day_ms: Mapped[int] = mapped_column(primary_key=True)
    connection: Mapped[str] = mapped_column(primary_key=True)  # where the reads were seen
    reader_class: Mapped[str] = mapped_column(primary_key=True)
    tool: Mapped[str] = mapped_column(primary_key=True, default="")
    reads: Mapped[int]
    readers: Mapped[int]
    last_read_ms: Mapped[int]


class CellRow(Base):
    """What was metered for a resource, hour and service, and what of it was attributed: the two are equal."""

    __tablename__ = "cell"
    __table_args__ = (Index("ix_cell_day", "connection", "day_ms"), _CLUSTERED)

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
    __table_args__ = (Index("ix_cost_daily_value", "dimension", "value", "day_ms"), _CLUSTERED)

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

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
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

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
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

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    connection: Mapped[str]
    stream: Mapped[str]
    started_ms: Mapped[int]
    ended_ms: Mapped[int]
    status: Mapped[str]  # ok, degraded (the source has no such view), failed
    rows: Mapped[int]
    message: Mapped[str] = mapped_column(default="")
    hint: Mapped[str] = mapped_column(default="")


class CheckRow(Base):
    """A check of an asset, by its name; one that is no longer declared keeps its results and is `removed`."""

    __tablename__ = "asset_check"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str]
    severity: Mapped[str]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    created_ms: Mapped[int]
    removed_ms: Mapped[int | None]
    last_outcome: Mapped[str] = mapped_column(default="")  # of the newest result, '' before the first
    last_ms: Mapped[int | None]


class CheckResultRow(Base):
    """What a check found at a moment."""

    __tablename__ = "check_result"
    __table_args__ = (Index("ix_check_result_at", "at_ms"), _CLUSTERED)

    check_id: Mapped[int] = mapped_column(ForeignKey("asset_check.id", ondelete="CASCADE"), primary_key=True)
    at_ms: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    message: Mapped[str] = mapped_column(default="")
    observed: Mapped[float | None]
    expected: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )


class IncidentRow(Base):
    """One trouble of one asset. `live_key` is "asset_id:cause" while it lives, so that there is never a second."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state", "state", "opened_ms"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    live_key: Mapped[str | None] = mapped_column(unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    cause: Mapped[str]
    state: Mapped[str]
    severity: Mapped[str]
    impact: Mapped[str] = mapped_column(default="low")
    title: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    root_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="SET NULL"), index=True)
    opened_ms: Mapped[int] = mapped_column(index=True)  # when it was first seen
    changed_ms: Mapped[int]
    resolved_ms: Mapped[int | None]
    snoozed_until_ms: Mapped[int | None]
    bad: Mapped[int] = mapped_column(default=0)  # failed results in a row
    good: Mapped[int] = mapped_column(default=0)  # passed results in a row, of all its checks
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IncidentEventRow(Base):
    """The timeline of an incident."""

    __tablename__ = "incident_event"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    at_ms: Mapped[int]
    transition: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class NoteRow(Base):
    """A person's judgement on a stretch of a series: the detector trains with it until it is undone."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    metric: Mapped[str] = mapped_column(default="")
    verb: Mapped[str]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    author: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )
    created_ms: Mapped[int]
    undone_ms: Mapped[int | None]


class AcceptedSchemaRow(Base):
    """The columns of an asset somebody, or its first sight, accepted: what a schema check compares with."""

    __tablename__ = "accepted_schema"

    asset_id: Mapped[int] = mapped_column(
        _Id, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    columns: Mapped[list[Any]] = mapped_column(default=list)
    accepted_ms: Mapped[int]
    author: Mapped[str] = mapped_column(default="")


class OutboxRow(Base):
    """A message to be sent: written with the transition it tells, in one transaction.

    `dedupe_key` is the same however often it is sent; `attempt` is the fencing token of the sender who holds the
    lease; `thread` names the messages that must keep their order, one incident in one channel.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_ms"), Index("ix_outbox_thread", "thread", "id"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    thread: Mapped[str]
    transition: Mapped[str]
    group_key: Mapped[str] = mapped_column(default="")
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, sent, muted, digest, dead
    attempt: Mapped[int] = mapped_column(default=0)
    next_ms: Mapped[int]
    lease_ms: Mapped[int] = mapped_column(default=0)  # held until then
    external_ref: Mapped[str] = mapped_column(default="")  # the channel's own name of what was posted
    error: Mapped[str] = mapped_column(default="")
    created_ms: Mapped[int]
    sent_ms: Mapped[int | None]


class SilenceRow(Base):
    """Nothing that matches is told until then."""

    __tablename__ = "silence"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    matcher: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # globs of asset, cause, owner, tag, channel
    until_ms: Mapped[int]
    author: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_ms: Mapped[int]
    ended_ms: Mapped[int | None]


class JobRunRow(Base):
    """A slot of a job, claimed by one worker. `attempt` is the fencing token of who claimed it last."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_state", "state", "lease_ms"),)

    job: Mapped[str] = mapped_column(primary_key=True)
    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    attempt: Mapped[int]
    lease_ms: Mapped[int]
    state: Mapped[str]  # running, done, failed
    started_ms: Mapped[int]
    ended_ms: Mapped[int | None]
    message: Mapped[str] = mapped_column(default="")
