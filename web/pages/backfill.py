"""Backfill planner: what will it cost before it runs, and how did past quotes come out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for
from sqlalchemy import select
from werkzeug.utils import redirect

from assay.errors import AssayError, UsageError
from assay.model.time import DAY_MS, Window
from assay.store import costs, quotes, search
from assay.store.tables import AssetRow, UnitCostRow
from costs.backfill.hindsight import published
from web import forms, state
from web.pages.base import asked, rendered
from web.pricing import Question, priced
from web.quote_figures import drawing_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response

    from assay.store.tables import CalibrationRow, QuoteRow
    from web.ask import Ask
    from web.format import Amount

blueprint = Blueprint("backfill", __name__)
FIELDS = ("asset", "partitions", "first", "last", "downstream", "warehouse", "concurrency", "limit")
LATELY_DAYS = 30
"""Warehouses that cost something in so many days are offered."""

LISTED = 50
"""How many past quotes the page lists."""
_OFFERED = 100
"""How many assets and warehouses the form offers; any other may be written, too."""
_JUDGED = 10
"""Of how many assets the page tells the coverage."""


@dataclass(frozen=True, slots=True)
class Past:
    """A quote in the list: its asset, what it was told to cost, and what it came to; at the quote's own price."""

    id: str
    made_ms: int
    made_by: str
    request: Mapping[str, Any]
    asset: str
    name: str
    allowed: bool
    p10: Amount
    p50: Amount
    p90: Amount
    realised: Amount | None
    inside: bool
    """Whether it came to something between P10 and P90."""


@dataclass(frozen=True, slots=True)
class Backfills:
    """What the page tells: the form as it stands, past quotes, and how far quotes can be believed."""

    said: Mapping[str, str]
    wrong: AssayError | None
    assets: Sequence[str]
    """Keys of the dearest assets, to choose from."""
    warehouses: Sequence[str]
    past: Sequence[Past]
    coverage: Mapping[str, Any]
    """Of back-tested builds, and of quotes whose backfill ran."""
    judged: Sequence[tuple[str, CalibrationRow]]
    """The assets with most back-tested builds, by key."""
    knows_builds: bool
    """Whether any build is known that a price could be made from."""


def query(session: Session, ask: Ask, said: Mapping[str, str], wrong: AssayError | None = None) -> Backfills:
    """Read the newest quotes and the published coverage; `said` is what stands in the form."""
    window = Window(ask.window.end_ms - LATELY_DAYS * DAY_MS, ask.window.end_ms)
    warehouses = costs.totals(session, "warehouse", window, ("value",))
    return Backfills(
        said={name: said.get(name, "") for name in FIELDS},
        wrong=wrong,
        assets=[line.key for line in search.search(session, sort="-cost", limit=_OFFERED).lines],
        warehouses=sorted(str(line.group[0]) for line in warehouses if line.group[0])[:_OFFERED],
        past=_past(session),
        coverage={**published([], quotes.closed(session)), **quotes.coverage(session)},
        judged=quotes.calibrations(session, _JUDGED),
        knows_builds=session.scalar(select(UnitCostRow.asset_id).limit(1)) is not None,
    )


def _past(session: Session) -> list[Past]:
    rows = quotes.latest(session, LISTED)
    which = AssetRow.id.in_([row.asset_id for row in rows])
    named = session.execute(select(AssetRow.id, AssetRow.key, AssetRow.name).where(which))
    assets = {asset_id: (key, name) for asset_id, key, name in named}
    return [_told(row, *assets[row.asset_id]) for row in rows]


def _told(row: QuoteRow, key: str, name: str) -> Past:
    told = drawing_of(row).amount
    nano = row.realised_nano
    return Past(
        id=row.id,
        made_ms=row.made_ms,
        made_by=row.made_by,
        request=row.request,
        asset=key,
        name=name,
        allowed=row.result["allowed"],
        p10=told(row.p10_nano),
        p50=told(row.p50_nano),
        p90=told(row.p90_nano),
        realised=None if nano is None else told(nano),
        inside=nano is not None and row.p10_nano <= nano <= row.p90_nano,
    )


@blueprint.get("/backfill")
def page() -> str:
    """The page; the form may be filled in by the address."""
    ask = asked()
    return rendered("backfill.html", ask=ask, told=query(state.session(), ask, request.args))


@blueprint.post("/backfill")
def price() -> Response | tuple[str, int]:
    """Price the backfill the form asks for and keep the quote; a form with a mistake comes back as it was."""
    said = {name: forms.field(name) for name in FIELDS}
    try:
        found = priced(_question(said))
    except AssayError as error:
        ask = asked()
        return rendered("backfill.html", ask=ask, told=query(state.session(), ask, said, error)), 422
    with state.store().write() as session:
        quote_id = quotes.keep(session, found.as_dict(), found.made_at, forms.actor())
    return redirect(url_for("quote.page", quote_id=quote_id), 303)


def _question(said: Mapping[str, str]) -> dict[str, Any]:
    """The form as a question: what is left empty is not asked."""
    partitions = said["partitions"] or "..".join(filter(None, (said["first"], said["last"])))
    if not said["asset"] or not partitions:
        lacking = "which asset" if not said["asset"] else "which partitions"
        raise UsageError(
            f"The form does not say {lacking}.", hint="Fill it in: an asset, and its first and last day."
        )
    given = {**said, "partitions": partitions, "downstream": bool(said["downstream"])}
    return {name: given[name] for name in Question.model_fields if given.get(name)}
