"""The price of a backfill for orchestrators: may it run, what will it cost, and how did quotes come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.errors import UsageError
from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.model.money import to_nano
from assay.model.time import from_ms
from assay.store import quotes
from costs.backfill import QuoteRequest, asked_range, quote
from costs.backfill.hindsight import published
from costs.backfill.plan import asset_named
from web import forms, state
from web.format import now_ms

if TYPE_CHECKING:
    from assay.store.tables import QuoteRow
    from costs.backfill import Quote

blueprint = Blueprint("backfill_api", __name__, url_prefix="/api/v1/backfill")


class Question(BaseModel):
    """What may be asked, by the same names in a query string and in JSON."""

    model_config = ConfigDict(extra="forbid")

    asset: str = Field(min_length=1, max_length=1000)
    partitions: str = Field(min_length=1, max_length=2000)
    downstream: bool = False
    warehouse: str = Field(default="", max_length=300)
    concurrency: int = Field(default=0, ge=0, le=1000)
    limit: Decimal | None = Field(default=None, ge=0, le=10**9)
    starts_at: datetime | None = None


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
    return jsonify(Answer(_priced(request.args.to_dict())).as_dict())


@blueprint.post("/quote")
def ask() -> Response:
    """Price a backfill, asked in JSON, and keep the quote."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise UsageError(
            "The question is no JSON object.",
            hint='Send {"asset": …, "partitions": "2026-09-01..2026-09-30"}.',
        )
    found = _priced(body)
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


def _priced(given: dict[str, Any]) -> Quote:
    """The quote a question asks for; UsageError names what of it cannot be used."""
    try:
        question = Question.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the question"
        raise UsageError(
            f"{where[:100]}: {first['msg']}.",
            hint=f"It may hold {', '.join(Question.model_fields)}; asset and partitions are needed.",
        ) from None
    settings, store = state.settings(), state.store()
    starts_at = question.starts_at
    if starts_at is not None and starts_at.tzinfo is None:
        starts_at = starts_at.replace(tzinfo=UTC)
    asked = QuoteRequest(
        asset=asset_named(state.session(), question.asset),
        partitions=asked_range(question.partitions),
        downstream=question.downstream,
        warehouse=question.warehouse,
        concurrency=question.concurrency,
        limit_nano=None if question.limit is None else to_nano(question.limit),
        starts_at=starts_at,
    )
    root = settings.facts.root
    return quote(
        store, FactFiles(root, store), lambda: Engine.open([root]), asked, settings, from_ms(now_ms())
    )
