"""SESSIONS: with which program and driver each session was opened. Of the client's environment only the program."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa

from assay.facts.streams import SESSIONS
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.values import each_distinct
from collectors.snowflake.views.base import GOVERNANCE_VIEWER, Kind, View, columns


def _application(environment: str) -> str | None:
    """The program's name in a client's environment (JSON); None when it does not say."""
    try:
        told = json.loads(environment)
    except (ValueError, RecursionError):
        return None
    name = told.get("APPLICATION") if isinstance(told, dict) else None
    return name if isinstance(name, str) else None


def _parts(rows: pa.RecordBatch, view: View, _: Reading) -> Parts:
    told = dict(zip(rows.schema.names, rows.columns, strict=True))
    told["application"] = each_distinct(told["environment"], _application)
    return Parts(((view.stream, pa.table({name: told[name] for name in view.stream.schema.names})),))


VIEW = View(
    name="SESSIONS",
    stream=SESSIONS,
    columns=(
        *columns(Kind.TEXT, "session_id", required=True),
        *columns(Kind.MOMENT, "created_ms=CREATED_ON", required=True),
        *columns(Kind.USER, "user=USER_NAME"),
        *columns(
            Kind.TEXT,
            "authentication=AUTHENTICATION_METHOD client=CLIENT_APPLICATION_ID "
            "environment=CLIENT_ENVIRONMENT",
        ),
    ),
    cursor="created_ms",
    page_key="session_id",
    first_key=-1,
    lag=timedelta(hours=3),
    look_back=timedelta(days=2),
    grant=GOVERNANCE_VIEWER,
    parts=_parts,
)
