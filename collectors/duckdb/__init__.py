"""A DuckDB file or a folder of Parquet files. Importing this loads no DuckDB."""

from __future__ import annotations

from collectors.duckdb.collector import DuckdbCollector

__all__ = ["DuckdbCollector"]
