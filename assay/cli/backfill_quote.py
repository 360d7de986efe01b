"""`assay backfill quote`: the price of a backfill before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.backfill_words import say_quote
from assay.cli.figures import utc_now
from assay.cli.limits import nano_of_limit
from assay.cli.owners import no_connection
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.stores import opened
from assay.facts.engine import Engine
from assay.incidents.caller import caller
from assay.store import quotes
from costs.backfill import QuoteRequest, asked_range, asked_start, quote
from costs.backfill.plan import asset_named

if TYPE_CHECKING:
    from datetime import datetime

    from assay.cli.request import Request

REFUSED = 1
_EXAMPLE = "assay backfill quote shop.marts.orders --partitions 2026-09-01..2026-09-30 --limit 20"
_MOMENT = click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])


@assay_command("quote", example=_EXAMPLE)
@click.argument("asset")
@click.option(
    "--partitions",
    required=True,
    metavar="A..B",
    help="Days, hours, months or years, with the last; or names: de,fr.",
)
@click.option("--downstream", is_flag=True, help="With everything that is made of it.")
@click.option("--warehouse", default="", help="Run it there; else where each asset is usually built.")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=None, help="Units that run at once.")
@click.option("--at", "starts_at", type=_MOMENT, help="When it begins (UTC); else now.")
@click.option("--limit", metavar="CREDITS", help="What it may cost at most (its P90).")
def command(  # noqa: PLR0913 - the parts of one question
    request: Request,
    asset: str,
    partitions: str,
    *,
    downstream: bool,
    warehouse: str,
    concurrency: int | None,
    starts_at: datetime | None,
    limit: str | None,
) -> int:
    """Price a backfill before it runs, from what its builds cost before; the quote is kept.

    ASSET is a key, or the end of one that is the only such. Exit 1 when its P90 is over the limit, or breaks the quota
    of a budget: a script can stop there.
    """
    settings = request.settings()
    if not settings.connections:
        raise no_connection(request.folder)
    now = utc_now()
    with opened(settings) as (store, files):
        with store.read() as session:
            key = asset_named(session, asset)
        asked = QuoteRequest(
            asset=key,
            partitions=asked_range(partitions),
            downstream=downstream,
            warehouse=warehouse,
            concurrency=concurrency or 0,
            limit_nano=nano_of_limit(limit, "--limit"),
            starts_at=asked_start(starts_at),
        )
        found = quote(store, files, lambda: Engine.open([settings.facts.root]), asked, settings, now)
        with store.write() as session:
            quote_id = quotes.keep(session, found.as_dict(), now, caller())
    told = found.as_dict() | {"id": quote_id}
    if request.as_json:
        say_json(told)
    else:
        say_quote(told)
    return 0 if found.allowed else REFUSED
