"""Version 1: the pages' own query objects, told as JSON. Figures are integers: nano-credits and micro-currency."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request

from assay.model.assets import AssetKey
from assay.store.tables import Base
from web import state
from web.charts import Chart
from web.format import Amount
from web.pages import alerts, asset, assets, checks, connections, costs, incident, incidents, overview
from web.pages.base import asked

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("v1", __name__, url_prefix="/api/v1")
_DRAWN = {"lineage", "minis", "sparks", "beats", "edges"}


def _amount(value: Amount) -> dict[str, Any]:
    return {"nano_credits": value.nano, "micro_currency": value.micro, "currency": value.currency}


_PLAIN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Amount, _amount),
    (AssetKey, str),
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (Chart, Chart.data),
)


def told(value: object) -> Any:  # noqa: ANN401 - JSON
    """A query object as plain JSON values; drawings are left out, charts keep their figures."""
    for kind, plain in _PLAIN:
        if isinstance(value, kind):
            return plain(value)
    if isinstance(value, Base):
        return {column.key: getattr(value, column.key) for column in value.__mapper__.column_attrs}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: told(getattr(value, f.name)) for f in fields(value) if f.name not in _DRAWN}
    if isinstance(value, dict):
        return {str(key): told(item) for key, item in value.items()}
    return [told(item) for item in value] if isinstance(value, list | tuple) else value


@blueprint.get("/overview")
def overview_json() -> Response:
    """The overview's figures."""
    return jsonify(told(overview.query(state.session(), asked())))


@blueprint.get("/assets")
def assets_json() -> Response:
    """A page of assets."""
    return jsonify(told(assets.query(state.session(), asked(), request.args)))


@blueprint.get("/assets/<key:key>")
def asset_json(key: str) -> Response:
    """One asset."""
    found = asset.query(state.session(), asked(), key)
    if found is None:
        abort(404, f"There is no asset {key[:200]}.")
    return jsonify(told(found))


@blueprint.get("/costs")
def costs_json() -> Response:
    """Costs by one grouping, all rows."""
    return jsonify(told(costs.query(state.session(), asked(), request.args.get("by", "warehouse"), None)))


@blueprint.get("/connections")
def connections_json() -> Response:
    """Every connection and stream."""
    return jsonify(told(connections.query(state.session())))


@blueprint.get("/incidents")
def incidents_json() -> Response:
    """A page of incidents; without a state only those that want attention."""
    asked()
    return jsonify(told(incidents.query(state.session(), request.args)))


@blueprint.get("/incidents/<int:incident_id>")
def incident_json(incident_id: int) -> Response:
    """One incident."""
    asked()
    return jsonify(told(incident.found(incident_id)))


@blueprint.get("/checks")
def checks_json() -> Response:
    """A page of checks, and what no check watches."""
    asked()
    return jsonify(told(checks.query(state.session(), request.args)))


@blueprint.get("/alerts")
def alerts_json() -> Response:
    """Channels, routes, silences and a page of the delivery log."""
    asked()
    return jsonify(told(alerts.query(state.session(), request.args, state.settings())))
