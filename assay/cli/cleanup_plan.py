"""`assay cleanup plan`: the patch, the SQL and the text of a clean-up, proved; nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cleanup.artifacts import chosen, projects
from assay.cleanup.body import body
from assay.cleanup.plan import make
from assay.cleanup.survey import survey
from assay.cleanup.workshop import bench
from assay.cli import figures
from assay.cli.cleanup_words import plan_dict, said_of_gates
from assay.cli.figures import counted, credits_of
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.cleanup.plan import Plan
    from assay.cleanup.prospects import Prospect, Survey
    from assay.cli.request import Request
    from assay.config import Settings

GATE_SHUT = 1
"""The exit code when a gate is shut."""


@assay_command("plan", example="assay cleanup plan 1f0c2d --checkout ~/src/shop --out plans")
@click.argument("fingerprint", default="")
@click.option("--repository", default="", metavar="NAME", help="Only this one of [cleanup.repositories].")
@click.option(
    "--checkout",
    type=click.Path(file_okay=False, path_type=Path),
    help="A clone of the repository on this machine, else the forge is asked.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="cleanup-plans",
    show_default=True,
    help="Where the files are written.",
)
@click.option("--dry-run", is_flag=True, help="Write no file, only tell.")
def command(  # noqa: PLR0913 - click gives each option by its name
    request: Request, fingerprint: str, repository: str, checkout: Path | None, out: Path, *, dry_run: bool
) -> int:
    """Make the patch, the SQL and the text of a clean-up, and prove it; nothing is sent. Exit 1 when a gate is shut.

    FINGERPRINT, or its beginning, chooses a set; else it is the dearest one the store says may go. What is not
    committed in a checkout is not looked at. `git apply` takes the patch; a person may run the SQL, Assay never does.
    """
    settings = request.settings()
    now = figures.utc_now()
    with opened_store(settings) as store, store.read() as session:
        known = projects(session, settings, one_repository(settings, repository))
        found = survey(session, settings, known, now)
    prospect = pick(found, fingerprint)
    plan = planned(settings, prospect, found, now, checkout)
    files = [] if dry_run else write(plan, settings, out)
    if request.as_json:
        say_json(plan_dict(plan) | {"written": [str(file) for file in files]})
    else:
        say(plan, files)
    return 0 if plan.is_open else GATE_SHUT


def one_repository(settings: Settings, named: str) -> str:
    """The repository that is meant; ConfigError when there is none to clean up in."""
    if not settings.cleanup.repositories:
        raise ConfigError(
            "There is no repository to clean up in.",
            hint='Add [cleanup.repositories.NAME] with name = "owner/repository" to assay.toml.',
        )
    chosen(settings, named)
    return named


def pick(found: Survey, fingerprint: str) -> Prospect:
    """The one prospect meant; UsageError when none or several are."""
    some = [each for each in found.prospects if each.members and each.goes_by(fingerprint)]
    if not fingerprint:
        some = sorted((each for each in some if each.is_open), key=lambda each: -each.nano_per_month)[:1]
        if not some:
            raise UsageError("No set may go now.", hint="`assay cleanup detect` tells what is in the way.")
    if not some:
        raise UsageError(f"There is no set {fingerprint}.", hint="`assay cleanup detect` lists them.")
    if len(some) > 1:
        names = ", ".join(f"{each.fingerprint} in {each.repository}" for each in some[:5])
        raise UsageError(f"{fingerprint} may mean {names}.", hint="Say more of it, or --repository.")
    return some[0]


def planned(
    settings: Settings, prospect: Prospect, found: Survey, now: datetime, checkout: Path | None
) -> Plan:
    """The plan of a prospect, from a checkout or from its forge."""
    repository = settings.cleanup.repositories[prospect.repository]
    project = found.projects[prospect.repository]
    with bench(settings, repository, now, project=project, checkout=checkout) as made_with:
        return make(prospect, found, made_with)


def write(plan: Plan, settings: Settings, out: Path) -> list[Path]:
    """Write the plan's patch, SQL and text into a folder; gives the files."""
    if plan.proposal is None:
        return []
    out.mkdir(parents=True, exist_ok=True)
    stem = f"{plan.prospect.repository}-{plan.prospect.fingerprint}-{plan.prospect.step}"
    text = f"# {plan.proposal.title}\n\n{body(plan.proposal, settings.cleanup)}\n"
    parts = {".patch": plan.patch, ".sql": plan.sql.encode(), ".md": text.encode()}
    files = [out / f"{stem}{ending}" for ending in parts]
    for file, held in zip(files, parts.values(), strict=True):
        file.write_bytes(held)
    return files


def say(plan: Plan, files: Sequence[Path]) -> None:
    """A plan for people: what would change, every gate, and what is next."""
    proposal = plan.proposal
    title = proposal.title if proposal else f"{plan.prospect.fingerprint}: nothing to propose"
    click.echo(click.style(title, bold=True))
    for path, held in sorted(proposal.changes.items() if proposal else ()):
        click.echo(f"  {'-' if held is None else '~'} {path}")
    click.echo(said_of_gates(plan.gates))
    for each in plan.notes:
        note(f"  {each}")
    for file in files:
        note(f"written: {file}")
    shut = sum(gate.passed is False for gate in plan.gates)
    if not plan.is_open:
        note(f"{counted(shut, 'gate')} shut: no pull request is opened.")
        return
    saved = credits_of(plan.prospect.nano_per_month)
    unseen = sum(gate.passed is None for gate in plan.gates)
    gates = (
        f"No gate is shut, {counted(unseen, 'gate')} could not be looked at"
        if unseen
        else "All gates are open"
    )
    note(f"{gates}: {saved} credits in 30 days.\n→ assay cleanup open {plan.prospect.fingerprint}")
