"""What a cycle works on, handed from step to step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cycle.summary import OnEvent, nobody

if TYPE_CHECKING:
    from datetime import datetime

    from assay.config import Settings
    from assay.facts.files import FactFiles
    from assay.store.engine import Store


@dataclass(frozen=True, slots=True)
class Workplace:
    """The settings, the store, the files of facts, the cycle's own time, and who listens."""

    settings: Settings
    store: Store
    files: FactFiles
    now: datetime
    on_event: OnEvent = nobody
