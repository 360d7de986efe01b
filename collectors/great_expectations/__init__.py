"""Validation results of Great Expectations from a folder. Importing this loads no Great Expectations."""

from __future__ import annotations

from collectors.great_expectations.collector import GreatExpectationsCollector

__all__ = ["GreatExpectationsCollector"]
