# ruff: noqa: INP001 - an __init__.py here would shadow the library of the same name
"""Decisions: who needs what, waste and savings, what builds cost, quotes, budgets and pull requests."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    "declared_use", "verdict", "finding", "saving", "run_partition", "unit_cost", "quote", "calibration",
    "budget_month", "pull_request",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables."""
    _needs()
    _waste()
    _builds()
    _quotes()
    _budgets_and_requests()


def downgrade() -> None:
    """Drop them; what they held is gone."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _identity() -> sa.BigInteger:
    """SQLite numbers rows by itself only under the type INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _identity(), nullable=False)


def _of(name: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    """A reference the row does not outlive."""
    return sa.Column(name, _identity(), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable)


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(name or f"ix_{table}_{columns[0]}", table, list(columns))


def _needs() -> None:
    op.create_table(
        "declared_use",
        _of("asset_id", "asset"), _text("kind"), _text("name"), _text("connection"), _text("source"),
        _text("detail"), _integer("seen_ms"),
        sa.PrimaryKeyConstraint("asset_id", "kind", "name", "connection"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _index("declared_use", "connection", "source", name="ix_declared_use_source")
    op.create_table(
        "verdict",
        _of("asset_id", "asset"), _text("verdict"), _text("confidence"), _text("set_id"), _integer("place"),
        _integer("last_read_ms", nullable=True), _json("reads"), _integer("nano_per_month"),
        _integer("micro_per_month", nullable=True), _text("currency"), _json("reasons"), _json("warnings"),
        _integer("judged_ms"),
        sa.PrimaryKeyConstraint("asset_id"),
    )  # fmt: skip
    _index("verdict", "verdict")
    _index("verdict", "set_id")


def _waste() -> None:
    op.create_table(
        "finding",
        _id(), _text("kind"), _text("subject"), _text("connection"), _of("asset_id", "asset", nullable=True),
        _text("title"), _text("change"), _text("confidence"), _integer("nano_per_month"),
        _integer("micro_per_month", nullable=True), _text("currency"), _json("evidence"),
        _integer("first_seen_ms"), _integer("last_seen_ms"), _text("state"), _integer("state_ms"), _text("state_by"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("kind", "subject", "connection"),
    )  # fmt: skip
    _index("finding", "asset_id")
    _index("finding", "nano_per_month")
    _index("finding", "state")
    op.create_table(
        "saving",
        _id(), _text("source"), _text("source_id"), _text("title"), _json("subjects"), _text("connection"),
        _integer("acted_ms"), _integer("promised_nano"), _integer("before_nano"),
        _integer("measured_nano", nullable=True), _integer("measured_micro", nullable=True), _text("currency"),
        _integer("measured_days"), _text("state"), _json("details"), _integer("updated_ms"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("source", "source_id"),
    )  # fmt: skip
    _index("saving", "acted_ms")


def _builds() -> None:
    op.create_table(
        "run_partition",
        _of("run_id", "run"), _text("partition"), _integer("rows", nullable=True),
        sa.PrimaryKeyConstraint("run_id", "partition"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "unit_cost",
        _of("asset_id", "asset"), _text("build"), _text("connection"), _integer("at_ms"), _integer("duration_ms"),
        _text("warehouse"), _text("warehouse_size"), _json("partitions"),
        sa.Column("full_refresh", sa.Boolean(), nullable=False),
        _integer("rows", nullable=True), _integer("bytes", nullable=True), _integer("busy_nano"),
        _integer("total_nano"), _integer("queries"),
        sa.PrimaryKeyConstraint("asset_id", "build"),
    )  # fmt: skip
    _index("unit_cost", "asset_id", "at_ms", name="ix_unit_cost_at")
    _index("unit_cost", "connection", "at_ms", name="ix_unit_cost_day")


def _quotes() -> None:
    op.create_table(
        "quote",
        _text("id"), _integer("made_ms"), _text("made_by"), _of("asset_id", "asset"), _json("request"),
        _json("result"), _integer("p10_nano"), _integer("p50_nano"), _integer("p90_nano"),
        _integer("marginal_p50_nano", nullable=True), _integer("realised_nano", nullable=True),
        _integer("realised_ms", nullable=True), _json("realised"),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    _index("quote", "asset_id")
    _index("quote", "made_ms")
    op.create_table(
        "calibration",
        _of("asset_id", "asset"), _integer("builds"), _integer("inside"), _integer("below"), _integer("above"),
        _integer("judged_ms"),
        sa.PrimaryKeyConstraint("asset_id"),
    )  # fmt: skip


def _budgets_and_requests() -> None:
    op.create_table(
        "budget_month",
        _text("name"), _text("month"), _text("unit"), _integer("limit"), _integer("spent"), _integer("p10"),
        _integer("p50"), _integer("p90"), _text("state"), _json("days"), _integer("updated_ms"),
        sa.PrimaryKeyConstraint("name", "month"),
    )  # fmt: skip
    op.create_table(
        "pull_request",
        _id(), _text("live_key", nullable=True), _text("repository"), _text("fingerprint"), _text("step"),
        _text("branch"), _integer("number", nullable=True), _text("url"), _text("state"), _text("title"),
        _json("assets"), _json("nodes"), _text("base_sha"), _text("head_sha"), _integer("nano_per_month"),
        _integer("evidence_ms"), _integer("made_ms"), _integer("changed_ms"), _json("details"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("live_key"),
    )  # fmt: skip
    _index("pull_request", "state")
    _index("pull_request", "repository", "fingerprint", name="ix_pull_request_fingerprint")
