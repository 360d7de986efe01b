"""The cycle's decision on backfills: what builds cost, what quotes came to, and how well their ranges held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cycle.summary import Event, Step
from assay.facts.engine import Engine
from assay.model.time import day_of
from costs.backfill.hindsight import calibrate, realise
from costs.backfill.history import refresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cycle.workplace import Workplace


def decide_backfills(place: Workplace) -> Mapping[str, int]:
    """Keep the builds of every changed day, close the quotes whose backfill ran, and judge ranges in hindsight."""
    counts = {"days of builds": sum(_builds(place, name) for name in sorted(place.settings.connections))}
    with place.store.write() as session:
        counts["quotes realised"] = realise(session, place.now)
    calibrate(place.store, place.settings.backfill.history_days, place.now)
    return {word: count for word, count in counts.items() if count}


def _builds(place: Workplace, connection: str) -> int:
    return refresh(
        place.store,
        place.files,
        lambda: Engine.open([place.settings.facts.root]),
        connection,
        place.now,
        lambda day_ms: place.on_event(Event(Step.DECIDE, connection, f"builds of {day_of(day_ms)}")),
    )
