"""`assay backfill show`: one quote whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.backfill_list import as_dict
from assay.cli.backfill_words import say_quote
from assay.cli.figures import credits_of, moment
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError
from assay.store import quotes

if TYPE_CHECKING:
    from assay.cli.request import Request


@assay_command("show", example="assay backfill show 3f9a1c")
@click.argument("quote")
def command(request: Request, quote: str) -> int:
    """Show one quote whole, as it was told, and what its backfill came to. QUOTE is its id, or how that begins."""
    with opened_store(request.settings()) as store, store.read() as session:
        row = quotes.by_id(session, quote)
    if row is None:
        raise UsageError(f"There is no one quote {quote}.", hint="`assay backfill list` tells the ids.")
    if request.as_json:
        say_json(as_dict(row))
        return 0
    say_quote(row.result)
    if row.realised_nano is not None:
        where = "inside" if row.realised["inside"] else "outside"
        note(
            f"It was done {moment(row.realised_ms)} and came to {credits_of(row.realised_nano)}: {where} its range."
        )
    return 0
