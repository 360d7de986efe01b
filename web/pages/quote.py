"""Quote: what a backfill will cost, what that hangs on, when it is done, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for

from assay.store import quotes
from web import state
from web.pages.base import asked, rendered
from web.quote_figures import told_of

if TYPE_CHECKING:
    from web.quote_figures import Told

blueprint = Blueprint("quote", __name__)


def found(quote_id: str) -> Told:
    """The quote of a URL, told; a 404 where there is none."""
    row = quotes.by_id(state.session(), quote_id)
    if row is None:
        abort(404, f"There is no quote {quote_id[:40]}.")
    return told_of(row)


@blueprint.get("/backfill/<quote_id>")
def page(quote_id: str) -> str:
    """The page."""
    ask = asked()
    told = found(quote_id)
    address = url_for("quote.page", quote_id=told.row.id, _external=True)
    return rendered("quote.html", ask=ask, told=told, address=address)
