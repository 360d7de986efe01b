"""One resumable pass: collect what is new, find whose it is, what it cost, whether it is sound; and tell."""

from __future__ import annotations

from assay.cycle.run import run_cycle
from assay.cycle.sources import Source, open_sources
from assay.cycle.summary import Collected, CycleSummary, Decided, Derived, Event, Problem, Sound

__all__ = [
    "Collected",
    "CycleSummary",
    "Decided",
    "Derived",
    "Event",
    "Problem",
    "Sound",
    "Source",
    "open_sources",
    "run_cycle",
]
