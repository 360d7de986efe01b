"""The price of a backfill for orchestrators: may it run, what will it cost, and how did quotes come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request

from assay.errors import UsageError
from assay.store import quotes
from costs.backfill.hindsight import published
from web import forms, state
from web.pricing import priced

if TYPE_CHECKING:
    from assay.store.tables import QuoteRow
    from costs.backfill import Quote

blueprint = Blueprint("backfill_api", __name__, url_prefix="/api/v1/backfill")


@dataclass(frozen=True, slots=True)
class Answer:
    """A quote, and the words an orchestrator decides by."""

    quote: Quote
    id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """`allowed` and `reasons` first, then the quote."""
        told = self.quote.as_dict()
        return {"allowed": told["allowed"], "reasons": told["reasons"], **told, "id": self.id}


@blueprint.get("/quote")
def look() -> Response:
    """Price a backfill; nothing is kept."""
    return jsonify(Answer(priced(request.args.to_dict())).as_dict())


@blueprint.post("/quote")
def ask() -> Response:
    """Price a backfill, asked in JSON, and keep the quote."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets without end
        body = None
    if not isinstance(body, dict):
        raise UsageError(
            "The question is no JSON object.",
            hint='Send {"asset": …, "partitions": "2026-09-01..2026-09-30"}.',
        )
    found = priced(body)
    with state.store().write() as session:
        quote_id = quotes.keep(session, found.as_dict(), found.made_at, forms.actor())
    return jsonify(Answer(found, quote_id).as_dict())


@blueprint.get("/quotes")
def listed() -> Response:
    """The newest quotes, and what their backfills came to."""
    return jsonify(
        [_told(row) for row in quotes.latest(state.session(), asset_key=request.args.get("asset", ""))]
    )


@blueprint.get("/quotes/<quote_id>")
def one(quote_id: str) -> Response:
    """One quote as it was told."""
    row = quotes.by_id(state.session(), quote_id)
    if row is None:
        abort(404, f"There is no quote {quote_id[:40]}.")
    return jsonify(_told(row))


@blueprint.get("/coverage")
def coverage() -> Response:
    """How often builds fell inside the range they were quoted."""
    session = state.session()
    return jsonify(published(quotes.calibrations(session), quotes.closed(session)))


def _told(row: QuoteRow) -> dict[str, Any]:
    return row.result | {"made_by": row.made_by, "realised": row.realised if row.realised_ms else None}
