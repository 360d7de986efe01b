"""Waste: an asset is rebuilt far more often than anyone reads it, or anything that is made from it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence
from assay.model.time import floor_day_ms
from assay.model.waste import Figure, Finding, Lever, WasteKind
from costs.waste.builds import FAR, claims, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costs.waste.builds import History
    from costs.waste.period import Period


@dataclass(frozen=True, slots=True)
class Evidence:
    """An asset's builds, and by day (ms of midnight) how often what they made was used.

    `reads` are consumers' statements, `dependents` builds of other assets from it that served a consumer themselves.
    """

    history: History
    reads: Mapping[int, int]
    dependents: Mapping[int, int]

    def uses(self) -> Counter[int]:
        """Both, by day."""
        return Counter(self.reads) + Counter(self.dependents)


def needed(starts: Sequence[int], uses: Mapping[int, int]) -> Counter[int]:
    """How many builds of each day served a use, at most.

    Uses are known by day. On a day with more builds than uses, each use was served by another build at most; the last
    build of a day served besides whoever came until the end of the next day that has a build.
    """
    builds = Counter(floor_day_ms(at_ms) for at_ms in starts)
    used_days = sorted(day for day, times in uses.items() if times > 0)
    days = sorted(builds)
    served: Counter[int] = Counter()
    for day, until in pairwise([*days, max([*days, *used_days], default=0)]):
        own = min(builds[day], uses.get(day, 0))
        later = bisect_right(used_days, until) > bisect_right(used_days, day)
        served[day] = own + (1 if later and own < builds[day] else 0)
    return served


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when at most half of the builds served anyone."""
    history = evidence.history
    builds = len(history.builds)
    useful = needed([build.at_ms for build in history.builds], evidence.uses()).total()
    if not history.is_steady or builds < FAR * max(useful, 1):
        return None
    claimed = claims(history, history.saved_by_leaving_out(builds - useful), Lever.FREQUENCY, period)
    reads, dependents = sum(evidence.reads.values()), sum(evidence.dependents.values())
    return Finding(
        kind=WasteKind.REBUILT_UNREAD,
        subject=history.asset,
        connection=history.connection,
        title=(
            f"{history.name} was built {builds} times in {period.days} days; at most {useful} of them served anyone."
            if useful
            else f"{history.name} was built {builds} times in {period.days} days, for nobody."
        ),
        change=_change(history, useful, period),
        confidence=Confidence.HIGH if history.is_whole else Confidence.MEDIUM,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        figures=(
            Figure("builds", builds),
            Figure("reads of it by consumers", reads),
            Figure("builds made from it that served one", dependents),
            Figure("days on which it was used", sum(1 for times in evidence.uses().values() if times)),
            Figure("builds that served a use, at most", useful),
            Figure("cost of its builds", history.nano, "nano_credits"),
        ),
        assumptions=(_counted_at(history), "Idle time the builds leave behind them is not counted."),
    )


def _counted_at(history: History) -> str:
    if history.is_whole:
        return "A build left out saves what a build cost on the average."
    return "A build left out saves what the cheapest one cost: the next one handles its rows."


def _change(history: History, useful: int, period: Period) -> str:
    name = history.name
    if not useful:
        how = (
            "`enabled: false` in its dbt config, or out of the job with it"
            if history.is_model
            else "end its task"
        )
        return f"Stop building {name}: {how}. `assay unused` says whether it can go."
    how = (
        "give it a tag, exclude the tag from the frequent job, and run `dbt build --select tag:…` in that rhythm"
        if history.is_model
        else "set the schedule of what builds it, e.g. ALTER TASK … SET SCHEDULE = '…'"
    )
    return f"Build {name} {period.a_day(useful)} instead of {period.a_day(len(history.builds))}: {how}."
