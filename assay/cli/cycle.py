"""Running a cycle from the command line, and telling what it did."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING

import click

from assay.cli.app import is_debugging
from assay.cli.figures import count, credits_of, today
from assay.cli.progress import progress
from assay.cli.say import note, say_error, say_json
from assay.cli.sound import sound_lines
from assay.cli.stores import opened
from assay.cli.table import say_table
from assay.cycle import run_cycle
from assay.telemetry import configure_logging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from assay.cycle import CycleSummary, Derived


def run_and_say(request: Request, only: Sequence[str], *, wait: bool = False, derive: bool = True) -> int:
    """Run a cycle on the request's folder, print its summary, and give its exit code."""
    summary = cycle_of(request, only, wait=wait, derive=derive)
    if request.as_json:
        say_json(as_dict(summary))
    else:
        _say(summary, derive=derive)
    return summary.exit_code


def cycle_of(
    request: Request, only: Sequence[str] = (), *, wait: bool = False, derive: bool = True
) -> CycleSummary:
    """Run a cycle on the request's folder, with progress on stderr."""
    settings = request.settings()
    configure_logging(level=logging.DEBUG if is_debugging() else logging.WARNING)
    with opened(settings) as (store, files), progress() as on_event:
        return run_cycle(
            settings, store, files, today(), on_event=on_event, only=only, wait=wait, derive=derive
        )


def as_dict(summary: CycleSummary) -> dict[str, object]:
    """The summary as `--json` gives it."""
    return {
        "started_at": summary.started_at.isoformat(),
        "seconds": summary.seconds,
        "rows": summary.rows,
        "collected": [
            {"connection": part.connection, "kind": part.kind, "rows": dict(part.rows)}
            for part in summary.collected
        ],
        "derived": [_derived(part) for part in summary.derived],
        "checks": dict(summary.sound.checks),
        "anomalies": dict(summary.sound.anomalies),
        "incidents": dict(summary.sound.incidents),
        "alerts": dict(summary.sound.alerts),
        "files_compacted": summary.files_compacted,
        "files_swept": summary.files_swept,
        "problems": [dataclasses.asdict(problem) for problem in summary.problems],
    }


def _derived(part: Derived) -> dict[str, object]:
    told = dataclasses.asdict(part)
    del told["problems"]
    return told


def _say(summary: CycleSummary, *, derive: bool) -> None:
    if not summary.collected and not summary.problems:
        note("There is no connection yet.\n→ assay connect snowflake --name acme --export FOLDER")
        return
    rows = [
        (part.connection, stream, count(number))
        for part in summary.collected
        for stream, number in part.rows.items()
        if number
    ]
    if rows:
        say_table("Read", ("connection", "stream", ">rows"), rows)
    else:
        click.echo("Nothing new was read.")
    for part in summary.derived if derive else ():
        _say_derived(part)
    for line in sound_lines(summary.sound) if derive else ():
        click.echo(line)
    say_problems(summary)
    click.echo(f"Done in {summary.seconds:.1f} s.")


def _say_derived(part: Derived) -> None:
    if not part.days:
        click.echo(f"{part.account}: no day has changed.")
        return
    click.echo(
        f"{part.account}: {count(part.days)} days, {count(part.queries)} query rows; "
        f"of {credits_of(part.metered_nano_credits)} credits metered, "
        f"{credits_of(part.attributed_nano_credits)} are accounted for."
    )


def say_problems(summary: CycleSummary) -> None:
    """Print what did not work, on stderr: what a source simply has not as a note, all else as an error."""
    for problem in summary.problems:
        where = " ".join(filter(None, (problem.connection, problem.stream)))
        if problem.expected:
            note(
                f"note: {where}: {problem.message}\n→ {problem.hint}"
                if problem.hint
                else f"note: {where}: {problem.message}"
            )
        else:
            say_error(f"{where}: {problem.message}" if where else problem.message, problem.hint)
