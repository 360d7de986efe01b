"""`assay incidents list`: what wants attention, what matters most first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import count, moment
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.checks import Cause, Severity
from assay.model.incidents import Impact, IncidentState
from assay.model.time import from_ms
from assay.store import incidents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import StrEnum

    from assay.cli.request import Request
    from assay.store.incidents import IncidentLine, IncidentPage


def _values(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([each.value for each in kind])


@assay_command("list", example="assay incidents list --impact high marts")
@click.argument("words", nargs=-1)
@click.option("--state", multiple=True, type=_values(IncidentState), help="Else those open or acknowledged.")
@click.option("--severity", multiple=True, type=_values(Severity))
@click.option("--impact", multiple=True, type=_values(Impact))
@click.option("--cause", multiple=True, type=_values(Cause))
@click.option("--owner", multiple=True)
@click.option(
    "--sort", default="", metavar="NAME", help=f"{', '.join(incidents.SORTS)}; a leading - turns it."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def command(request: Request, words: Sequence[str], sort: str, limit: int, **facets: Sequence[str]) -> int:
    """List the incidents that want attention, what matters most first. WORDS must stand in the asset's key."""
    with opened_store(request.settings()) as store, store.read() as session:
        page = incidents.page(session, " ".join(words), facets, sort=sort, limit=limit)
    if request.as_json:
        say_json({"total": page.total, "incidents": [line_dict(line) for line in page.lines]})
    else:
        _say(page, is_narrowed=bool(words) or any(facets.values()))
    return 0


def _say(page: IncidentPage, *, is_narrowed: bool) -> None:
    if not page.lines:
        note("No incident fits." if is_narrowed else "Nothing wants attention.")
        return
    columns = (">no.", "what", "state", "severity", "impact", "owner", "since (UTC)")
    say_table("", columns, [_cells(line) for line in page.lines])
    if page.total > len(page.lines):
        note(f"{count(page.total - len(page.lines))} more: raise --limit, or narrow the list.")


def _cells(line: IncidentLine) -> tuple[str, ...]:
    row = line.row
    more = f" (and {line.grouped} within it)" if line.grouped else ""
    since = moment(row.opened_ms)
    state = f"{row.state}, snoozed" if row.snoozed_until_ms else row.state
    return (str(row.id), row.title + more, state, row.severity, row.impact, row.owner, since)


def line_dict(line: IncidentLine) -> dict[str, Any]:
    """An incident as `--json` gives it."""
    row = line.row
    return {
        "id": row.id,
        "title": row.title,
        "asset": line.asset,
        "cause": row.cause,
        "state": row.state,
        "severity": row.severity,
        "impact": row.impact,
        "owner": row.owner,
        "root": row.root_id,
        "grouped": line.grouped,
        "opened_at": from_ms(row.opened_ms),
        "changed_at": from_ms(row.changed_ms),
        "resolved_at": from_ms(row.resolved_ms) if row.resolved_ms else None,
        "snoozed_until": from_ms(row.snoozed_until_ms) if row.snoozed_until_ms else None,
    }
