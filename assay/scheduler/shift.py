"""One claimed slot at work: where it may write, and whether it may go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event as Flag
from typing import TYPE_CHECKING

from assay.errors import StoppedError
from assay.model.time import from_ms
from assay.store import jobs

if TYPE_CHECKING:
    from datetime import datetime

    from assay.cycle import Event
    from assay.store.engine import Store
    from assay.store.jobs import Held


@dataclass(slots=True)
class Shift:
    """A slot that is worked on. `store` refuses every write once the slot is another's."""

    held: Held
    store: Store
    now_ms: int
    ending: Flag
    lost: Flag = field(default_factory=Flag)

    @classmethod
    def of(cls, held: Held, store: Store, now_ms: int, ending: Flag) -> Shift:
        """The shift of a slot just claimed; `ending` is set when the worker is to end."""
        return cls(held, store.guarded(lambda session: jobs.expect_held(session, held)), now_ms, ending)

    @property
    def now(self) -> datetime:
        """When the slot was claimed."""
        return from_ms(self.now_ms)

    def go_on(self) -> None:
        """Called where all done before is kept: StoppedError when the worker is to end, or the slot is another's."""
        if self.lost.is_set():
            raise jobs.LostLeaseError
        if self.ending.is_set():
            raise StoppedError("The worker was told to end.", hint="The next one goes on from here.")

    def hear(self, _event: Event) -> None:
        """Listen to a cycle: each of its events is a place to stop."""
        self.go_on()
