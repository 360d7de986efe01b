"""The detector: one pass over the metrics of all assets at once, no look-ahead, numpy only."""

from __future__ import annotations

from checks.anomaly.config import Config, Expert, for_period
from checks.anomaly.detecting import detect
from checks.anomaly.kinds import Kind, Mark, Reason
from checks.anomaly.stream import Detector
from checks.anomaly.verdicts import Step, Verdicts

__all__ = [
    "Config",
    "Detector",
    "Expert",
    "Kind",
    "Mark",
    "Reason",
    "Step",
    "Verdicts",
    "detect",
    "for_period",
]
