"""Snowflake, live or as exported views."""
