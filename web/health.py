"""Is the process alive, can it answer, and what did it do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from assay import telemetry
from assay.errors import AssayError
from assay.store.engine import HEAD, revision
from assay.store.faults import told
from web import state

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("health", __name__)


def init(app: Flask) -> None:
    """Add the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers; the store is not asked."""
    return jsonify(status="ok")


@blueprint.get("/metrics")
def metrics() -> Response:
    """What this process counted, its worker's cycles and messages with it, in the Prometheus text format."""
    return Response(telemetry.exposition(), content_type=telemetry.EXPOSITION_TYPE)


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The store answers and its schema is this program's."""
    try:
        with told():
            found = revision(state.session().connection())
    except AssayError as error:
        return jsonify(status="not ready", reason=error.message, next=error.hint), 503
    if found != HEAD:
        reason = f"the store is at revision {found}, this program needs {HEAD}"
        return jsonify(status="not ready", reason=reason, next="Run `assay db upgrade`."), 503
    return jsonify(status="ready"), 200
