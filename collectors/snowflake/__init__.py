"""Snowflake, live or as a folder of exported views. Importing this loads neither the connector nor any credential."""

from __future__ import annotations

from collectors.snowflake.collector import SnowflakeCollector

__all__ = ["SnowflakeCollector"]
