"""`assay backfill list`: the quotes that were made, and what their backfills came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.backfill_words import ranged
from assay.cli.figures import credits_of, moment
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.store import quotes
from costs.backfill.plan import asset_named

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.store.tables import QuoteRow


@assay_command("list", example="assay backfill list --asset shop.marts.orders")
@click.option("--asset", default="", help="Only the quotes of this asset.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=25, show_default=True, help="The newest so many."
)
def command(request: Request, asset: str, limit: int) -> int:
    """Show the quotes that were made, newest first, and what their backfills came to."""
    with opened_store(request.settings()) as store, store.read() as session:
        key = str(asset_named(session, asset)) if asset else ""
        found = quotes.latest(session, limit, key)
    if request.as_json:
        say_json([as_dict(row) for row in found])
    elif found:
        columns = (
            "quote",
            "made (UTC)",
            "by",
            "asset",
            "partitions",
            ">quoted (P10 to P90)",
            ">came to",
            "inside",
        )
        say_table("", columns, [_line(row) for row in found])
    else:
        note("No backfill was quoted yet.\n→ assay backfill quote ASSET --partitions A..B")
    return 0


def as_dict(row: QuoteRow) -> dict[str, Any]:
    """A quote as it was told, with what it came to."""
    return row.result | {
        "made_by": row.made_by,
        "realised": None if row.realised_ms is None else row.realised,
    }


def _line(row: QuoteRow) -> tuple[str, ...]:
    inside = "" if row.realised_ms is None else "yes" if row.realised["inside"] else "no"
    return (
        row.id,
        moment(row.made_ms),
        row.made_by,
        row.request["asset"],
        row.request["partitions"],
        ranged({"p10": row.p10_nano, "p50": row.p50_nano, "p90": row.p90_nano}),
        "" if row.realised_nano is None else credits_of(row.realised_nano),
        inside,
    )
