# ruff: noqa: INP001 - an __init__.py here would shadow the library of the same name
"""The first tables: assets and their names, runs and figures, costs, and what was collected."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "asset", "asset_tag", "asset_summary", "alias", "edge",
    "run", "run_query", "measurement", "usage_daily",
    "cell", "cost_daily", "restatement", "day_state",
    "watermark", "seen", "fact_file", "retired_file", "collection_log",
)  # fmt: skip


def upgrade() -> None:
    """Make every table."""
    _assets()
    _names_and_edges()
    _runs()
    _figures()
    _costs()
    _days()
    _collections()
    _files()


def downgrade() -> None:
    """Drop every table: the store is empty again."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _identity() -> sa.BigInteger:
    """SQLite numbers rows by itself only under the type INTEGER."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _identity(), nullable=False)


def _reference(name: str, table: str = "asset") -> sa.Column[int]:
    return sa.Column(name, _identity(), sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def _key(*columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns)


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(name or f"ix_{table}_{columns[0]}", table, list(columns))


def _assets() -> None:
    op.create_table(
        "asset",
        _id(), _text("key"), _text("platform"), _text("name"), _text("container"), _text("kind"),
        _text("owner"), _text("description"),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        _integer("created_ms", nullable=True), _integer("altered_ms", nullable=True),
        _integer("first_seen_ms"), _integer("last_seen_ms"),
        _key("id"), sa.UniqueConstraint("key"),
    )  # fmt: skip
    for column in ("name", "container", "kind"):
        _index("asset", column)
    op.create_table(
        "asset_tag", _text("tag"), _reference("asset_id"), _key("tag", "asset_id"), sqlite_with_rowid=False
    )
    _index("asset_tag", "asset_id")
    op.create_table(
        "asset_summary",
        _reference("asset_id"), _integer("until_ms"),
        _integer("nano_credits"), _integer("before_nano_credits"),
        _integer("micro_currency", nullable=True), _text("currency"),
        _integer("reads"), _integer("last_read_ms", nullable=True),
        _integer("runs"), _integer("failed_runs"), _integer("last_run_ms", nullable=True),
        _integer("upstream"), _integer("downstream"),
        _key("asset_id"),
    )  # fmt: skip
    _index("asset_summary", "nano_credits")


def _names_and_edges() -> None:
    op.create_table(
        "alias",
        _id(), _text("system"), _text("name"), _reference("asset_id"),
        _flag("ambiguous"), _integer("last_seen_ms"),
        _key("id"), sa.UniqueConstraint("system", "name", "asset_id"),
    )  # fmt: skip
    _index("alias", "asset_id")
    op.create_table(
        "edge",
        _reference("upstream_id"), _reference("downstream_id"), _text("source"),
        _integer("first_seen_ms"), _integer("last_seen_ms"),
        _key("upstream_id", "downstream_id", "source"),
    )  # fmt: skip
    _index("edge", "downstream_id")


def _runs() -> None:
    op.create_table(
        "run",
        _id(), _text("system"), _text("external_id"), _reference("asset_id"), _text("kind"), _text("status"),
        _integer("started_ms"), _integer("ended_ms", nullable=True), _integer("duration_ms", nullable=True),
        _text("invocation_id"), _integer("rows", nullable=True), _text("message"),
        _key("id"), sa.UniqueConstraint("system", "external_id"),
    )  # fmt: skip
    _index("run", "asset_id", "started_ms", name="ix_run_asset_started")
    _index("run", "started_ms")
    op.create_table("run_query", _text("query_id"), _reference("run_id", "run"), _key("query_id", "run_id"))
    _index("run_query", "run_id")


def _figures() -> None:
    op.create_table(
        "measurement",
        _reference("asset_id"), _text("metric"), _integer("at_ms"), _integer("value"), _text("source"),
        _key("asset_id", "metric", "at_ms"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "usage_daily",
        _reference("asset_id"), _integer("day_ms"), _text("connection"), _text("reader_class"), _text("tool"),
        _integer("reads"), _integer("readers"), _integer("last_read_ms"),
        _key("asset_id", "day_ms", "connection", "reader_class", "tool"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _index("usage_daily", "connection", "day_ms", name="ix_usage_daily_day")


def _costs() -> None:
    op.create_table(
        "cell",
        _text("connection"), _text("account"), _text("resource"), _integer("hour_ms"), _text("service"),
        _integer("day_ms"), _integer("metered_nano"), _integer("attributed_nano"), _flag("provisional"),
        _key("connection", "account", "resource", "hour_ms", "service"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _index("cell", "connection", "day_ms", name="ix_cell_day")
    op.create_table(
        "cost_daily",
        _text("connection"), _text("dimension"), _integer("day_ms"), _text("value"),
        _text("service"), _text("kind"),
        _integer("nano_credits"), _integer("bytes"), _integer("micro_currency", nullable=True),
        _text("currency"), _integer("queries"), _flag("provisional"),
        _key("connection", "dimension", "day_ms", "value", "service", "kind"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _index("cost_daily", "dimension", "value", "day_ms", name="ix_cost_daily_value")


def _days() -> None:
    op.create_table(
        "restatement",
        _id(), _text("connection"), _integer("day_ms"), _integer("known_at_ms"), _text("reason"),
        _integer("rows"), _integer("moved_nano"), _integer("delta_nano"),
        _key("id"),
    )  # fmt: skip
    _index("restatement", "day_ms")
    op.create_table(
        "day_state",
        _text("connection"), _text("step"), _integer("day_ms"), _text("fingerprint"), _integer("computed_ms"),
        _key("connection", "step", "day_ms"),
    )  # fmt: skip


def _collections() -> None:
    op.create_table(
        "watermark",
        _text("connection"), _text("stream"), _integer("value_ms"), _integer("updated_ms"),
        _key("connection", "stream"),
    )  # fmt: skip
    op.create_table(
        "seen",
        _text("connection"),
        _text("fingerprint"),
        _integer("seen_ms"),
        _key("connection", "fingerprint"),
    )
    op.create_table(
        "collection_log",
        _id(), _text("connection"), _text("stream"), _integer("started_ms"), _integer("ended_ms"),
        _text("status"), _integer("rows"), _text("message"), _text("hint"),
        _key("id"),
    )  # fmt: skip
    _index("collection_log", "connection", "stream", "started_ms", name="ix_collection_log_stream")


def _files() -> None:
    op.create_table(
        "fact_file",
        _id(), _text("connection"), _text("stream"), _integer("day_ms"), _text("path"),
        _integer("rows"), _integer("bytes"), _integer("min_ms"), _integer("max_ms"), _integer("created_ms"),
        _key("id"), sa.UniqueConstraint("path"),
    )  # fmt: skip
    _index("fact_file", "connection", "stream", "day_ms", name="ix_fact_file_day")
    op.create_table("retired_file", _text("path"), _integer("retired_ms"), _key("path"))
