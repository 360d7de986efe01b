"""The work itself: the cycle, and the telling that goes on all the time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle import run_cycle
from assay.cycle.lock import BusyError
from assay.errors import StoppedError
from assay.facts.files import FactFiles
from assay.incidents.dispatch import clock_ms
from assay.incidents.sending import Sending
from assay.scheduler.heartbeat import try_to_beat
from assay.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.config import Settings
    from assay.cycle import CycleSummary
    from assay.incidents.dispatch import Dispatcher
    from assay.registry import Registry
    from assay.scheduler.current import Current
    from assay.scheduler.shift import Shift
    from assay.store.engine import Store

_log = telemetry.logger("worker")


def cycle(shift: Shift, settings: Settings, registry: Registry) -> str:
    """Run a cycle, then give a sign of life if it went well; another that runs in the folder does as well."""
    files = FactFiles(settings.facts.root, shift.store)
    try:
        summary = run_cycle(settings, shift.store, files, shift.now, on_event=shift.hear, registry=registry)
    except BusyError as error:
        return f"skipped: {error.message}"
    _log_problems(summary)
    why = try_to_beat(settings.worker) if summary.exit_code == 0 else ""
    if why:
        _log.warning("no heartbeat", why=why)
    return _said(summary)


class Delivery:
    """Sends what is due, over and over. It needs no slot: each message is claimed by itself."""

    def __init__(  # noqa: PLR0913 - what it works on, and when it is to end
        self,
        store: Store,
        current: Current,
        registry: Registry,
        ending: threading.Event,
        *,
        most_s: float,
        clock: Callable[[], int] = clock_ms,
    ) -> None:
        self._store = store
        self._current = current
        self._registry = registry
        self._ending = ending
        self._most_s = most_s
        self._clock = clock
        self._settings: Settings | None = None
        self._dispatcher: Dispatcher | None = None
        self._busy = threading.Lock()

    def pump(self) -> None:
        """Send what is due, for no longer than until the next look."""
        with self._busy:
            if self._ending.is_set():
                return
            try:
                self._ready().drain(self._most_s, self._wait)
            except StoppedError:
                return
            self._measure()

    def ended(self, within_s: float) -> bool:
        """Whether the message under way, if there is one, is sent within that time."""
        done = self._busy.acquire(timeout=within_s)
        if done:
            self._busy.release()
        return done

    def _ready(self) -> Dispatcher:
        """The dispatcher of the settings as they stand; the same one, with what it knows, while they do not change."""
        settings = self._current()
        if self._dispatcher is None or settings != self._settings:
            sending = Sending.of(settings, self._store, self._registry, self._clock)
            whys = {name: error.message for name, error in sending.unbuilt.items()}
            if sending.unrouted is not None:
                whys[""] = sending.unrouted.message
            for name, why in whys.items():
                _log.error("cannot be used", channel=name, why=why)
            self._settings, self._dispatcher = settings, sending.dispatcher
        return self._dispatcher

    def _wait(self, seconds: float) -> None:
        if self._ending.wait(seconds):
            raise StoppedError

    def _measure(self) -> None:
        now_ms = self._clock()
        with self._store.read() as session:
            waited_ms = outbox.oldest_waiting_ms(session, now_ms)
            counts = outbox.counts(session)
        telemetry.outbox_oldest_seconds.set((waited_ms or 0) / 1000)
        for state, number in counts.items():
            telemetry.outbox_messages.labels(state).set(number)


def _log_problems(summary: CycleSummary) -> None:
    for problem in summary.problems:
        if not problem.expected:
            _log.warning(
                "not done", connection=problem.connection, step=problem.step, stream=problem.stream,
                why=problem.message, next_step=problem.hint,
            )  # fmt: skip


def _said(summary: CycleSummary) -> str:
    opened = summary.sound.incidents.get("opened", 0)
    problems = len([problem for problem in summary.problems if not problem.expected])
    return f"{summary.rows} rows read, {opened} incidents opened, {problems} problems, {summary.seconds} s"
