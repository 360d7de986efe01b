"""A PostgreSQL database. Importing this loads no driver."""

from __future__ import annotations

from collectors.postgres.collector import PostgresCollector

__all__ = ["PostgresCollector"]
