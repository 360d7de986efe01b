"""The ledger as a FOCUS 1.2 data set: the FinOps Foundation's common form of cost and usage."""

from __future__ import annotations

from costs.focus.bill import Books, Grain, accounts
from costs.focus.columns import SCHEMA
from costs.focus.metadata import metadata
from costs.focus.pricing import CREDITS, NO_CURRENCY
from costs.focus.rows import Account
from costs.focus.writing import TEXT, as_text

__all__ = [
    "CREDITS",
    "NO_CURRENCY",
    "SCHEMA",
    "TEXT",
    "Account",
    "Books",
    "Grain",
    "accounts",
    "as_text",
    "metadata",
]
