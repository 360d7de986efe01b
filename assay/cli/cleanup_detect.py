"""`assay cleanup detect`: which dead sets could go, what each costs, and which gates are shut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cleanup.artifacts import projects
from assay.cleanup.gates import short
from assay.cleanup.survey import survey
from assay.cli import figures
from assay.cli.cleanup_words import gate_dict, member_dict, said_of
from assay.cli.figures import count, counted, credits_of
from assay.cli.owners import no_connection
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.errors import UsageError
from assay.model.time import from_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cleanup.prospects import Prospect, Survey
    from assay.cli.request import Request


@assay_command("detect", example="assay cleanup detect --repository shop")
@click.argument("fingerprint", default="")
@click.option("--repository", default="", metavar="NAME", help="Only this one of [cleanup.repositories].")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True, help="Rows of the table.")
def command(request: Request, fingerprint: str, repository: str, limit: int) -> int:
    """Tell which dead sets could go, what each costs in 30 days, and which gates are shut; asks the store alone.

    FINGERPRINT, or its beginning, chooses a set and shows every gate. Models come in the order they can go.
    """
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        if not settings.connections:
            raise no_connection(request.folder)
        found = survey(session, settings, projects(session, settings, repository), figures.utc_now())
    chosen = [each for each in found.prospects if each.goes_by(fingerprint)]
    if fingerprint and not chosen:
        raise UsageError(f"There is no set {fingerprint}.", hint="`assay cleanup detect` lists them.")
    if request.as_json:
        say_json(as_dict(found, chosen))
    elif fingerprint:
        for each in chosen:
            _say_one(each)
    else:
        _say(chosen, limit)
    return 0


def as_dict(found: Survey, chosen: Sequence[Prospect]) -> dict[str, Any]:
    """The answer as `--json` gives it."""
    return {
        "evidence_until": None if found.evidence_ms is None else from_ms(found.evidence_ms),
        "window_days": found.judgement.window_days,
        "sets": [prospect_dict(each) for each in chosen],
    }


def prospect_dict(each: Prospect) -> dict[str, Any]:
    """A prospect as `--json` gives it."""
    return {
        "fingerprint": each.fingerprint,
        "set": each.set_id,
        "repository": each.repository or None,
        "step": each.step,
        "open": each.is_open,
        "nano_credits_per_month": each.nano_per_month,
        "models": [member_dict(member) for member in each.members],
        "stays": dict(each.stays),
        "gates": [gate_dict(gate) for gate in each.gates],
    }


def _say(chosen: Sequence[Prospect], limit: int) -> None:
    if not chosen:
        note("No dead set is known.\n→ assay unused tells of every asset why.")
        return
    ordered = sorted(chosen, key=lambda each: (not each.is_open, -each.nano_per_month))
    columns = (
        "set",
        "repository",
        "step",
        ">models",
        ">credits a month",
        "models, in their order",
        "in the way",
    )
    say_table("What could go", columns, [_row(each) for each in ordered[:limit]])
    if len(ordered) > limit:
        note(f"({count(len(ordered) - limit)} more: --limit {len(ordered)} or --json)")
    free = [each for each in ordered if each.is_open]
    whole = sum(each.nano_per_month for each in free)
    note(
        f"{counted(len(free), 'set')} of {count(len(ordered))} may go: {credits_of(whole)} credits in 30 days."
    )
    if free:
        note(f"→ assay cleanup plan {free[0].fingerprint} makes the patch and proves it.")


def _row(each: Prospect) -> tuple[str, ...]:
    names = [member.name for member in each.members] or [short(asset) for asset in each.stays]
    shut = [f"{gate.name}: {gate.detail}" for gate in each.gates if gate.passed is False]
    return (
        each.fingerprint,
        each.repository or "–",
        each.step.value,
        count(len(each.members)),
        credits_of(each.nano_per_month),
        " → ".join(names[:4]) + (f" (+{len(names) - 4})" if len(names) > 4 else ""),  # noqa: PLR2004 - a table's cell
        shut[0] if shut else "",
    )


def _say_one(each: Prospect) -> None:
    click.echo(said_of(each))
