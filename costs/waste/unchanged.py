"""Waste: an asset is rebuilt although none of its inputs changed since it was built last."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence
from assay.model.waste import Figure, Finding, Lever, WasteKind
from costs.waste.builds import FAR, claims, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costs.waste.builds import History
    from costs.waste.period import Period


@dataclass(frozen=True, slots=True)
class Evidence:
    """An asset's builds, and when each change of its inputs was done (epoch ms, in order); `inputs` is how many."""

    history: History
    changes_ms: Sequence[int]
    inputs: int


def idle_builds(starts: Sequence[int], changes_ms: Sequence[int]) -> list[int]:
    """The places of the builds that could find nothing new: no input changed between the start before and their own.

    What was done by the start of a build was in it. The first build of the period is taken as needed.
    """
    return [
        place
        for place, (before, start) in enumerate(pairwise(starts), start=1)
        if bisect_right(changes_ms, start) == bisect_right(changes_ms, before)
    ]


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when at most half of the builds had anything new to read."""
    history = evidence.history
    builds = len(history.builds)
    vain = len(idle_builds([build.at_ms for build in history.builds], evidence.changes_ms))
    if not history.is_steady or builds < FAR * (builds - vain):
        return None
    claimed = claims(history, history.saved_by_leaving_out(vain), Lever.FREQUENCY, period)
    return Finding(
        kind=WasteKind.REBUILT_UNCHANGED,
        subject=history.asset,
        connection=history.connection,
        title=f"{vain} of {builds} builds of {history.name} found none of its inputs changed.",
        change=(
            f"Build {history.name} when its inputs change, {period.a_day(builds - vain)} instead of "
            f"{period.a_day(builds)}: {_how(history)}."
        ),
        confidence=Confidence.MEDIUM,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        figures=(
            Figure("builds", builds),
            Figure("builds with no input changed since the one before", vain),
            Figure("changes of its inputs", len(evidence.changes_ms)),
            Figure("inputs", evidence.inputs),
            Figure("cost of its builds", history.nano, "nano_credits"),
        ),
        assumptions=(
            "Its SQL does not hang on the clock: what reckons with the current date changes without its inputs.",
            "An input that was itself rebuilt from unchanged inputs did not change.",
        ),
    )


def _how(history: History) -> str:
    if history.is_model:
        return "`dbt build --select source_status:fresher+` after `dbt source freshness`"
    return "by a task WHEN SYSTEM$STREAM_HAS_DATA('…'), or on the schedule of its inputs"
