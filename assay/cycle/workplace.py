"""What a cycle works on, handed from step to step."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.cycle.summary import OnEvent, nobody
from assay.incidents.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from assay.config import Settings
    from assay.facts.files import FactFiles
    from assay.store.engine import Store


@dataclass(frozen=True, slots=True)
class Workplace:
    """The settings, the store, the files of facts, the cycle's own time, who listens, and how incidents are opened.

    `happened` counts what became of incidents, by transition.
    """

    settings: Settings
    store: Store
    files: FactFiles
    now: datetime
    on_event: OnEvent = nobody
    policy: Policy = field(default_factory=Policy)
    happened: Counter[str] = field(default_factory=Counter)
    _began: float = field(default_factory=time.monotonic)

    def moment(self) -> datetime:
        """Now, by the cycle's own time: when it began, and how long it has run since."""
        return self.now + timedelta(seconds=time.monotonic() - self._began)
