"""The decision on budgets: how each stands is kept for pages, and what passes its bounds becomes an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.incidents.record import record
from assay.model.decisions import BudgetState
from assay.model.time import to_ms
from assay.store import budgets
from costs.budgets import results, standing
from costs.budgets.alerts import ended
from costs.budgets.keeping import row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cycle.workplace import Workplace


def decide_budgets(place: Workplace) -> Mapping[str, int]:
    """Keep how every budget stands and tell incidents; how many budgets there are, and how many are not well.

    The month before is kept once more: what the account restates of it would else be missing.
    """
    names = place.settings.budgets
    with place.store.read() as session:
        standings = standing(session, place.settings, place.now)
        news = results(standings, place.now) + ended(session, names, place.now)
        settled = (
            standing(session, place.settings, place.now, standings[0].month.previous) if standings else []
        )
    if not (standings or news):
        return {}
    now_ms = to_ms(place.moment())
    with place.store.write() as session:
        budgets.save(session, [row_of(each, now_ms) for each in (*settled, *standings)], names)
        changes = record(session, news, place.moment(), place.policy)
    place.happened.update(change.transition for change in changes)
    unwell = [each for each in standings if each.state is not BudgetState.OK]
    return {"budgets": len(standings), "budgets not well": len(unwell)}
