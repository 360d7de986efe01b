"""The ticker: APScheduler, in memory, doing no more than asking again and again whether something is due."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from assay import telemetry
from assay.cycle.summary import as_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = telemetry.logger("worker")


class Ticker:
    """Calls each task every so many seconds, in threads of its own; a task is never called beside itself.

    A call that was missed is made up for by one. What a task raises is logged, and it is called again.
    """

    def __init__(self, tasks: Mapping[str, tuple[float, Callable[[], object]]]) -> None:
        logging.getLogger("apscheduler").setLevel(
            logging.ERROR
        )  # a tick beside a long one is no warning here
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(tasks))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, (seconds, task) in tasks.items():
            self._scheduler.add_job(
                Guarded(name, task), "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC)
            )

    def start(self) -> None:
        """Begin: each task is called at once, then in its rhythm."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing more; what is under way is not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


class Guarded:
    """A task whose failures are logged, the same one once until it changes."""

    def __init__(self, name: str, task: Callable[[], object]) -> None:
        self.__name__ = name
        self._task = task
        self._told = ""

    def __call__(self) -> None:
        """Call the task."""
        try:
            self._task()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried again
            told = as_told(error)
            if told.message != self._told:
                _log.error("failed", task=self.__name__, why=told.message, next_step=told.hint)
            self._told = told.message
        else:
            self._told = ""
