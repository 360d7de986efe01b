"""Version 1 of the answers: what can go, what is wasted and was saved, what backfills cost, how budgets stand."""

from __future__ import annotations

from flask import Response, jsonify, request

from web import state
from web.api.v1 import blueprint, told
from web.pages import dead_set, unused
from web.pages.base import asked


@blueprint.get("/unused")
def unused_json() -> Response:
    """A page of verdicts; without a verdict only what is dead, dead sets in the order they can go."""
    asked()
    return jsonify(told(unused.query(state.session(), request.args)))


@blueprint.get("/unused/sets/<set_id>")
def dead_set_json(set_id: str) -> Response:
    """One dead set."""
    asked()
    return jsonify(told(dead_set.found(set_id)))
