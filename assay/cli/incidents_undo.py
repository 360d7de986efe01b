"""`assay incidents undo`: a judgement is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.incidents.acts import undo
from assay.incidents.caller import caller
from assay.incidents.policy import Policy
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("undo", example="assay incidents undo 7")
@click.argument("note", type=int)
def command(request: Request, note: int) -> int:
    """Take the judgement of that NOTE back: it trains nothing any more, and what it resolved stands again."""
    settings = request.settings()
    with opened_store(settings) as store, store.write() as session:
        done = undo(session, note, caller(), utc_now(), Policy.of(settings))
    happened = [change.transition for change in done.changes]
    if request.as_json:
        say_json({"note": note, "happened": happened})
    else:
        again = " Its incident stands again." if Transition.REOPENED in happened else ""
        click.echo(f"Note {note} is taken back.{again}")
    return 0
