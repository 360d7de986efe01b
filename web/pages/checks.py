"""Checks: what is checked and what is not, how often does each check pass, and which troubles keep coming back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from assay.model.checks import CheckSource
from assay.store import check_list, checks, triage
from assay.store.check_list import CheckPage
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
_BAD = _OUTCOMES[:2]
_OTHERS = [source.value for source in CheckSource if source != CheckSource.DETECTOR]
_DETECTOR = [CheckSource.DETECTOR.value]
_PARTS = (
    {"outcome": _BAD},
    {"outcome": _OUTCOMES[2:], "source": _OTHERS},
    {"outcome": _OUTCOMES[3:], "source": _DETECTOR},
)
"""The parts of a list in their order, where nobody asked for outcomes: what is bad, the rest of what was declared or
read from other tools, and of the detector's what has said something."""
FOLDED = {"outcome": ["unknown"], "source": _DETECTOR}
"""What is left out then."""


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
    folded: int = 0
    """How many checks of the detector that know too little yet are left out; asked for by outcome they are shown."""

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str]) -> Checks:
    """Read one page of the list; what stands around it is of all checks."""
    words = words_of(args)
    chosen = {name: values for name in check_list.FACETS if (values := [v for v in args.getlist(name) if v])}
    number = whole(args, "page", 1, MOST_PAGES)
    found, folded = _listed(session, words, chosen, (number - 1) * PAGE)
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
        folded=folded,
    )


def _listed(
    session: Session, words: str, chosen: Mapping[str, Sequence[str]], offset: int
) -> tuple[CheckPage, int]:
    """One page of the list, and how many checks are left out of it: none where outcomes or words were asked for."""
    if words or "outcome" in chosen:
        return check_list.page(session, words, chosen, limit=PAGE, offset=offset), 0
    folded = _part(session, chosen, FOLDED, 0, 0)
    lines: list[CheckLine] = []
    total = 0
    for part in _PARTS:
        found = _part(session, chosen, part, PAGE - len(lines), max(0, offset - total))
        lines += found.lines
        total += found.total
    counts = check_list.page(session, words, chosen, limit=0).counts
    return CheckPage(lines, total, counts), folded.total


def _part(
    session: Session,
    chosen: Mapping[str, Sequence[str]],
    part: Mapping[str, Sequence[str]],
    limit: int,
    offset: int,
) -> CheckPage:
    """What of a part is left under the facets chosen."""
    sources = [name for name in part.get("source", ()) if name in chosen.get("source", part["source"])]
    if "source" in part and not sources:
        return CheckPage([], 0, {})
    asked_for = {**chosen, **part, **({"source": sources} if sources else {})}
    return check_list.page(session, "", asked_for, limit=limit, offset=offset)


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
