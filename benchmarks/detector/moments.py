"""Timestamps of benchmark files."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(text: str) -> int:
    """Epoch seconds of an ISO 8601 text, UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
