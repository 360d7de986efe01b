"""Checks: what is checked and what is not, how often does each check pass, and which troubles keep coming back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from assay.model.time import DAY_MS, Window, floor_day_ms
from assay.store import check_list, checks, triage
from checks.sources import page as of_page
from web import forms, state
from web.ask import whole
from web.charts import strip
from web.format import now_ms
from web.pages.base import asked, last_page, rendered, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from assay.store.check_list import CheckLine, Coverage, Unwatched
    from assay.store.triage import Flapper

blueprint = Blueprint("checks", __name__)
PAGE = 50
MOST_PAGES = 10_000
DAYS = 30
_OUTCOMES = ("error", "fail", "unknown", check_list.NEVER, "pass")
_WORST = ("fail", "error", "unknown", "pass")


@dataclass(frozen=True, slots=True)
class Record:
    """What a check found in 30 days: how often it passed of how often it gave a verdict, and its days drawn."""

    passed: int
    looks: int
    beats: Mapping[str, str]


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
    until_ms = floor_day_ms(now_ms()) + DAY_MS
    window = Window(until_ms - DAYS * DAY_MS, until_ms)
    return Checks(
        lines=found.lines,
        records=records(session, [line.row.id for line in found.lines], window),
        total=found.total,
        page=number,
        words=words,
        chosen=chosen,
        facets=_offered(check_list.counts(session, words, chosen)),
        coverage=check_list.coverage(session),
        outcomes=checks.outcomes(session),
        unwatched=check_list.unwatched(session),
        flappers=triage.flappers(session, window.start_ms),
    )


def records(session: Session, check_ids: Sequence[int], window: Window) -> dict[int, Record]:
    """The record of each check in the window; one without results there is absent."""
    days = range(window.start_ms, window.end_ms, DAY_MS)
    return {
        check_id: _record([by_day.get(day_ms, {}) for day_ms in days])
        for check_id, by_day in check_list.days(session, check_ids, window).items()
    }


def _record(days: Sequence[Mapping[str, int]]) -> Record:
    """A day is as bad as its worst result; UNKNOWN is no verdict, a check that could not be run is no pass."""
    passed = sum(day.get("pass", 0) for day in days)
    looks = passed + sum(day.get("fail", 0) + day.get("error", 0) for day in days)
    return Record(passed, looks, strip([next((o for o in _WORST if day.get(o)), "") for day in days]))


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
