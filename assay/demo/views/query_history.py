"""QUERY_HISTORY: every finished statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.demo.assets import DATABASE
from assay.demo.columns import constant, credit, pick, timestamps
from assay.demo.people import USERS
from assay.demo.warehouses import NO_WAREHOUSE, WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.load import Book, Load
    from assay.demo.naming import Named
    from assay.demo.truth import Truth


CLIENT_MS = 30
"""Shorter statements without a warehouse are the client's own."""
DISK_BYTES = 4_000_000_000
"""What a statement may spill to the warehouse's disks before they are full and the rest goes to remote storage."""
HASHES = ("QUERY_HASH", "QUERY_PARAMETERIZED_HASH")
WRITING = {"COPY", "INSERT", "MERGE", "CREATE_TABLE_AS_SELECT"}


def _sizes(load: Load, truth: Truth) -> pa.DictionaryArray:
    """The size each statement ran on."""
    names = ["X-Small", "Small", "Medium", "Large", "X-Large"]
    number = np.full(len(load), -1, dtype=np.int64)
    for warehouse, sizes in truth.sizes.items():
        mine = load["warehouse"] == warehouse
        number[mine] = np.array([names.index(name) for name in sizes.names])[truth.size[mine]]
    return pick(names, number)


def _spilled(load: Load) -> dict[str, pa.Array]:
    """What statements wrote for want of memory, to the warehouse's disks and beyond."""
    local = np.minimum(load["spilled"], DISK_BYTES)
    return {
        "BYTES_SPILLED_TO_LOCAL_STORAGE": pa.array(local),
        "BYTES_SPILLED_TO_REMOTE_STORAGE": pa.array(load["spilled"] - local),
    }


def query_history(load: Load, truth: Truth, book: Book, named: Named) -> pa.Table:
    """The view's rows in the order of the load."""
    rows = len(load)
    statement = np.array(book.statement)[load["text"]]
    type_of = [entry.type for entry in book.statements]
    writes = np.array([entry in WRITING for entry in type_of])[statement]
    on = load["warehouse"] != NO_WAREHOUSE
    wait = truth.begin_ms - truth.asked_ms
    failed = load["failed"].astype(np.int8)
    ok = failed == 0
    text, user, zero = load["text"], load["user"], np.zeros(rows, dtype=np.int64)
    changed = np.where(writes & ok, load["rows"], 0)
    merges = np.array([entry == "MERGE" for entry in type_of])[statement]
    return pa.table(
        {
            "QUERY_ID": named.query_id,
            "QUERY_TEXT": pick(book.texts, text),
            "DATABASE_ID": pa.array(zero + 5),
            "DATABASE_NAME": constant(DATABASE, rows),
            "SCHEMA_NAME": pick([entry.schema for entry in book.statements], statement),
            "QUERY_TYPE": pick(type_of, statement),
            "SESSION_ID": pa.array(named.session_id),
            "USER_NAME": pick([entry.name for entry in USERS], user),
            "ROLE_NAME": pick([entry.role for entry in USERS], user),
            "WAREHOUSE_ID": pa.array(load["warehouse"] + WAREHOUSES[0].id, mask=~on),
            "WAREHOUSE_NAME": pick([entry.name for entry in WAREHOUSES], load["warehouse"]),
            "WAREHOUSE_SIZE": _sizes(load, truth),
            "WAREHOUSE_TYPE": pick(["STANDARD"], np.where(on, 0, -1)),
            "CLUSTER_NUMBER": pa.array(truth.cluster, mask=~on),
            "QUERY_TAG": pick(book.tags, text),
            "EXECUTION_STATUS": pick(["SUCCESS", "FAIL"], failed),
            "ERROR_CODE": pick(["604"], np.where(ok, -1, 0)),
            "ERROR_MESSAGE": pick(["SQL execution canceled"], np.where(ok, -1, 0)),
            "START_TIME": timestamps(load["start_ms"]),
            "END_TIME": timestamps(truth.end_ms),
            "TOTAL_ELAPSED_TIME": pa.array(truth.end_ms - load["start_ms"]),
            "BYTES_SCANNED": pa.array(load["scanned"]),
            "BYTES_WRITTEN": pa.array(np.where(ok, load["written"], 0)),
            **_spilled(load),
            "ROWS_PRODUCED": pa.array(np.where(ok, load["rows"], 0)),
            "ROWS_INSERTED": pa.array(np.where(merges, changed // 2, changed)),
            "ROWS_UPDATED": pa.array(np.where(merges, changed - changed // 2, 0)),
            "ROWS_DELETED": pa.array(zero),
            "COMPILATION_TIME": pa.array(load["compile_ms"]),
            "EXECUTION_TIME": pa.array(truth.end_ms - truth.begin_ms),
            "QUEUED_PROVISIONING_TIME": pa.array(np.where(truth.cluster == 1, wait, 0)),
            "QUEUED_REPAIR_TIME": pa.array(zero),
            "QUEUED_OVERLOAD_TIME": pa.array(np.where(truth.cluster > 1, wait, 0)),
            "TRANSACTION_BLOCKED_TIME": pa.array(zero),
            "LIST_EXTERNAL_FILES_TIME": pa.array(zero),
            "CREDITS_USED_CLOUD_SERVICES": credit(named.cloud_nano),
            "QUERY_LOAD_PERCENT": pa.array(zero + 100, mask=~on),
            "IS_CLIENT_GENERATED_STATEMENT": pa.array(~on & (load["run_ms"] < CLIENT_MS)),
            "QUERY_ACCELERATION_BYTES_SCANNED": pa.array(load["accelerated"]),
            "QUERY_ACCELERATION_PARTITIONS_SCANNED": pa.array(load["accelerated"] // 16_000_000),
            "QUERY_ACCELERATION_UPPER_LIMIT_SCALE_FACTOR": pa.array(np.where(load["accelerated"] > 0, 8, 0)),
            **dict.fromkeys(HASHES, pick([entry.hash for entry in book.statements], statement)),
            "USER_TYPE": pick([entry.type for entry in USERS], user),
        }
    )
