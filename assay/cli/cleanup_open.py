"""`assay cleanup open`: open the pull request of a set that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cleanup.artifacts import projects
from assay.cleanup.follow import planned
from assay.cleanup.forges import forge_of
from assay.cleanup.limits import NotProposedError
from assay.cleanup.pull_request import Place, open_request
from assay.cleanup.survey import survey
from assay.cli import figures
from assay.cli.cleanup_plan import GATE_SHUT, one_repository, pick, say
from assay.cli.cleanup_words import plan_dict
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.cleanup.plan import Plan
    from assay.cleanup.prospects import Prospect, Survey
    from assay.cli.request import Request
    from assay.config import Settings
    from assay.store.engine import Store


@assay_command("open", example="assay cleanup open 1f0c2d")
@click.argument("fingerprint", default="")
@click.option(
    "--all", "everything", is_flag=True, help="Every set whose gates are open, as far as the caps let."
)
@click.option("--repository", default="", metavar="NAME", help="Only this one of [cleanup.repositories].")
@click.option("--dry-run", is_flag=True, help="Plan it from the forge, and send nothing.")
def command(request: Request, fingerprint: str, repository: str, *, everything: bool, dry_run: bool) -> int:
    """Open the pull request of a set that nobody reads, as a draft first. Exit 1 when a gate is shut.

    FINGERPRINT, or its beginning, chooses the set. It is planned anew from what the forge has now, so every gate is
    looked at again; one that is open already is left as it is. The caps of [cleanup] hold.
    """
    if bool(fingerprint) == everything:
        raise UsageError("Say which set, or --all.", hint="`assay cleanup detect` lists them.")
    settings = request.settings()
    now = figures.utc_now()
    with opened_store(settings) as store:
        with store.read() as session:
            known = projects(session, settings, one_repository(settings, repository))
            found = survey(session, settings, known, now)
        wanted = (
            [each for each in found.prospects if each.is_open] if everything else [pick(found, fingerprint)]
        )
        told = [_one(store, settings, each, found, now, dry_run=dry_run) for each in wanted]
    return _answer(request, told)


def _one(  # noqa: PLR0913 - one set, and all that is needed to open it
    store: Store, settings: Settings, prospect: Prospect, found: Survey, now: datetime, *, dry_run: bool
) -> tuple[Plan, dict[str, Any]]:
    """A set's plan, and what became of it."""
    repository = settings.cleanup.repositories[prospect.repository]
    place = Place(store, forge_of(repository), prospect.repository, repository, settings.cleanup)
    plan = planned(settings, place, prospect, found, now)
    if dry_run or not plan.is_open or plan.proposal is None:
        return plan, {"number": None, "url": None, "why": "a dry run" if plan.is_open else "a gate is shut"}
    try:
        row = open_request(place, plan.proposal, now)
    except NotProposedError as error:
        return plan, {"number": None, "url": None, "why": error.message}
    return plan, {"number": row.number, "url": row.url, "why": None}


def _answer(request: Request, told: Sequence[tuple[Plan, dict[str, Any]]]) -> int:
    if request.as_json:
        say_json([plan_dict(plan) | outcome for plan, outcome in told])
    for plan, outcome in () if request.as_json else told:
        say(plan, ()) if outcome["why"] else None
        note(outcome["why"] or f"#{outcome['number']} {outcome['url']}")
    if not told:
        note("No set may go now.\n→ assay cleanup detect tells what is in the way.")
    return GATE_SHUT if any(not plan.is_open for plan, _ in told) else 0
