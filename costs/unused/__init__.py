"""Who needs which asset: evidence gathered from the store, and judged by a pure function."""

from __future__ import annotations

from assay.config.decisions import UnusedSettings as UnusedPolicy
from costs.unused.evidence import Evidence
from costs.unused.gather import gather
from costs.unused.judge import judge

__all__ = ["Evidence", "UnusedPolicy", "gather", "judge"]
