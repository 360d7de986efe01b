"""One resumable pass: collect what is new, find whose it is, work out what it cost."""

from __future__ import annotations

from assay.cycle.run import run_cycle
from assay.cycle.sources import Source, open_sources
from assay.cycle.summary import Collected, CycleSummary, Derived, Event, Problem

__all__ = [
    "Collected",
    "CycleSummary",
    "Derived",
    "Event",
    "Problem",
    "Source",
    "open_sources",
    "run_cycle",
]
