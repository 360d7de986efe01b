"""Assets: which ones are there, what do they cost, who reads them, how do they run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from assay.model.runs import Metric
from assay.store import costs, measurements, runs, search, triage
from web import state
from web.ask import whole
from web.charts import heartbeat, spark
from web.figures import bars_of, unsettled
from web.pages.base import asked, last_page, rendered, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from assay.store.search import AssetLine, Facet
    from assay.store.tables import IncidentRow
    from web.ask import Ask

blueprint = Blueprint("assets", __name__)
PAGE = 50
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Assets:
    """A page of the list with what stands beside each line."""

    lines: Sequence[AssetLine]
    total: int
    page: int
    sort: str
    words: str
    chosen: Mapping[str, Sequence[str]]
    facets: Mapping[str, Sequence[Facet]]
    sparks: Mapping[str, str]
    beats: Mapping[int, Mapping[str, str]]
    rows: Mapping[int, tuple[int, int]]
    troubles: Mapping[int, Sequence[IncidentRow]]
    """The incidents that want attention, by the id of their asset."""

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, ask: Ask, args: MultiDict[str, str]) -> Assets:
    """Read one page; every figure beside a line comes from one query for the whole page."""
    words, sort = words_of(args), args.get("sort", "-cost")
    chosen = {name: values for name in search.FACETS if (values := [v for v in args.getlist(name) if v])}
    number = whole(args, "page", 1, MOST_PAGES)
    found = search.search(session, words, chosen, sort=sort, limit=PAGE, offset=(number - 1) * PAGE)
    if number > 1 and not found.lines:
        raise last_page(number, found.total, PAGE)
    ids = [line.id for line in found.lines]
    spent = costs.sparklines(session, [line.key for line in found.lines], ask.window)
    bars = bars_of(ask.window)
    whole_bars = len(bars.starts) - (bars.start_of(ask.window.end_ms - 1) in unsettled(session, ask.window))
    return Assets(
        lines=found.lines,
        total=found.total,
        page=number,
        sort=sort,
        words=words,
        chosen=chosen,
        facets=search.facet_counts(session, words, chosen, limit=8),
        sparks={key: spark(bars.summed(of_day)[:whole_bars]) for key, of_day in spent.items()},
        beats={asset_id: heartbeat(beats) for asset_id, beats in runs.recent(session, ids).items()},
        rows=measurements.latest(session, ids, Metric.ROW_COUNT),
        troubles=triage.on_assets(session, ids),
    )


@blueprint.get("/assets")
def page() -> str:
    """The page, or its list alone for htmx."""
    ask = asked()
    told = query(state.session(), ask, request.args)
    return rendered("assets.html", ask=ask, told=told)
