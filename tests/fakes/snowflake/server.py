"""A Snowflake double over HTTP: fakesnow's server with the login answer that connector 5 asks for.

Run by double.py in an environment of its own: ``python server.py PORT FOLDER``. Each ``SCHEMA/VIEW.parquet`` of the
folder becomes a table of the database SNOWFLAKE. It proves the wire, the types and the paging; it knows neither
privileges nor latency.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

fakesnow_server = importlib.import_module("fakesnow.server")  # the package has a function of that name

_to_sf = fakesnow_server.to_sf
_LOGIN = "/session/v1/login-request"
_ASKED_BY_CONNECTOR_5 = {
    "masterToken": "master",
    "validityInSeconds": 3600,
    "masterValidityInSeconds": 14400,
    "sessionId": 1,
    "displayUserName": "SVC",
    "healthCheckInterval": 45,
    "newClientForUpgrade": None,
    "idToken": None,
    "responseData": None,
    "remMeValidityInSeconds": 0,
}


async def login(request: Request) -> JSONResponse:
    """Whoever asks is let in."""
    told = json.loads((await fakesnow_server.login_request(request)).body)
    told["data"] = {**_ASKED_BY_CONNECTOR_5, **told["data"]}
    return JSONResponse(told)


def with_null_times(table: pa.Table, rowtype: list[Any]) -> pa.Table:
    """Fakesnow's form for the wire, where a null time is a null struct and not a struct of nulls."""
    told = _to_sf(table, rowtype)
    for at, field in enumerate(told.schema):
        if pa.types.is_struct(field.type):
            times = told.column(at).combine_chunks()
            parts = [pc.fill_null(part, 0) for part in times.flatten()]
            masked = pa.StructArray.from_arrays(
                parts, fields=list(field.type), mask=pc.is_null(times.field(0))
            )
            told = told.set_column(at, field, masked)
    return told


async def agree(_: Request) -> JSONResponse:
    """Heartbeats, telemetry and the like."""
    return JSONResponse({"success": True, "data": {}})


def load(folder: Path) -> None:
    """Make a table of every file."""
    for file in sorted(folder.glob("*/*.parquet")):
        schema, view = file.parent.name, file.stem
        connection = fakesnow_server.shared_fs.connect("SNOWFLAKE", schema)
        connection._duck_conn.execute(
            f"CREATE TABLE SNOWFLAKE.{schema}.{view} AS SELECT * FROM read_parquet('{file}')"
        )


def main() -> None:
    """Load the folder and serve until killed."""
    fakesnow_server.to_sf = with_null_times
    load(Path(sys.argv[2]))
    others = [route for route in fakesnow_server.routes if route.path != _LOGIN]
    routes = [
        Route(_LOGIN, login, methods=["POST"]),
        *others,
        Route("/{path:path}", agree, methods=["GET", "POST"]),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
