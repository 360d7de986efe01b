"""A question after the price of a backfill, as a form, a query string or JSON puts it; and its answer."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotation
from decimal import Decimal  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.errors import UsageError
from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.model.money import to_nano
from assay.model.time import from_ms
from costs.backfill import QuoteRequest, asked_range, asked_start, quote
from costs.backfill.plan import asset_named
from web import state
from web.format import now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costs.backfill import Quote


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


def priced(given: Mapping[str, Any]) -> Quote:
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
    asked = QuoteRequest(
        asset=asset_named(state.session(), question.asset),
        partitions=asked_range(question.partitions),
        downstream=question.downstream,
        warehouse=question.warehouse,
        concurrency=question.concurrency,
        limit_nano=None if question.limit is None else to_nano(question.limit),
        starts_at=asked_start(question.starts_at),
    )
    root = settings.facts.root
    return quote(
        store, FactFiles(root, store), lambda: Engine.open([root]), asked, settings, from_ms(now_ms())
    )
