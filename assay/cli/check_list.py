"""`assay check list`: the declared checks and where each is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from assay.cli.figures import moment
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_error, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.cli.untold import note_untold
from assay.model.checks import CheckSource
from assay.registry import Registry
from assay.store.tables import CheckRow
from checks.rhythm import words
from checks.sources.gathering import all_checks, gather, only, without_others

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.model.checks import Check


@assay_command("list", example="assay check list 'orders*' --json")
@click.argument("pattern", default="*")
def command(request: Request, pattern: str) -> int:
    """List the declared checks and where each is written; exit 3 when one cannot be used.

    PATTERN is a glob over the names of checks and assets.
    """
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        gathered = without_others(session, gather(settings, Registry()))
        chosen = only(all_checks(session, gathered), pattern)
        note_untold(session, chosen)
        last = {row.name: (row.last_outcome, row.last_ms) for row in session.scalars(select(CheckRow))}
    if request.as_json:
        say_json([_as_dict(check, gathered.places, last) for check in chosen])
    elif chosen:
        columns = ("check", "asset", "kind", "severity", "every", "last outcome", "last run (UTC)", "written")
        say_table("", columns, [_line(check, gathered.places, last) for check in chosen])
    else:
        note("No check is declared yet.\n→ assay check suggest ASSET --write, or write checks/*.yml.")
    for problem in gathered.problems:
        say_error(problem.message, problem.hint)
    return 3 if gathered.problems else 0


def _line(check: Check, places: dict[str, str], last: dict[str, tuple[str, int | None]]) -> tuple[str, ...]:
    outcome, at_ms = last.get(check.name, ("", None))
    asset = ".".join(check.asset.path)
    written = places.get(check.name, check.source)
    return (
        check.name,
        asset,
        check.kind,
        check.severity,
        words(check.every_ms),
        outcome,
        moment(at_ms),
        written,
    )


def _as_dict(
    check: Check, places: dict[str, str], last: dict[str, tuple[str, int | None]]
) -> dict[str, object]:
    outcome, at_ms = last.get(check.name, ("", None))
    return {
        "name": check.name,
        "asset": str(check.asset),
        "kind": check.kind,
        "severity": check.severity,
        "every": words(check.every_ms),
        "config": dict(check.config),
        "source": check.source,
        "written": places.get(check.name, CheckSource.PAGE),
        "owner": check.owner,
        "description": check.description,
        "last_outcome": outcome,
        "last_run": None if at_ms is None else moment(at_ms),
    }
