"""`assay check run`: run checks now, tell and record what they find."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_error, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.cli.untold import note_untold
from assay.cycle.horizons import read_until
from assay.cycle.sources import open_sources
from assay.cycle.warehouses import opener
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.checks import Outcome
from assay.model.time import to_ms
from assay.registry import Registry
from checks.running import run_checks
from checks.scenes import Scenes
from checks.sources.gathering import all_checks, gather, only, refresh, without_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.cli.request import Request
    from assay.config import Settings
    from assay.errors import AssayError
    from assay.model.checks import Check, CheckResult
    from assay.store.engine import Store

_CODES = {Outcome.FAIL: 1, Outcome.ERROR: 4}
_ORDER = (Outcome.ERROR, Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)


@assay_command("run", example="assay check run 'shop.marts.*' --json")
@click.argument("pattern", default="*")
@click.option("--dry-run", is_flag=True, help="Only tell: record nothing, open no incident.")
def command(request: Request, pattern: str, *, dry_run: bool) -> int:
    """Run checks now; exit 1 when one fails, 3 when a declaration is wrong, 4 when one cannot be run.

    PATTERN is a glob over the names of checks and assets; without it all are run.
    """
    settings, registry, now = request.settings(), Registry(), utc_now()
    with redirect_stdout(sys.stderr), opened_store(settings) as store:  # what checks print is no result
        with store.read() as session:
            gathered = without_others(session, gather(settings, registry))
        if not dry_run:
            with store.write() as session:
                refresh(session, gathered, to_ms(now))
        with store.read() as session:
            chosen = only(all_checks(session, gathered), pattern)
            note_untold(session, chosen)
        results = _run(settings, store, registry, chosen, now)
        if not dry_run:
            with store.write() as session:
                record(session, results, now, Policy.of(settings))
    if request.as_json:
        say_json([as_dict(result) for result in results])
    else:
        _say(results)
    return _told(gathered.problems, results)


def _run(
    settings: Settings, store: Store, registry: Registry, checks: Sequence[Check], now: datetime
) -> list[CheckResult]:
    sources, problems = open_sources(settings, registry)
    for problem in problems:
        note(f"{problem.connection}: {problem.message}")
    with store.read() as session:
        horizons = read_until(session, sources)
    with Scenes(store, now, opener(sources), settings.folder, horizons) as scenes:
        found = list(run_checks(checks, registry, scenes, now))
    return sorted(found, key=lambda result: (_ORDER.index(result.outcome), result.check.name))


def as_dict(result: CheckResult) -> dict[str, object]:
    """A result as `--json` gives it."""
    return {
        "check": result.check.name,
        "asset": str(result.check.asset),
        "kind": result.check.kind,
        "severity": result.check.severity,
        "outcome": result.outcome,
        "message": result.message,
        "observed": result.observed,
        "expected": result.expected,
        "low": result.low,
        "high": result.high,
        "at": result.at,
        "metadata": dict(result.metadata),
    }


def _say(results: Sequence[CheckResult]) -> None:
    if not results:
        note("No check fits.\n→ assay check list, or assay check suggest ASSET --write.")
        return
    rows = [
        (
            result.outcome,
            result.check.severity,
            result.check.name,
            ".".join(result.check.asset.path),
            _words(result),
        )
        for result in results
    ]
    say_table("", ("outcome", "severity", "check", "asset", "what was found"), rows)
    counts = ", ".join(
        f"{sum(result.outcome is outcome for result in results)} {outcome}" for outcome in reversed(_ORDER)
    )
    click.echo(f"{len(results)} checks: {counts}.")


def _words(result: CheckResult) -> str:
    step = str(result.metadata.get("next_step", ""))
    return f"{result.message}\n→ {step}" if step else result.message


def _told(problems: Sequence[AssayError], results: Sequence[CheckResult]) -> int:
    """Tell what is wrong with declarations; the gravest exit code of all."""
    for problem in problems:
        say_error(problem.message, problem.hint)
    codes = [_CODES.get(result.outcome, 0) for result in results]
    return max([*codes, 3 if problems else 0], default=0)
