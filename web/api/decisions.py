"""Version 1 of the answers: what can go, what is wasted and was saved, what backfills cost, how budgets stand."""

from __future__ import annotations

from flask import Response, jsonify, request

from web import state
from web.api.v1 import blueprint, told
from web.pages import actions, backfill, budgets, dead_set, quote, unused
from web.pages.base import asked
from web.savings_figures import ledger


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


@blueprint.get("/budgets")
def budgets_json() -> Response:
    """How every budget stands in a month; `month=2026-11`, else the newest that is known."""
    asked()
    return jsonify(told(budgets.query(state.session(), state.settings(), request.args.get("month", ""))))


@blueprint.get("/budgets/<name>")
def budget_json(name: str) -> Response:
    """One budget, and it in all months that are known."""
    asked()
    return jsonify(told(budgets.found(name)))


@blueprint.get("/findings")
def actions_json() -> Response:
    """A page of findings of waste, without a state only those that are open; and the savings ledger."""
    asked()
    return jsonify(told(actions.query(state.session(), request.args)))


@blueprint.get("/savings")
def savings_json() -> Response:
    """The savings ledger alone."""
    asked()
    return jsonify(told(ledger(state.session())))


@blueprint.get("/quotes")
def backfill_json() -> Response:
    """The newest quotes with what they came to, and the published coverage."""
    ask = asked()
    return jsonify(told(backfill.query(state.session(), ask, {})))


@blueprint.get("/quotes/<quote_id>")
def quote_json(quote_id: str) -> Response:
    """One quote as its page tells it."""
    asked()
    return jsonify(told(quote.found(quote_id)))
