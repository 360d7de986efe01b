"""The builds of an asset as its warehouse saw them, and the claim on their cost that building less of them makes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey
from assay.model.time import DAY_MS
from assay.model.waste import BUILD_POOL, Claim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.model.waste import Lever
    from costs.waste.period import Period

FAR = 2
"""Something is done far more often than it is needed when it is done at least so many times as often."""

STEADY_MS = 6 * DAY_MS
"""From its first to its last build in the period, at least: a week, with builds on both ends of it."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build of an asset: all statements of an invocation that wrote it, or one statement sent by itself.

    `nano` is what its statements were charged for the time they ran, no idle time. `rows` are those it wrote, None
    where the source does not tell. `is_whole`: it made the table anew.
    """

    at_ms: int
    ends_ms: int
    warehouse: str
    nano: int
    rows: int | None = None
    is_whole: bool = True
    is_failed: bool = False
    invocation: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The builds of an asset that succeeded in the period, oldest first; `is_model`: dbt builds it."""

    asset: str
    connection: str
    builds: tuple[Build, ...]
    is_model: bool = False

    @property
    def name(self) -> str:
        """The asset's own name."""
        return AssetKey.parse(self.asset).name

    @property
    def nano(self) -> int:
        """What all builds cost."""
        return sum(build.nano for build in self.builds)

    @property
    def is_steady(self) -> bool:
        """Whether it was built for long enough to say that it will be: what is a few days old may find its readers."""
        return bool(self.builds) and self.builds[-1].at_ms - self.builds[0].at_ms >= STEADY_MS

    @property
    def is_whole(self) -> bool:
        """Whether every build makes the table anew."""
        return all(build.is_whole for build in self.builds)

    def saved_by_leaving_out(self, builds: int) -> int:
        """What `builds` fewer would have saved.

        A whole build costs what builds cost on the average. The rows of a partial one that is left out are handled by
        the next, so it saves what the cheapest one cost: at most the part that does not hang on rows.
        """
        if not self.builds:
            return 0
        if self.is_whole:
            return self.nano * builds // len(self.builds)
        return min(build.nano for build in self.builds) * builds

    def by_warehouse(self) -> Mapping[str, int]:
        """What the builds cost in each warehouse."""
        spent: dict[str, int] = defaultdict(int)
        for build in self.builds:
            spent[build.warehouse] += build.nano
        return spent


def pool_of(asset: str) -> str:
    """The pool of the bill that an asset's builds are."""
    return BUILD_POOL + asset


def claims(history: History, saved: int, lever: Lever, period: Period) -> tuple[Claim, ...]:
    """The claim on each warehouse's part of the builds' cost when `saved` of it goes; each rounded down."""
    whole = history.nano
    return tuple(
        Claim(
            warehouse,
            pool_of(history.asset),
            lever,
            period.monthly(spent * saved // whole),
            period.monthly(spent),
        )
        for warehouse, spent in sorted(history.by_warehouse().items())
        if spent > 0
    )


def total(claimed: Sequence[Claim]) -> int:
    """What the claims come to in 30 days: a finding promises exactly this."""
    return sum(claim.nano for claim in claimed)
