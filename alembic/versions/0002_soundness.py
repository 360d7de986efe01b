# ruff: noqa: INP001 - an __init__.py here would shadow the library of the same name
"""Soundness: checks and results, incidents and judgements, messages to be sent, claimed jobs."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "asset_check", "incident", "check_result", "incident_event", "note", "accepted_schema",
    "outbox", "silence", "job_run",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables."""
    _checks_and_incidents()
    _judgements()
    _delivery()
    _jobs()


def downgrade() -> None:
    """Drop them; what they held is gone."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _figure(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _identity() -> sa.BigInteger:
    """SQLite numbers rows by itself only under the type INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _identity(), nullable=False)


def _of(name: str, table: str) -> sa.Column[int]:
    """A reference the row does not outlive."""
    return sa.Column(name, _identity(), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def _maybe(name: str, table: str, *, ondelete: str = "SET NULL") -> sa.Column[int]:
    return sa.Column(name, _identity(), sa.ForeignKey(f"{table}.id", ondelete=ondelete), nullable=True)


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(name or f"ix_{table}_{columns[0]}", table, list(columns))


def _checks_and_incidents() -> None:
    op.create_table(
        "asset_check",
        _id(), _text("name"), _of("asset_id", "asset"), _text("kind"), _text("cause"), _text("severity"),
        _json("config"), _text("source"), _text("owner"), _text("description"),
        _integer("created_ms"), _integer("removed_ms", nullable=True),
        _text("last_outcome"), _integer("last_ms", nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("name"),
    )  # fmt: skip
    _index("asset_check", "asset_id")
    _index("asset_check", "kind")
    op.create_table(
        "incident",
        _id(), _text("live_key", nullable=True), _of("asset_id", "asset"), _text("cause"), _text("state"),
        _text("severity"), _text("impact"), _text("title"), _text("owner"), _maybe("root_id", "incident"),
        _integer("opened_ms"), _integer("changed_ms"), _integer("resolved_ms", nullable=True),
        _integer("snoozed_until_ms", nullable=True), _integer("bad"), _integer("good"), _json("details"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("live_key"),
    )  # fmt: skip
    _index("incident", "asset_id")
    _index("incident", "root_id")
    _index("incident", "opened_ms")
    _index("incident", "state", "opened_ms", name="ix_incident_state")
    op.create_table(
        "check_result",
        _of("check_id", "asset_check"), _integer("at_ms"), _text("outcome"), _text("message"),
        _figure("observed"), _figure("expected"), _figure("low"), _figure("high"), _json("details"),
        _maybe("incident_id", "incident"),
        sa.PrimaryKeyConstraint("check_id", "at_ms"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _index("check_result", "at_ms", name="ix_check_result_at")
    _index("check_result", "incident_id")


def _judgements() -> None:
    op.create_table(
        "incident_event",
        _id(), _of("incident_id", "incident"), _integer("at_ms"), _text("transition"), _text("actor"),
        _text("text"), _json("details"),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    _index("incident_event", "incident_id")
    op.create_table(
        "note",
        _id(), _of("asset_id", "asset"), _text("metric"), _text("verb"), _integer("start_ms"),
        _integer("end_ms"), _text("author"), _text("text"), _maybe("incident_id", "incident"),
        _integer("created_ms"), _integer("undone_ms", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    _index("note", "asset_id")
    _index("note", "incident_id")
    op.create_table(
        "accepted_schema",
        _of("asset_id", "asset"), _json("columns"), _integer("accepted_ms"), _text("author"),
        sa.PrimaryKeyConstraint("asset_id"),
    )  # fmt: skip


def _delivery() -> None:
    op.create_table(
        "outbox",
        _id(), _maybe("incident_id", "incident", ondelete="CASCADE"), _text("channel"), _text("thread"),
        _text("transition"), _text("group_key"), _text("dedupe_key"), _json("payload"), _text("state"),
        _integer("attempt"), _integer("next_ms"), _integer("lease_ms"), _text("external_ref"),
        _text("error"), _integer("created_ms"), _integer("sent_ms", nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("dedupe_key"),
    )  # fmt: skip
    _index("outbox", "incident_id")
    _index("outbox", "state", "next_ms", name="ix_outbox_due")
    _index("outbox", "thread", "id", name="ix_outbox_thread")
    op.create_table(
        "silence",
        _id(), _json("matcher"), _integer("until_ms"), _text("author"), _text("reason"),
        _integer("created_ms"), _integer("ended_ms", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip


def _jobs() -> None:
    op.create_table(
        "job_run",
        _text("job"), _integer("slot_ms"), _text("owner"), _integer("attempt"), _integer("lease_ms"),
        _text("state"), _integer("started_ms"), _integer("ended_ms", nullable=True), _text("message"),
        sa.PrimaryKeyConstraint("job", "slot_ms"),
    )  # fmt: skip
    _index("job_run", "state", "lease_ms", name="ix_job_run_state")
