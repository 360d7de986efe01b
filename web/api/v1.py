"""Version 1: the pages' own query objects, told as JSON. Figures are integers: nano-credits and micro-currency."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from assay.store.tables import Base
from web import state
from web.charts import Chart
from web.format import Amount
from web.pages import asset, assets, connections, costs, overview
from web.pages.base import asked

blueprint = Blueprint("v1", __name__, url_prefix="/api/v1")


def told(value: object) -> Any:  # noqa: ANN401 - JSON
    """A query object as plain JSON values; drawings are left out, charts keep their figures."""
    if isinstance(value, Amount):
        return {"nano_credits": value.nano, "micro_currency": value.micro, "currency": value.currency}
    if isinstance(value, Chart):
        return value.data()
    if isinstance(value, Base):
        return {column.key: getattr(value, column.key) for column in value.__mapper__.column_attrs}
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: told(getattr(value, f.name))
            for f in fields(value)
            if f.name not in {"lineage", "sparks", "beats"}
        }
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
