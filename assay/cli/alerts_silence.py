"""`assay alerts silence`: nothing that matches is told, for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from assay.cli.alerts_list import matcher_said, silence_dict
from assay.cli.figures import moment, utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.spans import SPAN
from assay.cli.stores import opened_store
from assay.config.faults import nearest
from assay.errors import UsageError
from assay.incidents.caller import caller
from assay.incidents.routing import PATTERNS, Subject, matches
from assay.model.time import to_ms
from assay.store import silences
from assay.store.tables import AssetRow, SilenceRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from sqlalchemy.orm import Session

    from assay.cli.request import Request


@assay_command("silence", example="assay alerts silence 'asset=*.staging.*' --for 2h --reason migration")
@click.argument("patterns", nargs=-1, metavar="NAME=GLOB...")
@click.option("--for", "span", type=SPAN, required=True, help="How long, e.g. 30m, 2h, 3d, 1w.")
@click.option("--reason", default="", help="Why; it is shown beside the silence.")
@click.option("--all", "everything", is_flag=True, help="Silence everything: no pattern is needed.")
def command(
    request: Request, patterns: Sequence[str], span: timedelta, reason: str, *, everything: bool
) -> int:
    """Tell nothing that matches every NAME=GLOB, for a while.

    NAME is asset, tag, owner, cause, severity, impact or channel; case does not matter. What is still open when the
    silence ends is told then. That something is resolved is always told where it was told before.
    """
    matcher = _matcher(patterns, everything=everything)
    now = utc_now()
    with opened_store(request.settings()) as store, store.write() as session:
        silence_id = silences.add(
            session, matcher, to_ms(now + span), to_ms(now), author=caller(), reason=reason
        )
        row = session.get_one(SilenceRow, silence_id)
        unknown = _fits_nothing(session, matcher)
    if request.as_json:
        say_json(silence_dict(row))
    else:
        click.echo(
            f"Silence {row.id}: {matcher_said(matcher)}, until {moment(row.until_ms)} UTC. "
            f"`assay alerts unsilence {row.id}` ends it."
        )
    if unknown:
        note(
            f"note: no asset known so far fits {matcher['asset']}; a key reads platform:account:db.schema.name."
        )
    return 0


def _matcher(patterns: Sequence[str], *, everything: bool) -> dict[str, str]:
    """The globs by name; UsageError for a name that cannot be matched, or for none at all."""
    found: dict[str, str] = {}
    for text in patterns:
        name, equals, glob = text.partition("=")
        if not (equals and glob.strip()):
            raise UsageError(f"{text} is not of the form NAME=GLOB.", hint="e.g. 'asset=*.marts.*'")
        if name not in PATTERNS:
            raise UsageError(f"Nothing is matched by {name}.", hint=nearest(name, PATTERNS))
        found[name] = glob.strip()
    if bool(found) == everything:
        raise UsageError(
            "Say what is to be silent.", hint="Give patterns, e.g. 'asset=*.marts.*', or else --all."
        )
    return found


def _fits_nothing(session: Session, matcher: Mapping[str, str]) -> bool:
    """Whether the pattern of assets fits none that is known: then it is likely misspelt."""
    if "asset" not in matcher:
        return False
    wanted = {"asset": matcher["asset"]}
    return not any(matches(wanted, Subject(key)) for key in session.scalars(select(AssetRow.key)))
