"""ACCESS_HISTORY, QUERY_ATTRIBUTION_HISTORY, SESSIONS: what statements touched, cost, and came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.demo.assets import BY_NAME, NUMBER, bases
from assay.demo.columns import constant, pick, timestamps
from assay.demo.people import USERS
from assay.demo.views.warehouse_metering import SHORT_MS
from assay.demo.warehouses import NO_WAREHOUSE, WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.load import Book, Load, Statement
    from assay.demo.naming import Named
    from assay.demo.power import Ints
    from assay.demo.truth import Truth

FIRST_OBJECT = 41_000
NANO = 1_000_000_000


def objects(names: tuple[str, ...]) -> str:
    """Tables as the view writes an array of them."""
    found = []
    for name in names:
        table = BY_NAME[name]
        domain = "View" if table.kind == "view" else "Table"
        columns = [{"columnId": FIRST_OBJECT * 10 + NUMBER[name], "columnName": table.key.upper()}]
        found.append(
            {
                "columns": columns,
                "objectDomain": domain,
                "objectId": FIRST_OBJECT + NUMBER[name],
                "objectName": table.sql,
            }
        )
    return json.dumps(found)


def _ddl(statement: Statement) -> str | None:
    if not statement.ddl:
        return None
    table = BY_NAME[statement.writes]
    number = FIRST_OBJECT + NUMBER[table.name]
    return json.dumps(
        {
            "objectDomain": "View",
            "objectId": number,
            "objectName": table.sql,
            "operationType": "CREATE",
            "properties": {},
        }
    )


def _ids(named: Named, rows: Ints) -> tuple[pa.Array, pa.Array]:
    """Parent and root query ids of some rows: the call, for what it made."""
    parent = named.parent[rows]
    found = pc.take(named.query_id, pa.array(parent, mask=parent < 0))
    return found, found


def access_history(load: Load, book: Book, named: Named) -> pa.Table:
    """One row per successful statement that touched an object."""
    touches = np.array([bool(entry.reads or entry.writes) for entry in book.statements])
    statement = np.array(book.statement)[load["text"]]
    rows = np.flatnonzero(touches[statement] & (load["failed"] == 0))
    statement = statement[rows]
    entries = book.statements
    parent, root = _ids(named, rows)
    return pa.table(
        {
            "QUERY_ID": named.query_id.take(pa.array(rows)),
            "QUERY_START_TIME": timestamps(load["start_ms"][rows]),
            "USER_NAME": pick([entry.name for entry in USERS], load["user"][rows]),
            "DIRECT_OBJECTS_ACCESSED": pick([objects(entry.reads) for entry in entries], statement),
            "BASE_OBJECTS_ACCESSED": pick([objects(bases(entry.reads)) for entry in entries], statement),
            "OBJECTS_MODIFIED": pick(
                [objects((entry.writes,) if entry.writes and not entry.ddl else ()) for entry in entries],
                statement,
            ),
            "OBJECT_MODIFIED_BY_DDL": pick([_ddl(entry) for entry in entries], statement),
            "POLICIES_REFERENCED": constant("[]", len(rows)),
            "PARENT_QUERY_ID": parent,
            "ROOT_QUERY_ID": root,
        }
    )


def query_attribution(load: Load, truth: Truth, book: Book, named: Named) -> pa.Table:
    """One row per statement that executed for more than 100 ms: its credits, without idle time."""
    rows = np.flatnonzero((load["warehouse"] != NO_WAREHOUSE) & (truth.end_ms - truth.begin_ms > SHORT_MS))
    statement = np.array(book.statement)[load["text"][rows]]
    parent, root = _ids(named, rows)
    accelerated = named.acceleration_nano[rows]
    hashes = [entry.hash for entry in book.statements]
    return pa.table(
        {
            "QUERY_ID": named.query_id.take(pa.array(rows)),
            "PARENT_QUERY_ID": parent,
            "ROOT_QUERY_ID": root,
            "WAREHOUSE_ID": pa.array(load["warehouse"][rows] + WAREHOUSES[0].id),
            "WAREHOUSE_NAME": pick([entry.name for entry in WAREHOUSES], load["warehouse"][rows]),
            "QUERY_HASH": pick(hashes, statement),
            "QUERY_PARAMETERIZED_HASH": pick(hashes, statement),
            "QUERY_TAG": pick(book.tags, load["text"][rows]),
            "USER_NAME": pick([entry.name for entry in USERS], load["user"][rows]),
            "START_TIME": timestamps(load["start_ms"][rows]),
            "END_TIME": timestamps(truth.end_ms[rows]),
            "CREDITS_ATTRIBUTED_COMPUTE": pa.array(np.rint(truth.busy_nano[rows]) / NANO),
            "CREDITS_USED_QUERY_ACCELERATION": pa.array(accelerated / NANO, mask=accelerated == 0),
        }
    )


def sessions(load: Load, named: Named) -> pa.Table:
    """One row per session: who logged in, and by what client."""
    number, first = np.unique(named.session_id, return_index=True)
    user = load["user"][first]
    environment = [json.dumps({"APPLICATION": entry.application, "OS": "Linux"}) for entry in USERS]
    method = ["RSA_KEYPAIR" if entry.type == "SERVICE" else "SAML2" for entry in USERS]
    return pa.table(
        {
            "SESSION_ID": pa.array(number),
            "CREATED_ON": timestamps(load["start_ms"][first] - 900),
            "USER_NAME": pick([entry.name for entry in USERS], user),
            "AUTHENTICATION_METHOD": pick(method, user),
            "LOGIN_EVENT_ID": pa.array(number * 3),
            "CLIENT_APPLICATION_ID": pick([entry.client for entry in USERS], user),
            "CLIENT_APPLICATION_VERSION": pick([entry.client.split()[-1] for entry in USERS], user),
            "CLIENT_ENVIRONMENT": pick(environment, user),
            "CLIENT_BUILD_ID": constant(None, len(number)),
            "CLIENT_VERSION": pick([entry.client.split()[-1] for entry in USERS], user),
            "CLOSED_REASON": constant(None, len(number)),
        }
    )
