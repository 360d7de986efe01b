"""`assay budgets`: how each budget stands, and what its month is likely to come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.figures import counted, utc_now
from assay.cli.month import MONTH
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.model.decisions import BudgetState
from costs.budgets import standing
from costs.budgets.words import percent, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.cli.request import Request
    from assay.model.months import Month
    from costs.budgets import Standing

_SPENT = ("budget", "of", ">spent", ">budget", ">share")
_LIKELY = (">at month's end", ">P10", ">P90")


@assay_command("budgets", example="assay budgets --month 2026-10")
@click.option("--month", type=MONTH, help="A calendar month (UTC), e.g. 2026-11; else the one under way.")
def command(request: Request, month: Month | None) -> int:
    """Tell how each budget stands in its month, and what the month is likely to come to.

    The month under way is the one the meters have come to. In one of ten months it comes to less than P10, in one of
    ten to more than P90.
    """
    settings = request.settings()
    with opened_store(settings) as store, store.read() as session:
        standings = standing(session, settings, utc_now(), month)
    if request.as_json:
        say_json(
            {
                "month": str(standings[0].month) if standings else None,
                "budgets": [s.as_dict() for s in standings],
            }
        )
    elif standings:
        _say(standings)
    else:
        note(
            f"There is no budget yet.\n→ Describe one in a table [budgets.NAME] of {settings.folder / 'assay.toml'}."
        )
    return 0


def _say(standings: Sequence[Standing]) -> None:
    first = standings[0]
    left = sum(1 for day in first.days if day.likely is not None)
    told = f"; {counted(left, 'day')} to come" if left else ""
    columns = (*_SPENT, *(_LIKELY if left else ()), "")
    say_table(f"Budgets in {first.month}{told}", columns, [_row(each) for each in standings])
    for each in standings:
        if each.note:
            note(f"{each.name}: {each.note}")
    if any(each.provisional for each in standings):
        note("~ partly provisional: the account may still restate some of it.")


def _row(each: Standing) -> tuple[str, ...]:
    ends = (each.forecast.p50, each.forecast.p10, each.forecast.p90)
    likely = [written(amount, each.unit) for amount in ends] if each.is_under_way else []
    return (
        each.name,
        str(each.subject),
        written(each.spent, each.unit) + ("~" if each.provisional else ""),
        written(each.limit, each.unit),
        percent(each.share),
        *likely,
        ", ".join(_words(each)),
    )


def _words(each: Standing) -> list[str]:
    """Its state; that a threshold is reached does not say that the budget will hold."""
    words = [each.state] if each.state is not BudgetState.OK else []
    if each.state is BudgetState.WARN and each.is_forecast_over:
        words.append(BudgetState.FORECAST)
    return [word.value for word in words]
