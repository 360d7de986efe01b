"""A line of progress on stderr, where stderr is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assay.cycle.summary import Event, OnEvent, Step, nobody

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    Step.COLLECT: "reading",
    Step.MAP: "finding owners",
    Step.COST: "working out costs",
    Step.CHECK: "checking",
    Step.DETECT: "looking for what is unusual",
    Step.TELL: "telling",
    Step.TIDY: "tidying up",
}


@contextmanager
def spinner(text: str) -> Iterator[None]:
    """Show that something goes on while the block runs; silent without a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(text):
        yield


@contextmanager
def progress() -> Iterator[OnEvent]:
    """A listener for a cycle's events that shows them while the block runs; silent without a terminal."""
    if not sys.stderr.isatty():
        yield nobody
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        rows = 0

        def listen(event: Event) -> None:
            nonlocal rows
            rows += event.rows
            seen = f" · {rows:,} rows" if rows else ""
            where = f"{event.connection}: " if event.connection else ""
            bar.update(task, description=f"{where}{_WORDS[event.step]} {event.detail}{seen}")

        yield listen
