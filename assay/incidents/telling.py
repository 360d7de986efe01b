"""How incidents are told: the settings as the dispatcher uses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.incidents.routing import Routing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.config import Settings


@dataclass(frozen=True, slots=True)
class Telling:
    """Routes, rhythm and budgets. Times are in ms; `budgets` and `pauses_ms` are by channel."""

    routing: Routing = field(default_factory=Routing)
    link: str = ""
    group_from: int = 4
    repeat_ms: int = 4 * 3_600_000
    budget: int = 30
    budgets: Mapping[str, int] = field(default_factory=dict)
    pauses_ms: Mapping[str, int] = field(default_factory=dict)
    grave_pass: bool = True
    digest_hour: int = 8
    fallback: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Telling:
        """What the settings say; ConfigError where they name a channel that is not there."""
        alerts, channels = settings.alerts, settings.channels
        return cls(
            routing=Routing.of(settings),
            link=alerts.link.rstrip("/"),
            group_from=alerts.group_from,
            repeat_ms=round(alerts.repeat_h * 3_600_000),
            budget=alerts.weekly_budget,
            budgets={name: one.weekly_budget for name, one in channels.items() if one.weekly_budget},
            pauses_ms={name: round(1000 / one.per_second) for name, one in channels.items()},
            grave_pass=alerts.grave_pass,
            digest_hour=alerts.digest_hour,
            fallback=alerts.fallback,
        )

    def budget_of(self, channel: str) -> int:
        """How many messages the channel is sent in seven days."""
        return self.budgets.get(channel, self.budget)
