"""A clock that stands until it is turned."""

from __future__ import annotations

from dataclasses import dataclass

START_MS = 1_779_192_000_000  # an hour's begin


@dataclass
class HandClock:
    """Epoch milliseconds, as long as nobody turns it."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        """Now."""
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += round(seconds * 1000)
