"""The cycle's part in clean-up: pull requests that are open are looked after, and new ones opened where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.follow import follow
from assay.cycle.summary import Event, Step
from assay.errors import AssayError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cycle.workplace import Workplace


def decide_cleanup(place: Workplace) -> Mapping[str, int]:
    """Look after the pull requests of every repository; what failed is told once all were looked after."""
    if not place.settings.cleanup.repositories:
        return {}
    followed = follow(place.store, place.settings, place.moment())
    for repository, event in followed.events:
        place.on_event(Event(Step.DECIDE, repository, str(event)))
    for row in followed.opened:
        place.on_event(Event(Step.DECIDE, row.repository, f"#{row.number} was opened: {row.title}"))
    if followed.problems:
        first, *more = followed.problems
        others = f" ({len(more)} more went wrong)" if more else ""
        raise AssayError(f"{first.message}{others}", hint=first.hint)
    return {word: count for word, count in followed.counts().items() if count}
