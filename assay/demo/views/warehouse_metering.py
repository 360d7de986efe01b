"""WAREHOUSE_METERING_HISTORY: what each warehouse was charged per hour, before the daily adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.demo.columns import credit, pick, timestamps
from assay.demo.meter import BUSY
from assay.demo.warehouses import HOUR_MS, NO_WAREHOUSE, WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.load import Load
    from assay.demo.power import Ints
    from assay.demo.truth import Truth

SHORT_MS = 100
"""Statements up to this length get no credits attributed by the warehouse itself."""
CLOUD_SERVICES_ONLY = "CLOUD_SERVICES_ONLY"
"""The row under which the view shows the cloud services of statements without a warehouse."""
NAMES = [warehouse.name for warehouse in WAREHOUSES] + [CLOUD_SERVICES_ONLY]


@dataclass(frozen=True, slots=True)
class Hours:
    """Metered warehouse-hours in columns: `warehouse` numbers NAMES; credits in nano-credits."""

    warehouse: Ints
    start_ms: Ints
    compute_nano: Ints
    cloud_nano: Ints
    attributed_nano: Ints


def metered_hours(load: Load, truth: Truth, cloud_nano: Ints) -> Hours:
    """Every warehouse-hour in which anything was charged."""
    shape = (len(NAMES), len(truth.covered))
    compute, attributed = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    hour = load["start_ms"] // HOUR_MS - truth.covered.start
    place = (
        np.where(load["warehouse"] == NO_WAREHOUSE, len(WAREHOUSES), load["warehouse"]) * len(truth.covered)
        + hour
    )
    cloud = np.bincount(place, cloud_nano, minlength=compute.size).astype(np.int64).reshape(shape)
    short = truth.end_ms - truth.begin_ms <= SHORT_MS
    little = np.bincount(place[short], truth.busy_nano[short], minlength=compute.size).reshape(shape)
    for warehouse, kinds in truth.by_hour.items():
        compute[warehouse] = kinds.sum(axis=0)
        attributed[warehouse] = np.maximum(kinds[BUSY] - little[warehouse].astype(np.int64), 0)
    charged = np.flatnonzero((compute + cloud).ravel())
    start = (charged % len(truth.covered) + truth.covered.start) * HOUR_MS
    flat = (values.ravel()[charged] for values in (compute, cloud, attributed))
    return Hours(charged // len(truth.covered), start, *flat)


def warehouse_metering(hours: Hours) -> pa.Table:
    """The view's rows."""
    ids = np.array([warehouse.id for warehouse in WAREHOUSES] + [0])
    return pa.table(
        {
            "START_TIME": timestamps(hours.start_ms),
            "END_TIME": timestamps(hours.start_ms + HOUR_MS),
            "WAREHOUSE_ID": pa.array(ids[hours.warehouse]),
            "WAREHOUSE_NAME": pick(NAMES, hours.warehouse),
            "CREDITS_USED": credit(hours.compute_nano + hours.cloud_nano),
            "CREDITS_USED_COMPUTE": credit(hours.compute_nano),
            "CREDITS_USED_CLOUD_SERVICES": credit(hours.cloud_nano),
            "CREDITS_ATTRIBUTED_COMPUTE_QUERIES": credit(hours.attributed_nano),
        }
    )
