"""The range of a sum: what n units cost together, when each errs as the past did and their errors are partly alike."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

DRAWS = 2000
SEED = 20_261
MOST_UNITS = 128
"""Units drawn apart; more are drawn in so many groups, whose range is a little wider than theirs."""
ENOUGH = 9
"""Errors from which on a range is made of them alone; fewer are filled up with usual ones."""
USUAL_ERROR = 0.35
"""The standard deviation of a logarithmic error where little is known: a third more or less."""
ALIKE = 0.5
"""How much of what the units of one asset have in common the assets of a backfill have in common."""


@dataclass(frozen=True, slots=True)
class Range:
    """P10, P50 and P90 of something, as integers."""

    p10: int
    p50: int
    p90: int

    @classmethod
    def of(cls, draws: Numbers) -> Range:
        """The quantiles of draws, rounded to whole units."""
        low, mid, high = (round(float(value)) for value in np.quantile(draws, (0.1, 0.5, 0.9)))
        return cls(low, mid, high)

    def as_dict(self) -> dict[str, int]:
        """As JSON values."""
        return {"p10": self.p10, "p50": self.p50, "p90": self.p90}


def filled(errors: Numbers, usual: float = USUAL_ERROR) -> Numbers:
    """The errors, filled up with usual ones around their own middle where they are few."""
    lacking = max(ENOUGH - len(errors), 0)
    if not lacking:
        return errors
    middle = float(np.median(errors)) if len(errors) else 0.0
    law = NormalDist(middle, max(usual, 1e-6))
    return np.concatenate([errors, [law.inv_cdf((i + 1) / (lacking + 1)) for i in range(lacking)]])


def quantile(errors: Numbers, at: Numbers) -> Numbers:
    """The empirical quantiles, the k-th least of n at k / (n + 1).

    This is what makes a range conformal: of n + 1 exchangeable errors the new one is equally likely at any place.
    """
    ordered = np.sort(errors)
    places = np.arange(1, len(ordered) + 1) / (len(ordered) + 1)
    return np.interp(at, places, ordered)


def common_factor(draws: int = DRAWS) -> Numbers:
    """What all assets of a backfill have in common, as normal draws."""
    return np.random.default_rng((SEED, 1)).standard_normal(draws)


@dataclass(frozen=True, slots=True)
class Law:
    """How units err: their logarithmic errors, how alike those of units built together are, and the ratio's floor."""

    errors: Numbers
    likeness: float
    floor: float


def sums(predicted: Numbers, law: Law, salt: int, shared: Numbers) -> Numbers:
    """Draws of the sum of units: each errs by the empirical law, joined by a Gaussian copula of one common factor.

    `salt` parts the draws of one asset from another's; `shared` is what they have in common.
    """
    errors, likeness, floor = law.errors, law.likeness, law.floor
    grouped = _grouped(predicted)
    rng = np.random.default_rng((SEED, 2, salt + 1))
    common = np.sqrt(ALIKE) * shared + np.sqrt(1 - ALIKE) * rng.standard_normal(len(shared))
    own = rng.standard_normal((len(shared), len(grouped)))
    normal = np.sqrt(likeness) * common[:, None] + np.sqrt(1 - likeness) * own
    drawn = quantile(filled(errors), _phi(normal).ravel()).reshape(normal.shape)
    each = np.maximum((grouped + floor)[None, :] * np.exp(drawn) - floor, 0.0)
    total: Numbers = each.sum(axis=1)
    return total


def _grouped(predicted: Numbers) -> Numbers:
    if len(predicted) <= MOST_UNITS:
        return predicted
    return np.array([part.sum() for part in np.array_split(predicted, MOST_UNITS)])


def _phi(normal: Numbers) -> Numbers:
    """The normal law, by Zelen and Severo's polynomial (error below 7.5e-8)."""
    x = np.abs(normal)
    t = 1 / (1 + 0.2316419 * x)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    upper = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * series
    found: Numbers = np.where(normal >= 0, 1 - upper, upper)
    return found
