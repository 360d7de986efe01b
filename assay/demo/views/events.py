"""WAREHOUSE_EVENTS_HISTORY: what each warehouse and cluster did, out of order as the view gives it.

A cluster is on, and charged, from RESUME_CLUSTER STARTED to SUSPEND_CLUSTER STARTED. Size and cluster count
stand on WAREHOUSE_CONSISTENT only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.demo.columns import pick, timestamps
from assay.demo.warehouses import WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.meter import Sizes
    from assay.demo.power import Ints, Sessions
    from assay.demo.truth import Truth

NAMES = (
    "RESUME_WAREHOUSE", "RESUME_CLUSTER", "WAREHOUSE_CONSISTENT", "SUSPEND_CLUSTER", "SUSPEND_WAREHOUSE",
    "RESIZE_WAREHOUSE",
)  # fmt: skip
RESUME, RESUME_CLUSTER, CONSISTENT, SUSPEND_CLUSTER, SUSPEND, RESIZE = range(6)
REASONS = (
    "WAREHOUSE_AUTORESUME", "WAREHOUSE_AUTOSUSPEND", "WAREHOUSE_RESUME", "WAREHOUSE_SUSPEND",
    "MULTICLUSTER_SPINUP",
    "MULTICLUSTER_SPINDOWN", "WAREHOUSE_RESIZE",
)  # fmt: skip
AUTORESUME, AUTOSUSPEND, BY_HAND, STOPPED, SPINUP, SPINDOWN, RESIZED = range(7)
STATES = ("STARTED", "COMPLETED")
STARTED, COMPLETED = 0, 1
ROUTINE_MS = 60
"""How long after a start or an end the event that completes it is written."""

Rows = list[tuple["Ints", int, "Ints", int, "Ints | int", "Ints | int", "Ints | int"]]


def events(truth: Truth, rng: np.random.Generator) -> pa.Table:
    """All events of all warehouses, shuffled."""
    tables = [_of_warehouse(number, truth) for number in sorted(truth.played)]
    table = pa.concat_tables(tables, promote_options="permissive")
    return table.take(pa.array(rng.permutation(len(table))))


def _of_warehouse(number: int, truth: Truth) -> pa.Table:
    first, *others = truth.played[number].sessions
    sizes = truth.sizes[number]
    rows: Rows = []
    _whole(rows, first, sizes)
    _cluster(rows, first, 1, _reasons(first, AUTORESUME, BY_HAND), _reasons(first, AUTOSUSPEND, STOPPED))
    for at, sessions in enumerate(others, start=2):
        same = np.zeros_like(sessions.on_ms)
        _cluster(rows, sessions, at, same + SPINUP, same + SPINDOWN)
    _resizes(rows, first, sizes)
    return _table(rows, number, sizes)


def _reasons(sessions: Sessions, usual: int, by_hand: int) -> Ints:
    return np.where(sessions.manual, by_hand, usual)


def _whole(rows: Rows, sessions: Sessions, sizes: Sizes) -> None:
    """The warehouse's own events: resumed, consistent, suspended."""
    on, off = sessions.on_ms, sessions.off_ms
    resumed, stopped = _reasons(sessions, AUTORESUME, BY_HAND), _reasons(sessions, AUTOSUSPEND, STOPPED)
    rows += [
        (on, RESUME, resumed, STARTED, 0, -1, 0),
        (on + ROUTINE_MS, RESUME, resumed, COMPLETED, 0, -1, 0),
        (on + ROUTINE_MS + 1, CONSISTENT, resumed, COMPLETED, 0, sizes.index(on + ROUTINE_MS + 1), 1),
        (off, SUSPEND, stopped, STARTED, 0, -1, 0),
        (off + ROUTINE_MS, SUSPEND, stopped, COMPLETED, 0, -1, 0),
    ]


def _cluster(rows: Rows, sessions: Sessions, cluster: int, on_reason: Ints, off_reason: Ints) -> None:
    on, off = sessions.on_ms, sessions.off_ms
    rows += [
        (on, RESUME_CLUSTER, on_reason, STARTED, cluster, -1, 0),
        (on + ROUTINE_MS, RESUME_CLUSTER, on_reason, COMPLETED, cluster, -1, 0),
        (off, SUSPEND_CLUSTER, off_reason, STARTED, cluster, -1, 0),
        (off + ROUTINE_MS, SUSPEND_CLUSTER, off_reason, COMPLETED, cluster, -1, 0),
    ]


def _resizes(rows: Rows, sessions: Sessions, sizes: Sizes) -> None:
    """Each resize, and the consistent state after it; the first size of all is told at the first start."""
    at = sizes.since_ms[1:]
    reason = np.full_like(at, RESIZED)
    rows += [
        (at, RESIZE, reason, STARTED, 0, -1, 0),
        (at, CONSISTENT, reason, COMPLETED, 0, sizes.index(at), 1),
    ]
    first = sessions.on_ms[:1]
    rows.append((first, CONSISTENT, np.full_like(first, AUTORESUME), COMPLETED, 0, sizes.index(first), 1))


def _table(rows: Rows, number: int, sizes: Sizes) -> pa.Table:
    def column(part: int) -> Ints:
        return np.concatenate(
            [np.broadcast_to(np.asarray(row[part], dtype=np.int64), row[0].shape) for row in rows]
        )

    at, name, reason, state, cluster, size, count = (column(part) for part in range(7))
    whole = np.zeros(len(at), dtype=np.int64)
    upper = [word.upper() for word in sizes.names]
    return pa.table(
        {
            "TIMESTAMP": timestamps(at),
            "WAREHOUSE_ID": pa.array(whole + WAREHOUSES[number].id),
            "WAREHOUSE_NAME": pick([WAREHOUSES[number].name], whole).cast(pa.string()),
            "CLUSTER_NUMBER": pa.array(cluster, mask=cluster == 0),
            "EVENT_NAME": pick(NAMES, name).cast(pa.string()),
            "EVENT_REASON": pick(REASONS, reason).cast(pa.string()),
            "EVENT_STATE": pick(STATES, state).cast(pa.string()),
            "USER_NAME": pa.nulls(len(at), pa.string()),
            "ROLE_NAME": pa.nulls(len(at), pa.string()),
            "QUERY_ID": pa.nulls(len(at), pa.string()),
            "SIZE": pick(upper, size).cast(pa.string()),
            "CLUSTER_COUNT": pa.array(count, mask=count == 0),
            "RESOURCE_CONSTRAINT": pa.nulls(len(at), pa.string()),
        }
    )
