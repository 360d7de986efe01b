"""`assay worker`: cycles, checks and alerts by themselves, without the dashboard."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from assay.cli.app import is_debugging
from assay.cli.request import command as assay_command
from assay.cli.say import note
from assay.cli.stores import opened_store
from assay.scheduler import Service
from assay.telemetry import configure_logging, serving_metrics

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.store.engine import Store

ENDS = (signal.SIGTERM, signal.SIGINT)


@assay_command("worker", example="assay worker --dir ~/assay")
def command(request: Request) -> int:
    """Run cycles in their rhythm and send what is due, without the dashboard, until SIGTERM or Ctrl-C.

    Any number of workers may share a store: each cycle is done by one of them. A worker that is told to end stops at
    the next safe point, at most worker.grace_s later, and another goes on from there.
    """
    configure_logging(level=logging.DEBUG if is_debugging() else logging.INFO)
    ended = ending_flag()
    port = request.settings().worker.metrics_port
    with opened_store(request.settings()) as store, serving_metrics(port) if port else nullcontext():
        service = service_of(request, store)
        service.start()
        every = request.settings().worker.cycle_every_min
        note(f"The worker runs a cycle every {every} minutes (Ctrl-C ends it)")
        ended.wait()
        if not service.end():
            leave_at_once()
    return 0


def service_of(request: Request, store: Store) -> Service:
    """The worker of the request's folder; it reads the settings anew as it goes."""
    return Service(store, request.settings)


def ending_flag() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C; the second one ends the process as if nobody listened."""
    ended = threading.Event()

    def end(_number: int, _frame: object) -> None:
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        ended.set()

    for number in ENDS:
        signal.signal(number, end)
    return ended


def leave_at_once() -> None:
    """End the process without waiting for its threads: their slots are given back, and nothing half done counts."""
    note("What was under way did not come to a safe point in time; the next worker goes on with it.")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
