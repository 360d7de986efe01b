"""Budgets: what something may cost in a calendar month, how the month stands, and what it is likely to come to."""

from __future__ import annotations

from costs.budgets.alerts import results
from costs.budgets.effect import BudgetEffect, Part, Touched, effect, effect_of
from costs.budgets.standing import Standing, standing

__all__ = [
    "BudgetEffect",
    "Part",
    "Standing",
    "Touched",
    "effect",
    "effect_of",
    "results",
    "standing",
]
