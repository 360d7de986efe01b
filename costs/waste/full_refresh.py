"""Waste: a table is made anew from the ground although few of its rows are new."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence
from assay.model.waste import Figure, Finding, Lever, WasteKind
from costs.waste.builds import claims, total

if TYPE_CHECKING:
    from costs.waste.builds import History
    from costs.waste.period import Period

LEAST_ROWS = 1_000_000
"""Smaller tables are cheap to write; what they cost is reading, which an incremental build does not always spare."""

LEAST_BUILDS = 3
"""Two builds are no trend."""

NEW_AT_MOST = 100
"""Per mille of a build's rows that may be new since the build before."""

LEAST_PART = 250
"""Per mille of a whole build that an incremental one is taken to cost at least: it finds what is new, and merges it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An asset's builds, all of them whole and with the rows they wrote.

    `arrived` are the rows written into its inputs in the period, None where one of them is made anew itself or does not
    tell its rows: they bound how many rows changed without adding any.
    """

    history: History
    arrived: int | None = None


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when a large table never shrinks and a tenth of each build is new at most."""
    history = evidence.history
    rows = [build.rows for build in history.builds if build.rows is not None]
    if len(rows) < LEAST_BUILDS or len(rows) < len(history.builds):
        return None
    if not history.is_whole or not history.is_steady:
        return None
    typical, steps = median_low(rows), len(rows) - 1
    if typical < LEAST_ROWS or rows[-1] < rows[0] or min(rows) * 100 < rows[0] * 99:
        return None
    new = -(-max(rows[-1] - rows[0], evidence.arrived or 0) // steps)
    part = -(-new * 1000 // typical)
    if part > NEW_AT_MOST:
        return None
    saved = history.nano * (1000 - max(part, LEAST_PART)) // 1000
    claimed = claims(history, saved, Lever.METHOD, period)
    return Finding(
        kind=WasteKind.FULL_REFRESH,
        subject=history.asset,
        connection=history.connection,
        title=f"{history.name} is made anew {period.a_day(len(rows))}: {typical:,} rows for about {new:,} new ones.",
        change=_change(history),
        confidence=Confidence.MEDIUM if evidence.arrived is not None else Confidence.LOW,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        figures=(
            Figure("whole builds", len(rows)),
            Figure("rows of a build", typical, "rows"),
            Figure("new rows since the build before", new, "rows"),
            Figure("rows that came into its inputs", evidence.arrived or 0, "rows"),
            Figure("cost of its builds", history.nano, "nano_credits"),
        ),
        assumptions=(
            f"An incremental build costs at least {LEAST_PART // 10} % of a whole one.",
            "Rows already there are not changed by later inputs."
            if evidence.arrived is None
            else "All rows that came into its inputs may have changed as many of its own.",
        ),
    )


def _change(history: History) -> str:
    if history.is_model:
        how = "`materialized='incremental'`, a `unique_key`, and under `is_incremental()` only the newer rows"
        return f"Build {history.name} with {how}."
    return (
        f"MERGE only newer rows into {history.name} instead of making it anew, or make it a dynamic table with "
        "REFRESH_MODE = INCREMENTAL."
    )
