"""The tables of soundness: checks, incidents, what people say of them, messages, and the worker's jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from assay.store.tables.base import CLUSTERED, ID, Base


class CheckRow(Base):
    """A check of an asset, by its name; one that is no longer declared keeps its results and is `removed`."""

    __tablename__ = "asset_check"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str]
    severity: Mapped[str]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    every_ms: Mapped[int] = mapped_column(default=0, server_default="0")  # a cycle's rhythm; 0: every one
    created_ms: Mapped[int]
    changed_ms: Mapped[int | None]  # when what somebody declared it to look for was changed
    removed_ms: Mapped[int | None]
    last_outcome: Mapped[str] = mapped_column(default="")  # of the newest result, '' before the first
    last_ms: Mapped[int | None]


class CheckResultRow(Base):
    """What a check found at a moment."""

    __tablename__ = "check_result"
    __table_args__ = (Index("ix_check_result_at", "at_ms"), CLUSTERED)

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

    id: Mapped[int] = mapped_column(ID, primary_key=True)
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

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    at_ms: Mapped[int]
    transition: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class NoteRow(Base):
    """A person's judgement on a stretch of a series: the detector trains with it until it is undone."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(ID, primary_key=True)
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
        ID, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
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

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    thread: Mapped[str]
    transition: Mapped[str]
    group_key: Mapped[str] = mapped_column(default="")
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="waiting")  # one of outbox.STATES
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

    id: Mapped[int] = mapped_column(ID, primary_key=True)
    matcher: Mapped[dict[str, Any]] = mapped_column(default=dict)  # globs by the names routes match by
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
