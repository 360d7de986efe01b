"""`assay alerts retry`: what was given up waits again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError
from assay.model.time import to_ms
from assay.store import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.cli.request import Request


@assay_command("retry", example="assay alerts retry --channel team")
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--channel", default="", help="Only what this channel would not take.")
def command(request: Request, ids: Sequence[int], channel: str) -> int:
    """Let what was given up wait to be sent again: all of it, or the messages of these IDs.

    Mend the cause first: `assay alerts list --state dead` tells it, `assay alerts test` whether it is mended.
    """
    with opened_store(request.settings()) as store, store.write() as session:
        chosen = _chosen(session, ids, channel)
        count = outbox.requeue(session, chosen, to_ms(utc_now()))
    if request.as_json:
        say_json({"waiting_again": sorted(chosen)})
    elif count:
        click.echo(f"{count:,} wait again. `assay alerts send` sends them now.")
    else:
        click.echo("Nothing was given up.")
    return 0


def _chosen(session: Session, ids: Sequence[int], channel: str) -> list[int]:
    """The dead messages meant; UsageError when one of the ids is none of them."""
    dead = {row.id for row in outbox.dead_letters(session, channel)}
    if unknown := sorted(set(ids) - dead):
        raise UsageError(
            f"The message {unknown[0]} was not given up.", hint="`assay alerts list --state dead` lists them."
        )
    return sorted(ids or dead)
