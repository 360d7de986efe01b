"""A worker as a whole: its jobs, its ticker, and how it begins and ends."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from assay.incidents.dispatch import clock_ms
from assay.registry import Registry
from assay.scheduler import work
from assay.scheduler.current import Current
from assay.scheduler.ticker import Ticker
from assay.scheduler.worker import Job, Worker
from assay.store.jobs import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.config import Settings
    from assay.scheduler.shift import Shift
    from assay.store.engine import Store

TICK_S = 5
"""Seconds between two looks whether a slot is due: so long after its lease a dead worker's slot is taken up."""

_RENEWALS = 3
"""How often a lease is renewed before it could run out."""

_MINUTE_MS = 60_000


class Service:
    """The jobs of one Assay folder, done by one worker until it is ended."""

    def __init__(
        self,
        store: Store,
        load: Callable[[], Settings],
        *,
        registry: Registry | None = None,
        clock: Callable[[], int] = clock_ms,
    ) -> None:
        self._current = Current(load)
        self._registry = registry or Registry()
        said = self._current().worker
        terms = Terms(said.lease_s * 1000, said.attempts)
        self.worker = Worker(store, terms, self._current.policy, clock=clock)
        self.grace_s = said.grace_s
        self.jobs = (Job("cycle", said.cycle_every_min * _MINUTE_MS, self._cycle),)
        self.delivery = work.Delivery(
            store, self._current, self._registry, self.worker.ending, most_s=said.deliver_every_s, clock=clock
        )
        self._ticker = Ticker(
            {
                "renew": (said.lease_s / _RENEWALS, self.worker.renew),
                "deliver": (said.deliver_every_s, self.delivery.pump),
                **{job.name: (TICK_S, partial(self.worker.tick, job)) for job in self.jobs},
            }
        )

    def start(self) -> None:
        """Begin to work, in threads of its own."""
        self._ticker.start()

    def end(self) -> bool:
        """End in order: what is under way stops at its next safe point and is free for another worker.

        False when it did not come to one within worker.grace_s; the process may be ended all the same.
        """
        until = time.monotonic() + self.grace_s
        clean = self.worker.end(self.grace_s)
        sent = self.delivery.ended(max(until - time.monotonic(), 0))
        self._ticker.stop()
        return clean and sent

    def _cycle(self, shift: Shift) -> str:
        return work.cycle(shift, self._current(), self._registry)
