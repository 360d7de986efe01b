"""Unused: what can go, what it costs a month, in which order, and what keeps it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from assay.model.decisions import Confidence, Verdict
from assay.store import dead_sets, verdict_list
from assay.store.verdicts import counts
from web import state
from web.ask import whole
from web.dead_set_figures import MOST_DOTS, minis
from web.pages.base import asked, last_page, rendered, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from assay.store.dead_sets import SetSum
    from assay.store.tables import PullRequestRow
    from assay.store.verdict_list import VerdictEntry
    from assay.store.verdicts import VerdictSum
    from web.dead_set_figures import Mini

blueprint = Blueprint("unused", __name__)
PAGE = 40
MOST_PAGES = 10_000
_LISTED = 12
"""How many values of a facet are offered."""
_ORDERED = {"verdict": tuple(Verdict), "confidence": tuple(Confidence)}


@dataclass(frozen=True, slots=True)
class Unused:
    """A page of the list, and what stands around it."""

    lines: Sequence[VerdictEntry]
    total: int
    page: int
    sort: str
    words: str
    chosen: Mapping[str, Sequence[str]]
    facets: Mapping[str, Mapping[str, int]]
    dead: SetSum
    """All that nobody needs."""
    proposable: SetSum
    """What of it nothing holds back."""
    dead_sets: int
    verdicts: Mapping[Verdict, VerdictSum]
    sets: Mapping[str, SetSum]
    """The dead sets of the lines."""
    minis: Mapping[str, Mini]
    proposals: Mapping[str, PullRequestRow]
    """The newest pull request about each asset of the lines, by key."""
    since: Mapping[int, int]
    """The first trace of each asset of the lines, by id."""
    judged_ms: int | None

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str]) -> Unused:
    """Read one page; without a verdict only what is dead."""
    words, sort = words_of(args), args.get("sort", "")
    chosen = {
        name: values for name in verdict_list.FACETS if (values := [v for v in args.getlist(name) if v])
    }
    number = whole(args, "page", 1, MOST_PAGES)
    found = verdict_list.page(session, words, chosen, sort=sort, limit=PAGE, offset=(number - 1) * PAGE)
    if number > 1 and not found.lines:
        raise last_page(number, found.total, PAGE)
    proposals = dead_sets.proposals(session)
    sets = dead_sets.sets(session)
    near = {line.row.set_id for line in found.lines if line.row.set_id}
    judged = dead_sets.dead(session)
    return Unused(
        lines=found.lines,
        total=found.total,
        page=number,
        sort=sort,
        words=words,
        chosen=chosen,
        facets={name: _offered(name, values, chosen.get(name, [])) for name, values in found.counts.items()},
        dead=judged.sum,
        proposable=dead_sets.proposable(session),
        dead_sets=len(sets),
        verdicts=counts(session),
        sets={set_id: one for set_id, one in sets.items() if set_id in near},
        minis={} if sort else _minis(session, [sets[set_id] for set_id in near]),
        proposals={line.key: proposals[line.key] for line in found.lines if line.key in proposals},
        since=dead_sets.known_since(session, [line.row.asset_id for line in found.lines]),
        judged_ms=judged.judged_ms,
    )


def _minis(session: Session, sets: Sequence[SetSum]) -> dict[str, Mini]:
    members = dead_sets.orders(session, [one.id for one in sets if 1 < one.assets <= MOST_DOTS])
    inside = [asset_id for order in members.values() for asset_id in order]
    return minis(members, dead_sets.ties(session, inside))


def _offered(name: str, values: Mapping[str, int], chosen: Sequence[str]) -> dict[str, int]:
    """The values a facet offers: verdicts and confidence in their order, else the commonest; what is chosen stands."""
    if name in _ORDERED:
        return {value: values[value] for value in _ORDERED[name] if value in values}
    common = {value: count for value, count in list(values.items())[:_LISTED] if value}
    return {**common, **{value: values.get(value, 0) for value in chosen}}


@blueprint.get("/unused")
def page() -> str:
    """The page, or its list alone for htmx."""
    ask = asked()
    return rendered("unused.html", ask=ask, told=query(state.session(), request.args))
