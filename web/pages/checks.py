"""Checks: what is checked and what is not, how often does each check pass, and which troubles keep coming back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from assay.store import check_list, checks, triage
from checks.sources import page as of_page
from web import forms, state
from web.ask import whole
from web.format import now_ms
from web.pages.base import asked, last_page, rendered, words_of
from web.soundness import last_days, records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from assay.store.check_list import CheckLine, Coverage, Unwatched
    from assay.store.triage import Flapper
    from web.soundness import Record

blueprint = Blueprint("checks", __name__)
PAGE = 50
MOST_PAGES = 10_000
_OUTCOMES = ("error", "fail", "unknown", check_list.NEVER, "pass")


@dataclass(frozen=True, slots=True)
class Checks:
    """A page of the list, and what stands around it."""

    lines: Sequence[CheckLine]
    records: Mapping[int, Record]
    total: int
    page: int
    words: str
    chosen: Mapping[str, Sequence[str]]
    facets: Mapping[str, Mapping[str, int]]
    coverage: Coverage
    outcomes: Mapping[str, int]
    unwatched: Sequence[Unwatched]
    flappers: Sequence[Flapper]

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str]) -> Checks:
    """Read one page of the list; what stands around it is of all checks."""
    words = words_of(args)
    chosen = {name: values for name in check_list.FACETS if (values := [v for v in args.getlist(name) if v])}
    number = whole(args, "page", 1, MOST_PAGES)
    found = check_list.page(session, words, chosen, limit=PAGE, offset=(number - 1) * PAGE)
    if number > 1 and not found.lines:
        raise last_page(number, found.total, PAGE)
    return Checks(
        lines=found.lines,
        records=records(session, [line.row.id for line in found.lines]),
        total=found.total,
        page=number,
        words=words,
        chosen=chosen,
        facets=_offered(found.counts),
        coverage=check_list.coverage(session),
        outcomes=checks.outcomes(session),
        unwatched=check_list.unwatched(session),
        flappers=triage.flappers(session, last_days().start_ms),
    )


def _offered(facets: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    """Outcomes the worst first; of the other facets the commonest values."""
    outcomes = facets["outcome"]
    return {**facets, "outcome": {name: outcomes[name] for name in _OUTCOMES if name in outcomes}}


@blueprint.get("/checks")
def page() -> str:
    """The page, or its list alone for htmx."""
    asked()
    return rendered("checks.html", told=query(state.session(), request.args))


@blueprint.post("/checks/remove")
def remove() -> Response:
    """Remove a check that was authored on a page; those of files are removed there."""
    name = forms.field("name")
    with state.store().write() as session:
        if not of_page.remove(session, name, now_ms()):
            abort(404, f"There is no check {name[:200]} that was made on a page.")
    return forms.leads_to("checks.page", "uncheck")
