"""Suites and checkpoints of a Great Expectations project, run in a process of their own.

Great Expectations takes seconds and a quarter of a gigabyte to import: only the worker does, and this package never.
"""

from __future__ import annotations

from checks.expectations.check import ExpectationsCheck

__all__ = ["ExpectationsCheck"]
