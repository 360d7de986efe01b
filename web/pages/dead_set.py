"""Dead set: what hangs together that nobody needs, how sure that is, in which order it goes, and what holds it back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort

from assay.store import dead_sets
from costs.unused import graph
from web import state
from web.dead_set_figures import drawn
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.dead_sets import SetSum
    from assay.store.tables import PullRequestRow
    from assay.store.verdict_list import VerdictEntry
    from web.lineage import Picture

blueprint = Blueprint("dead_set", __name__)
LISTED = 100
"""How many members the page tells of; the list of all verdicts has every one."""


@dataclass(frozen=True, slots=True)
class DeadSetPage:
    """What the page tells."""

    sum: SetSum
    lines: Sequence[VerdictEntry]
    """In the order they can go, leaves first."""
    free: Sequence[str]
    """The keys of the largest part that may be proposed: nothing holds it back, nor what is built from it."""
    last_read_ms: int | None
    proposals: Sequence[PullRequestRow]
    """Pull requests about the set, each once, the newest first."""
    proposal_of: Mapping[str, PullRequestRow]
    since: Mapping[int, int]
    """The first trace of each asset listed, by id."""
    lineage: Picture

    @property
    def rest(self) -> int:
        """How many members are not listed."""
        return self.sum.assets - len(self.lines)


def query(session: Session, set_id: str) -> DeadSetPage | None:
    """Read everything of one set; None where there is none of that id."""
    members = dead_sets.members(session, set_id)
    if not members:
        return None
    ids = [one.row.asset_id for one in members]
    ties = dead_sets.ties(session, ids)
    keys = {one.key for one in members}
    proposal_of = {key: row for key, row in dead_sets.proposals(session).items() if key in keys}
    once = {row.id: row for row in proposal_of.values()}
    return DeadSetPage(
        sum=dead_sets.sets(session, [set_id])[set_id],
        lines=members[:LISTED],
        free=_free(members, ties),
        last_read_ms=max((one.row.last_read_ms or 0 for one in members), default=0) or None,
        proposals=sorted(once.values(), key=lambda row: -row.made_ms),
        proposal_of=proposal_of,
        since=dead_sets.known_since(session, ids[:LISTED]),
        lineage=drawn(members, ties),
    )


def _free(members: Sequence[VerdictEntry], ties: Sequence[tuple[int, int]]) -> list[str]:
    """Those that go without anything that is held back, leaves first."""
    parents, _ = graph.links(ties)
    held = graph.reached([one.row.asset_id for one in members if one.row.warnings], parents, {})
    return [one.key for one in members if one.row.asset_id not in held]


def found(set_id: str) -> DeadSetPage:
    """The set of a URL; a 404 where there is none."""
    told = query(state.session(), set_id)
    if told is None:
        abort(
            404, f"There is no dead set {set_id[:40]}. A set has a new name when an asset joins or leaves it."
        )
    return told


@blueprint.get("/unused/sets/<set_id>")
def page(set_id: str) -> str:
    """The page."""
    ask = asked()
    return rendered("dead_set.html", ask=ask, told=found(set_id))
