"""`assay alerts unsilence`: a silence ends before its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import utc_now
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError
from assay.model.time import to_ms
from assay.store import silences

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("unsilence", example="assay alerts unsilence 3")
@click.argument("silence_id", metavar="ID", type=int)
def command(request: Request, silence_id: int) -> int:
    """End the silence of that ID; what it muted and is still open is told."""
    with opened_store(request.settings()) as store, store.write() as session:
        ended = silences.end(session, silence_id, to_ms(utc_now()))
    if not ended:
        raise UsageError(f"No silence {silence_id} holds.", hint="`assay alerts list` shows those that do.")
    if request.as_json:
        say_json({"ended": silence_id})
    else:
        click.echo(f"Silence {silence_id} has ended.")
    return 0
