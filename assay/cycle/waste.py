"""The decision what is wasted: looked for anew in every cycle, and what earlier changes saved is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.facts.engine import Engine
from assay.model.time import to_ms
from assay.store import findings
from costs.waste.find import keep, known_states, look
from costs.waste.savings import measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cycle.workplace import Workplace


def decide_waste(place: Workplace) -> Mapping[str, int]:
    """Keep what is found, and bring the savings ledger up to date; how many findings are open, and lines there are."""
    counts: dict[str, int] = {}
    if place.settings.waste.enabled:
        root = place.settings.facts.root
        known = known_states(place.store)
        found = look(
            place.store, place.files, lambda: Engine.open([root]), place.settings, place.now, known=known
        )
        with place.store.write() as session:
            keep(session, found, to_ms(place.now))
            session.flush()
            counts["findings"] = len(findings.listed(session))
    with place.store.write() as session:
        counts["savings"] = measure(session, place.now)
    return {word: count for word, count in counts.items() if count}
