"""`assay cleanup list`: the pull requests, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import count, credits_of, moment
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.decisions import PullRequestState
from assay.model.time import from_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.store.tables import PullRequestRow


@assay_command("list", example="assay cleanup list --state open")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in PullRequestState]),
    help="Only these; may be said several times.",
)
@click.option("--repository", default="", metavar="NAME", help="Only this repository.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def command(request: Request, states: tuple[str, ...], repository: str, limit: int) -> int:
    """List the pull requests that propose to clean up, what changed last first."""
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        rows = pull_requests.recent(session, limit, [PullRequestState(state) for state in states])
    rows = [row for row in rows if repository in {"", row.repository}]
    if request.as_json:
        say_json([as_dict(row) for row in rows])
    elif rows:
        columns = ("set", "step", "state", "title", ">credits a month", "changed (UTC)", "where")
        say_table("", columns, [_row(row) for row in rows])
    else:
        note("No pull request was proposed yet.\n→ assay cleanup detect tells what could go.")
    return 0


def as_dict(row: PullRequestRow) -> dict[str, Any]:
    """A pull request as `--json` gives it."""
    return {
        "repository": row.repository,
        "fingerprint": row.fingerprint,
        "step": row.step,
        "state": row.state,
        "number": row.number,
        "url": row.url or None,
        "branch": row.branch,
        "title": row.title,
        "assets": list(row.assets),
        "models": list(row.nodes),
        "nano_credits_per_month": row.nano_per_month,
        "evidence_until": from_ms(row.evidence_ms),
        "made_at": from_ms(row.made_ms),
        "changed_at": from_ms(row.changed_ms),
        "details": dict(row.details),
    }


def _row(row: PullRequestRow) -> tuple[str, ...]:
    number = f"#{count(row.number)} " if row.number else ""
    where = row.url or row.branch
    credit = credits_of(row.nano_per_month)
    return (row.fingerprint, row.step, row.state, row.title, credit, moment(row.changed_ms), number + where)
