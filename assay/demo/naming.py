"""What gets its name or figure after the simulation: query ids, sessions, cloud services and acceleration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.demo.columns import identifiers
from assay.demo.people import USERS
from assay.demo.warehouses import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.demo.calendar import Calendar
    from assay.demo.load import Load
    from assay.demo.power import Ints
    from assay.demo.truth import Truth

FIRST_SESSION = 17_000_000_000
SESSION_MS = 4 * HOUR_MS
DEAR_EVERY = 5
BYTES_PER_NANO = 50
"""Bytes scanned by query acceleration for a nano-credit."""


@dataclass(slots=True)
class Named:
    """Columns beside the load: query ids, sessions, and nano-credits of cloud services and acceleration.

    `parent` is the row of the call that made a statement, or -1.
    """

    query_id: pa.StringArray
    session_id: Ints
    cloud_nano: Ints
    acceleration_nano: Ints
    parent: Ints


def name(load: Load, truth: Truth, calendar: Calendar, rng: np.random.Generator) -> Named:
    """Name the statements of a load."""
    slot = load["start_ms"] // SESSION_MS * len(USERS) + load["user"]
    _, session = np.unique(slot, return_inverse=True)
    return Named(
        identifiers(len(load), rng),
        FIRST_SESSION + session.astype(np.int64),
        _cloud(load, truth, calendar, rng),
        load["accelerated"] // BYTES_PER_NANO,
        _parents(load),
    )


def _parents(load: Load) -> Ints:
    """The row of each child's call."""
    parent = np.full(len(load), -1, dtype=np.int64)
    children, calls = np.flatnonzero(load["child_of"]), np.flatnonzero(load["call"])
    if len(children):
        row_of = np.zeros(int(load["call"].max()) + 1, dtype=np.int64)
        row_of[load["call"][calls]] = calls
        parent[children] = row_of[load["child_of"][children]]
    return parent


def _cloud(load: Load, truth: Truth, calendar: Calendar, rng: np.random.Generator) -> Ints:
    """Cloud services of each statement: 4 to 8 % of the day's compute, every fifth day over a tenth of it."""
    compute = np.zeros(len(truth.covered), dtype=np.int64)
    for kinds in truth.by_hour.values():
        compute += kinds.sum(axis=0)
    daily = np.add.reduceat(compute, np.arange(0, len(truth.covered), 24))
    share = np.where(
        np.arange(len(daily)) % DEAR_EVERY == DEAR_EVERY - 2,
        rng.uniform(0.12, 0.2, len(daily)),
        rng.uniform(0.04, 0.08, len(daily)),
    )
    day = load["start_ms"] // DAY_MS - calendar.start_ms // DAY_MS
    weight = (load["cloud"] * rng.uniform(0.5, 1.5, len(load))).astype(np.int64)
    whole = np.maximum(np.bincount(day, weight, minlength=len(daily)), 1)
    return (weight * (share * daily / whole)[day]).astype(np.int64)
