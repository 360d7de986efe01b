"""Running a cycle from the command line, and telling what it did."""

from __future__ import annotations

import dataclasses
import logging
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from assay.cli.app import is_debugging
from assay.cli.figures import count, counted, credits_of, utc_now
from assay.cli.owners import no_connection, said_of_assets, unread_meter, without_asset
from assay.cli.progress import progress
from assay.cli.say import note, say_error, say_json
from assay.cli.sound import decided_line, sound_lines
from assay.cli.stores import opened, opened_store
from assay.cli.table import say_table
from assay.cycle import run_cycle
from assay.store.costs import balance
from assay.telemetry import configure_logging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from assay.cycle import CycleSummary, Derived, Problem

_RULES = (
    "A rule is held against names as they are stored, those of users hashed unless user_names is plain: "
    "docs/how-to/map-queries.md"
)


def run_and_say(request: Request, only: Sequence[str], *, wait: bool = False, derive: bool = True) -> int:
    """Run a cycle on the request's folder, print its summary, and give its exit code."""
    if not request.settings().connections:
        raise no_connection(request.folder)
    summary = cycle_of(request, only, wait=wait, derive=derive)
    if request.as_json:
        say_json(as_dict(summary))
    else:
        _say(summary, derive=derive)
    unmetered = _say_bills(request, summary)
    if not request.as_json:
        click.echo(f"Done in {summary.seconds:.1f} s.")
    return max(summary.exit_code, unmetered)


def cycle_of(
    request: Request, only: Sequence[str] = (), *, wait: bool = False, derive: bool = True
) -> CycleSummary:
    """Run a cycle on the request's folder, with progress and what checks print on stderr."""
    settings = request.settings()
    configure_logging(level=logging.DEBUG if is_debugging() else logging.WARNING)
    with redirect_stdout(sys.stderr), opened(settings) as (store, files), progress() as on_event:
        try:
            return run_cycle(
                settings, store, files, utc_now(), on_event=on_event, only=only, wait=wait, derive=derive
            )
        except KeyboardInterrupt:
            note("Stopped. What is done stands; the next run goes on from there.")
            raise


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
        "decided": dict(summary.decided.counts),
        "files_compacted": summary.files_compacted,
        "files_swept": summary.files_swept,
        "problems": [dataclasses.asdict(problem) for problem in summary.problems],
    }


def _derived(part: Derived) -> dict[str, object]:
    told = dataclasses.asdict(part)
    del told["problems"]
    return told


def _say(summary: CycleSummary, *, derive: bool) -> None:
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
    for rule in summary.unmet_rules:
        note(f"note: no query fits the mapping rule {rule}")
    if summary.unmet_rules:
        note(f"→ {_RULES}")
    for line in (*sound_lines(summary.sound), decided_line(summary.decided)) if derive else ():
        click.echo(line)
    say_problems(summary)


def _say_derived(part: Derived) -> None:
    if not part.days:
        click.echo(f"{part.account}: no day has changed.")
        return
    click.echo(
        f"{part.account}: {counted(part.days, 'day')}, {counted(part.queries, 'query', 'queries')} worked out; "
        f"of {credits_of(part.metered_nano_credits)} credits metered, "
        f"{credits_of(part.attributed_nano_credits)} are accounted for."
    )


def _say_bills(request: Request, summary: CycleSummary) -> int:
    """Say how much of each account's whole bill met an asset; an unread meter is an error, whose code is given."""
    code = 0
    with opened_store(request.settings()) as store, store.read() as session:
        for part in summary.derived:
            bill = balance(session, part.connection)
            if not bill.cells and (error := unread_meter(session, part.connection)):
                say_error(error.message, error.hint)
                code = error.exit_code
            elif bill.cells and part.days and not request.as_json:
                nobodys = sum(without_asset(session, part.connection).values())
                click.echo(said_of_assets(session, nobodys, bill.attributed_nano_credits, part.connection))
    return code


def say_problems(summary: CycleSummary) -> None:
    """Print what did not work, on stderr: what a source simply has not as one note, all else as errors."""
    for connection in dict.fromkeys(problem.connection for problem in summary.problems):
        _say_missing(connection, [p for p in summary.problems if p.expected and p.connection == connection])
    for problem in summary.problems:
        if not problem.expected:
            where = _where(problem)
            say_error(f"{where}: {problem.message}" if where else problem.message, problem.hint)


def _say_missing(connection: str, missing: Sequence[Problem]) -> None:
    """One line for all a source has not; the whole story where it is a single thing."""
    if len(missing) > 1:
        names = ", ".join(problem.stream for problem in missing)
        note(f"note: {connection}: {count(len(missing))} sources are not there: {names}")
        note("→ assay doctor tells what would bring each.")
    for problem in missing if len(missing) == 1 else ():
        note(f"note: {_where(problem)}: {problem.message}" + (f"\n→ {problem.hint}" if problem.hint else ""))


def _where(problem: Problem) -> str:
    return " ".join(filter(None, (problem.connection, problem.stream)))
