"""Actions and savings: what is wasted, which change saves most, and what did past changes really save?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from assay.errors import UsageError
from assay.model.decisions import Confidence, FindingState
from assay.model.waste import WasteKind
from assay.store import findings
from costs.waste.overlap import together
from web import forms, state
from web.ask import whole
from web.format import now_ms
from web.pages.base import asked, last_page, rendered, url_with, words_of
from web.reclaim import part_of, reclaim, saved
from web.savings_figures import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response
    from werkzeug.datastructures import MultiDict

    from assay.store.tables import FindingRow
    from web.format import Amount
    from web.reclaim import Reclaim
    from web.savings_figures import Savings

blueprint = Blueprint("actions", __name__)
PAGE = 20
MOST_PAGES = 10_000
_VALUES: dict[str, type[FindingState | WasteKind | Confidence]] = {
    "state": FindingState,
    "kind": WasteKind,
    "confidence": Confidence,
}
FACETS = tuple(_VALUES)
"""What the list may be narrowed by."""

DEEDS = {"done": findings.act, "dismiss": findings.dismiss, "reopen": findings.undo}
"""What can be done to a finding, by the name of its button."""


@dataclass(frozen=True, slots=True)
class Actions:
    """A page of findings, and the ledger."""

    lines: Sequence[FindingRow]
    counts: Mapping[int, Amount]
    """What each open finding of the page adds to the sum of all, by its id: less than it saves where it overlaps."""
    total: int
    page: int
    words: str
    chosen: Mapping[str, Sequence[str]]
    facets: Mapping[str, Mapping[str, int]]
    open: int
    together: Amount
    """What all open findings save in 30 days, nothing counted twice."""
    reclaim: Reclaim
    savings: Savings

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))


def query(session: Session, args: MultiDict[str, str]) -> Actions:
    """Read one page of findings, what saves most first; without a state only those that are open."""
    words = words_of(args)
    chosen = {name: values for name in FACETS if (values := [v for v in args.getlist(name) if v])}
    number = whole(args, "page", 1, MOST_PAGES)
    every = findings.listed(session, list(FindingState))
    known = [row for row in every if _holds(row, words)]
    wanted = {"state": [FindingState.OPEN.value], **chosen}
    found = [row for row in known if _fits(row, wanted)]
    if number > 1 and len(found) <= (number - 1) * PAGE:
        raise last_page(number, len(found), PAGE)
    lines = found[(number - 1) * PAGE : number * PAGE]
    standing = [row for row in every if row.state == FindingState.OPEN]
    counts = together(standing)
    return Actions(
        lines=lines,
        counts={row.id: part_of(row, counts[row.id]) for row in lines if row.id in counts},
        total=len(found),
        page=number,
        words=words,
        chosen=chosen,
        facets={name: _counted(known, wanted, name) for name in FACETS},
        open=len(standing),
        together=saved(standing, counts),
        reclaim=reclaim(session, standing),
        savings=ledger(session),
    )


def _holds(row: FindingRow, words: str) -> bool:
    said = f"{row.title} {row.subject} {row.connection}".lower()
    return all(word in said for word in words.lower().split())


def _fits(row: FindingRow, wanted: Mapping[str, Sequence[str]], but: str = "") -> bool:
    return all(getattr(row, name) in values for name, values in wanted.items() if name != but)


def _counted(rows: Sequence[FindingRow], wanted: Mapping[str, Sequence[str]], name: str) -> dict[str, int]:
    """The values of a facet in their order, and how many findings each leaves under the other facets."""
    found = Counter(getattr(row, name) for row in rows if _fits(row, wanted, name))
    return {value.value: found[value.value] for value in _VALUES[name] if found[value.value]}


@blueprint.get("/actions")
def page() -> str:
    """The page, or its list alone for htmx."""
    ask = asked()
    kinds = {kind.value: kind.words for kind in WasteKind}
    return rendered("actions.html", ask=ask, told=query(state.session(), request.args), kinds=kinds)


@blueprint.post("/actions/<int:finding_id>")
def act(finding_id: int) -> Response:
    """Mark a finding as done, not wanted, or open again; and read the list as it was narrowed."""
    deed = forms.field("deed")
    do: Callable[..., object] | None = DEEDS.get(deed)
    if do is None:
        raise UsageError(
            f"Nothing called {deed[:40]!r} can be done.", hint=f"Choose one of {', '.join(DEEDS)}."
        )
    with state.store().write() as session:
        do(session, finding_id, now_ms(), forms.actor())
    return forms.leads_to("actions.page", deed, **url_with())
