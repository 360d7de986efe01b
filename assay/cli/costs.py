"""`assay costs`: what assets, warehouses, users, tags or days cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import common_account, count, credits_of, money, said_of_account, share
from assay.cli.owners import nothing_metered
from assay.cli.period import period_options, said
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.senders import SENDERS, by_sender
from assay.cli.stores import opened
from assay.cli.table import say_table
from assay.model.money import to_credits, to_currency
from assay.model.time import DAY_MS, day_of
from assay.store import costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.cli.period import Period
    from assay.cli.request import Request
    from assay.model.time import Window
    from assay.store.costs import CostLine

NONE = {
    "asset": "no asset",
    "warehouse": "no warehouse (serverless, storage)",
    "user": "no user",
    "tag": "no tag",
    "application": "no application known",
    "role": "no role known",
}
"""What the row is called that is nobody's, in the words of the pages."""
DAYS = 30


@assay_command("costs", example="assay costs --by warehouse --days 7")
@click.option(
    "--by",
    type=click.Choice([*costs.DIMENSIONS, *SENDERS, *costs.ACROSS]),
    default="asset",
    show_default=True,
)
@period_options("--to")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True, help="Rows of the table.")
@click.option("--connection", metavar="NAME", help="Only this connection's account.")
def command(request: Request, by: str, period: Period, limit: int, connection: str | None) -> int:
    """Tell what assets, warehouses, users, tags, services or days cost; what is nobody's is a row of its own.

    Looks at the last 30 days there is data of, unless told otherwise. --json gives every row.
    By application and role, costs are summed from the ledger and told in credits alone.
    """
    settings = request.settings()
    if connection is not None:
        settings.connection(connection)
    with opened(settings) as (store, files), store.read() as session:
        known = costs.days(session, connection)
        if known is None:
            raise nothing_metered(session, settings, request.folder)
        window = period.window(known, DAYS)
        lines = (
            by_sender(session, files, settings, by, window, connection)
            if by in SENDERS
            else costs.by(session, by, window, connection)
        )
        nobody = _nobody(session, by, window, connection)
    if request.as_json:
        say_json(as_dict(by, window, lines, nobody))
    elif lines:
        _say(by, window, lines, nobody, limit)
    else:
        note(
            f"No costs are known of {said(window)}; there are costs from {day_of(known[0])} to {day_of(known[1])}."
        )
    return 0


def _nobody(session: Session, by: str, window: Window, connection: str | None) -> list[CostLine]:
    """What is nobody's, by the kind of charge: that is why it is nobody's."""
    if by not in costs.DIMENSIONS:
        return []
    return costs.totals(session, by, window, ("value", "kind"), among=[""], connection=connection)


def as_dict(by: str, window: Window, lines: Sequence[CostLine], nobody: Sequence[CostLine]) -> dict[str, Any]:
    """The answer as `--json` gives it: exact integers, and decimals as text."""
    return {
        "by": by,
        "from": day_of(window.start_ms).isoformat(),
        "to": day_of(window.end_ms - DAY_MS).isoformat(),
        "nano_credits": sum(line.nano_credits for line in lines),
        "rows": [{by: _value(by, line), **_figures(line)} for line in lines],
        "nobody": {str(line.group[1]): line.nano_credits for line in nobody},
    }


def _figures(line: CostLine) -> dict[str, object]:
    return {
        "nano_credits": line.nano_credits,
        "credits": to_credits(line.nano_credits),
        "money": None if line.micro_currency is None else to_currency(line.micro_currency),
        "currency": line.currency or None,
        "queries": line.queries,
        "bytes": line.bytes,
        "provisional": line.provisional,
    }


def _value(by: str, line: CostLine) -> str | None:
    value = line.group[0]
    return str(day_of(int(value))) if by == "day" else str(value) or None


def _say(by: str, window: Window, lines: Sequence[CostLine], nobody: Sequence[CostLine], limit: int) -> None:
    whole = sum(line.nano_credits for line in lines)
    priced = any(line.micro_currency is not None for line in lines)
    shown = lines if by == "day" else lines[:limit]
    account = common_account([str(line.group[0]) for line in shown]) if by == "asset" else ""
    rows = []
    for line in shown:
        name = (_value(by, line) or NONE[by]).removeprefix(account)
        rows.append(_row(name, line, whole, priced=priced))
        if by in NONE and not line.group[0]:
            kinds = sorted(nobody, key=lambda part: -part.nano_credits)
            rows += [_row(f"  {part.group[1]}", part, whole, priced=priced) for part in kinds]
    if rest := lines[len(shown) :]:
        rows.append(_row(f"({count(len(rest))} more)", _sum(rest), whole, priced=priced))
    columns = (by, ">credits", ">share", *((">money",) if priced else ()), ">queries", "")
    total = _row("total", _sum(lines), whole, priced=priced)
    say_table(f"Costs by {by}, {said(window)}{said_of_account(account)}", columns, rows, total=total)
    if any(line.provisional for line in lines):
        note("~ provisional: the account may still restate these days.")


def _row(name: str, line: CostLine, whole: int, *, priced: bool) -> tuple[str, ...]:
    price = (money(line.micro_currency, line.currency),) if priced else ()
    mark = "~" if line.provisional else ""
    queries = count(line.queries) if line.queries else ""
    return (name, credits_of(line.nano_credits), share(line.nano_credits, whole), *price, queries, mark)


def _sum(lines: Sequence[CostLine]) -> costs.CostLine:
    """Lines added up; the money of those that have a price, where it is in one currency."""
    prices = [line.micro_currency for line in lines if line.micro_currency is not None]
    currencies = {line.currency for line in lines} - {""}
    return costs.CostLine(
        group=(),
        nano_credits=sum(line.nano_credits for line in lines),
        bytes=sum(line.bytes for line in lines),
        micro_currency=sum(prices) if prices and len(currencies) <= 1 else None,
        currency=max(currencies, default=""),
        queries=sum(line.queries for line in lines),
        provisional=any(line.provisional for line in lines),
    )
