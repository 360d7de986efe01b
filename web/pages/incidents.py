"""Incidents: what is wrong now, how much does it matter, and who looks after it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from assay.store import incidents, triage
from web import forms, state
from web.ask import whole
from web.deeds import SNOOZES, Deed
from web.format import now_ms
from web.pages.base import last_page, rendered, url_with, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from assay.store.incidents import IncidentLine

blueprint = Blueprint("incidents", __name__)
PAGE = 50
MOST_PAGES = 10_000
_FIRST = ("open", "acknowledged", "pending", "resolved")
_LISTED = 12
"""How many values of a facet are offered."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """A page of the list, and what it may be narrowed by."""

    lines: Sequence[IncidentLine]
    times: Mapping[int, int]
    """How many bad results belong to each incident, by its id."""
    total: int
    within: int
    """How many more stand within those listed, told with the incident they have their origin in."""
    page: int
    sort: str
    words: str
    chosen: Mapping[str, Sequence[str]]
    facets: Mapping[str, Mapping[str, int]]

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str]) -> Incidents:
    """Read one page of the list; without a state only what wants attention.

    While nothing is asked for, what has its origin in another incident stands behind that one: `within` shows it.
    """
    words, sort = words_of(args), args.get("sort", "")
    chosen = {name: values for name in incidents.FACETS if (values := [v for v in args.getlist(name) if v])}
    number = whole(args, "page", 1, MOST_PAGES)
    roots = not (words or chosen or args.get("within"))
    found = incidents.page(
        session, words, chosen, sort=sort, roots_only=roots, limit=PAGE, offset=(number - 1) * PAGE
    )
    if number > 1 and not found.lines:
        raise last_page(number, found.total, PAGE)
    facets = incidents.counts(session, words, chosen)
    return Incidents(
        lines=found.lines,
        times=triage.times(session, [line.row.id for line in found.lines]),
        total=found.total,
        within=triage.told_count(session) - found.total if roots else 0,
        page=number,
        sort=sort,
        words=words,
        chosen=chosen,
        facets={name: _offered(name, counts, chosen.get(name, [])) for name, counts in facets.items()},
    )


def _offered(name: str, counts: Mapping[str, int], chosen: Sequence[str]) -> dict[str, int]:
    """The values a facet offers: states in their order, else the commonest; what is chosen stands in any case."""
    if name == "state":
        return {state: counts[state] for state in _FIRST if state in counts}
    common = {value: count for value, count in list(counts.items())[:_LISTED] if value}
    return {**common, **{value: counts.get(value, 0) for value in chosen}}


@blueprint.get("/incidents")
def page() -> str:
    """The page, or its list alone for htmx."""
    told = query(state.session(), request.args)
    return rendered("incidents.html", told=told, snoozes=SNOOZES, now_ms=now_ms())


@blueprint.post("/incidents")
def act() -> Response:
    """Do one thing to all incidents chosen, and read the list as it was narrowed."""
    deed = Deed.asked()
    return forms.leads_to("incidents.page", deed.name, deed.do(forms.numbers("id")), **url_with())
