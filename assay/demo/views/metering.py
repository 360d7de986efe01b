"""METERING_HISTORY and METERING_DAILY_HISTORY: what is charged by service, object and hour, and by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.demo.columns import credit, pick, timestamps
from assay.demo.views.warehouse_metering import NAMES, Hours
from assay.demo.warehouses import DAY_MS, HOUR_MS, NO_WAREHOUSE, WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.load import Load
    from assay.demo.naming import Named
    from assay.demo.power import Ints
    from assay.demo.simulation import Simulation

TWICE = 0.03
"""The share of hours for which the pipe has two rows."""
SERVICES = ("WAREHOUSE_METERING", "QUERY_ACCELERATION", "PIPE", "AUTO_CLUSTERING", "SERVERLESS_TASK")
OBJECTS = (*NAMES, "PAGE_VIEWS_PIPE", "INT_SESSIONS", "CLOSE_BOOKS")
PIPE, CLUSTERED, TASK = range(len(NAMES), len(NAMES) + 3)
TYPES = (*(["WAREHOUSE"] * len(NAMES)), "PIPE", "TABLE", "TASK")
IDS = (*(warehouse.id for warehouse in WAREHOUSES), 0, 701, 702, 703)
DATABASES = (*([None] * len(NAMES)), "RAW", "ANALYTICS", "ANALYTICS")
SCHEMAS = (*([None] * len(NAMES)), "WEB", "INTERMEDIATE", "FINANCE")


@dataclass(frozen=True, slots=True)
class Metering:
    """Charged hours in columns: `service` numbers SERVICES, `object` OBJECTS; credits in nano-credits."""

    service: Ints
    object: Ints
    start_ms: Ints
    compute_nano: Ints
    cloud_nano: Ints
    bytes: Ints


Rows = tuple["Ints", ...]


def metering(hours: Hours, simulation: Simulation, rng: np.random.Generator) -> Metering:
    """All services; a pipe may have two rows of one hour, as in the view itself."""
    warehouses = _rows(0, hours.warehouse, hours.start_ms, hours.compute_nano)
    days = np.asarray(simulation.calendar.days_ms)
    every = (days[:, None] + np.arange(24) * HOUR_MS).ravel()
    twice = np.concatenate([every, every[rng.random(len(every)) < TWICE]])
    built = np.concatenate([days + 3 * HOUR_MS, days + 4 * HOUR_MS])
    parts = [
        (*warehouses[:4], hours.cloud_nano, warehouses[5]),
        _accelerated(simulation.load, simulation.named),
        _rows(
            2,
            PIPE,
            twice,
            rng.integers(200_000, 4_000_000, len(twice)),
            rng.integers(10**7, 10**9, len(twice)),
        ),
        _rows(3, CLUSTERED, built, rng.integers(10**7, 2 * 10**8, len(built)), 5 * 10**9),
        _rows(4, TASK, days + 5 * HOUR_MS, rng.integers(10**7, 5 * 10**7, len(days))),
    ]
    return Metering(*(np.concatenate(columns).astype(np.int64) for columns in zip(*parts, strict=True)))


def _rows(service: int, thing: Ints | int, start: Ints, nano: Ints, size: Ints | int = 0) -> Rows:
    """The columns of a service's rows, without cloud services."""
    columns = np.broadcast_arrays(np.int64(service), thing, start, nano, 0, size)
    return tuple(np.asarray(column, dtype=np.int64) for column in columns)


def _accelerated(load: Load, named: Named) -> Rows:
    """Query acceleration of each warehouse and hour in which a statement helped by it began."""
    helped = np.flatnonzero((named.acceleration_nano > 0) & (load["warehouse"] != NO_WAREHOUSE))
    slot = load["start_ms"][helped] // HOUR_MS * len(NAMES) + load["warehouse"][helped]
    slots, where = np.unique(slot, return_inverse=True)
    nano = np.bincount(where, named.acceleration_nano[helped], minlength=len(slots)).astype(np.int64)
    size = np.bincount(where, load["accelerated"][helped], minlength=len(slots)).astype(np.int64)
    return _rows(1, slots % len(NAMES), slots // len(NAMES) * HOUR_MS, nano, size)


def metering_history(rows: Metering) -> pa.Table:
    """METERING_HISTORY's rows."""
    count = len(rows.service)
    return pa.table(
        {
            "SERVICE_TYPE": pick(SERVICES, rows.service),
            "START_TIME": timestamps(rows.start_ms),
            "END_TIME": timestamps(rows.start_ms + HOUR_MS),
            "ENTITY_ID": pa.array(np.array(IDS)[rows.object]),
            "ENTITY_TYPE": pick(TYPES, rows.object),
            "NAME": pick(OBJECTS, rows.object),
            "DATABASE_ID": pa.nulls(count, pa.int64()),
            "DATABASE_NAME": pick(DATABASES, rows.object),
            "SCHEMA_ID": pa.nulls(count, pa.int64()),
            "SCHEMA_NAME": pick(SCHEMAS, rows.object),
            "CREDITS_USED_COMPUTE": credit(rows.compute_nano),
            "CREDITS_USED_CLOUD_SERVICES": credit(rows.cloud_nano),
            "CREDITS_USED": credit(rows.compute_nano + rows.cloud_nano),
            "BYTES": pa.array(rows.bytes),
            "ROWS": pa.array(rows.bytes // 200),
            "FILES": pa.array(rows.bytes // 10_000_000),
        }
    )


def metering_daily(rows: Metering) -> pa.Table:
    """METERING_DAILY_HISTORY's rows: cloud services are given back up to a tenth of the day's compute."""
    slots, where = np.unique(rows.start_ms // DAY_MS * len(SERVICES) + rows.service, return_inverse=True)
    compute = np.zeros(len(slots), dtype=np.int64)
    cloud = np.zeros(len(slots), dtype=np.int64)
    np.add.at(compute, where, rows.compute_nano)
    np.add.at(cloud, where, rows.cloud_nano)
    service = slots % len(SERVICES)
    back = np.where(service == 0, np.minimum(cloud, compute // 10), 0)
    days = (slots // len(SERVICES)).astype(np.int32)
    return pa.table(
        {
            "SERVICE_TYPE": pick(SERVICES, service),
            "USAGE_DATE": pa.array(days, pa.date32()),
            "CREDITS_USED_COMPUTE": credit(compute),
            "CREDITS_USED_CLOUD_SERVICES": credit(cloud),
            "CREDITS_USED": credit(compute + cloud),
            "CREDITS_ADJUSTMENT_CLOUD_SERVICES": credit(-back),
            "CREDITS_BILLED": credit(compute + cloud - back),
        }
    )
