"""Waste: a warehouse stays on after its last statement for longer than it need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence
from assay.model.waste import IDLE_POOL, Claim, Figure, Finding, Lever, WasteKind
from costs.waste import suspend
from costs.waste.names import quoted

if TYPE_CHECKING:
    from costs.waste.period import Period
    from costs.waste.suspend import Played, Setting, Timeline

CANDIDATES = (60, 120, 180, 300, 600)
"""The times proposed, in seconds: less than a minute is billed as one."""

ENOUGH = 900
"""Per mille of the greatest saving that is enough: of such times the longest is proposed, for its caches and starts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A warehouse's timeline in the period, what of its compute was metered, and what of it was idle (nano-credits).

    `is_told`: the warehouse's own events say when it was on; else that was worked out from what was metered.
    """

    warehouse: str
    connection: str
    line: Timeline
    metered_nano: int
    idle_nano: int
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """An auto-suspend time, and what the timeline comes to with it."""

    seconds: int
    played: Played
    saved_nano: int


def choices(evidence: Evidence, setting: Setting) -> list[Choice]:
    """What each shorter time would have saved in the period, net of its starts; calibrated to what was metered."""
    before = suspend.replay(evidence.line).units
    found = []
    for seconds in CANDIDATES:
        if seconds * 1000 < setting.ms and before > 0:
            played = suspend.replay(evidence.line, seconds * 1000 + setting.late_ms)
            saved = evidence.metered_nano * (before - played.units) // before
            found.append(Choice(seconds, played, min(saved, evidence.idle_nano)))
    return found


def best(found: list[Choice]) -> Choice | None:
    """The longest time that saves nine tenths of what the best one does; None where none saves anything."""
    most = max((choice.saved_nano for choice in found), default=0)
    if most <= 0:
        return None
    return max((c for c in found if c.saved_nano * 1000 >= most * ENOUGH), key=lambda c: c.seconds)


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when a shorter auto-suspend time would have cost less."""
    setting = suspend.auto_suspend(evidence.line)
    found = choices(evidence, setting)
    choice = best(found)
    if choice is None:
        return None
    now = suspend.replay(evidence.line)
    claim = Claim(
        evidence.warehouse,
        IDLE_POOL,
        Lever.SUSPEND,
        period.monthly(choice.saved_nano),
        period.monthly(evidence.idle_nano),
    )
    name = evidence.warehouse
    more = choice.played.starts - now.starts
    return Finding(
        kind=WasteKind.IDLE,
        subject=name,
        connection=evidence.connection,
        title=f"{name} idles {_hours(now.idle_ms)} in {period.days} days: {_suspended(setting)}.",
        change=f"ALTER WAREHOUSE {quoted(name)} SET AUTO_SUSPEND = {choice.seconds}",
        confidence=Confidence.HIGH if evidence.is_told else Confidence.MEDIUM,
        nano_per_month=claim.nano,
        claims=(claim,),
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        is_asset=False,
        figures=(
            Figure("auto-suspend now, as seen" if setting.is_seen else "longest idle time", setting.ms, "ms"),
            Figure("auto-suspend proposed", choice.seconds * 1000, "ms"),
            Figure("until a check comes, usually", setting.late_ms, "ms"),
            Figure("idle now", now.idle_ms, "ms"),
            Figure("idle then", choice.played.idle_ms, "ms"),
            Figure("starts now", now.starts),
            Figure("starts then", choice.played.starts),
            Figure("cost of its compute", evidence.metered_nano, "nano_credits"),
            Figure("cost of its idle time", evidence.idle_nano, "nano_credits"),
            *(Figure(f"saved with {c.seconds} s", c.saved_nano, "nano_credits") for c in found),
        ),
        assumptions=(
            f"The same statements come at the same times; {more:,} of them wait for a start, about a second each.",
            "What is read again because a start empties the warehouse's cache is not counted.",
            *(
                ()
                if evidence.is_told
                else ("When it was on is worked out from its meter, not told by events.",)
            ),
        ),
    )


def _suspended(setting: Setting) -> str:
    if setting.is_seen:
        return f"it is suspended only {setting.ms // 1000} s after its last statement"
    return f"it was not suspended once, also when nothing ran for {_hours(setting.ms)}"


def _hours(ms: int) -> str:
    return f"{ms / 3_600_000:,.1f} h"
