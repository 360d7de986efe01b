"""What other tools do by default, written anew from their published rules; flags (S, T) without look-ahead.

Each knows its own point only where the original does: elementary's z-score and Deequ's online mean do.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.anomaly.arrays import Bools, Floats

LEAST = 5


def elementary(values: Floats, days: int = 14, z: float = 3.0) -> Bools:
    """elementary: |z| above 3 against mean and deviation of the last 14 buckets, the judged one among them."""
    flags = np.zeros(values.shape, dtype=np.bool_)
    for t in range(LEAST, values.shape[1]):
        past = values[:, max(0, t - days + 1) : t + 1]
        flags[:, t] = _far(values[:, t], np.nanmean(past, axis=1), np.nanstd(past, axis=1, ddof=1), z)
    return flags


def elementary_weekly(values: Floats) -> Bools:
    """The same with `seasonality: day_of_week`: 14 buckets of the same weekday."""
    flags = np.zeros(values.shape, dtype=np.bool_)
    for weekday in range(7):
        flags[:, weekday::7] = elementary(values[:, weekday::7])
    return flags


def re_data(values: Floats, days: int = 30, z: float = 3.0) -> Bools:
    """re_data: the modified z-score 0.6745 (x - median) / MAD above 3, over the last 30 days."""
    flags = np.zeros(values.shape, dtype=np.bool_)
    for t in range(2 * LEAST, values.shape[1]):
        past = values[:, max(0, t - days) : t]
        middle = np.nanmedian(past, axis=1)
        off = np.nanmedian(np.abs(past - middle[:, None]), axis=1)
        mean_off = np.nanmean(np.abs(past - middle[:, None]), axis=1)
        scale = np.where(off > 0, off / 0.6745, mean_off * 1.2533)
        flags[:, t] = _far(values[:, t], middle, scale, z)
    return flags


def deequ(values: Floats, z: float = 3.0) -> Bools:
    """Deequ's OnlineNormal: running mean and deviation, the judged point among them, flagged ones taken out again."""
    flags = np.zeros(values.shape, dtype=np.bool_)
    count, mean, square = (np.zeros(len(values)) for _ in range(3))
    for t in range(values.shape[1]):
        there = ~np.isnan(values[:, t])
        x = np.where(there, values[:, t], 0.0)
        grown = count + there
        moved = mean + np.where(there, (x - mean) / np.maximum(grown, 1), 0.0)
        spread = square + np.where(there, (x - mean) * (x - moved), 0.0)
        odd = _far(values[:, t], moved, np.sqrt(spread / np.maximum(grown, 1)), z) & (
            t >= values.shape[1] // 10
        )
        flags[:, t] = odd
        count, mean, square = (
            np.where(odd, old, new) for old, new in ((count, grown), (mean, moved), (square, spread))
        )
    return flags


def plain_z(values: Floats, window: int, z: float) -> Bools:
    """The plain rule: z against the window before, the judged point not in it."""
    flags = np.zeros(values.shape, dtype=np.bool_)
    for t in range(min(48, window), values.shape[1]):
        past = values[:, max(0, t - window) : t]
        flags[:, t] = _far(values[:, t], np.nanmean(past, axis=1), np.nanstd(past, axis=1), z)
    return flags


def _far(x: Floats, middle: Floats, scale: Floats, z: float) -> Bools:
    return np.asarray((np.abs(x - middle) > z * scale) & (scale > 0), dtype=np.bool_)


PEERS: dict[str, Callable[[Floats], Bools]] = {
    "elementary": elementary,
    "elementary, day_of_week": elementary_weekly,
    "re_data": re_data,
    "Deequ OnlineNormal": deequ,
    "z over 30 days": lambda values: plain_z(values, 30, 3.0),
}


def flagged(peer: str, values: Floats) -> Bools:
    """The flags of a peer; numpy's warnings on empty windows are of no interest."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return PEERS[peer](values)
