# ruff: noqa: INP001 - an __init__.py here would shadow the library of the same name
"""Rhythm of checks: how often a cycle runs each, and when what it looks for was changed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a kept check runs in every cycle: one of a file until the next, one of the page for good."""
    op.add_column("asset_check", sa.Column("every_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("asset_check", sa.Column("changed_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for name in ("changed_ms", "every_ms"):
        op.drop_column("asset_check", name)
