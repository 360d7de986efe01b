"""A quote for people: two prices, how long, what they hang on, what they take for granted, and whether it may run."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from assay.cli.figures import count, counted, credits_of, money, share
from assay.cli.say import note
from assay.cli.table import say_table
from assay.model.money import MICRO

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUANTILES = ("p10", "p50", "p90")
_HOUR_S, _MINUTE_S = 3600, 60


def say_quote(told: Mapping[str, Any]) -> None:
    """Print a quote as `Quote.as_dict()` tells it."""
    asked = told["request"]
    also = " and all that is made of it" if asked["downstream"] else ""
    click.echo(f"{asked['asset']}, {asked['partitions']}{also}: {counted(told['units'], 'unit')}\n")
    rows = [("attributed", *_priced(told["attributed"])), ("of it work", *_priced(told["busy"]))]
    rows.append(("marginal", *(_priced(told["marginal"]) if told["marginal"] else ("unknown", "", ""))))
    rows.append(("lasts", *(lasting(told["seconds"][each]) for each in _QUANTILES)))
    rows.append(("done (UTC)", *(_moment(told["finish"][each]) for each in _QUANTILES)))
    say_table("", ("", ">P10", ">P50", ">P90"), rows)
    if len(told["lines"]) > 1:
        _say_lines(told)
    _say_list("Hangs on", told["drivers"])
    _say_list("Takes for granted", told["assumptions"])
    _say_list("Budgets", [each["sentence"] for each in told["budgets"]["budgets"]])
    _say_coverage(told["coverage"])
    _say_verdict(told)


def lasting(seconds: int) -> str:
    """A time as people write it: 2 h 05 min, 3 min 20 s, 45 s."""
    if seconds >= _HOUR_S:
        return f"{seconds // _HOUR_S} h {seconds % _HOUR_S // _MINUTE_S:02} min"
    return (
        f"{seconds // _MINUTE_S} min {seconds % _MINUTE_S:02} s" if seconds >= _MINUTE_S else f"{seconds} s"
    )


def ranged(nano: Mapping[str, int]) -> str:
    """A range in credits: 1.20 (1.00 to 1.60)."""
    return f"{credits_of(nano['p50'])} ({credits_of(nano['p10'])} to {credits_of(nano['p90'])})"


def _priced(figure: Mapping[str, Any]) -> tuple[str, ...]:
    """A range as credits, with money beside them where a rate is known."""
    return tuple(
        f"{credits_of(figure['nano'][each])} cr"
        + (f" = {_money(figure['money'][each], figure['currency'])}" if figure["money"][each] else "")
        for each in _QUANTILES
    )


def _money(amount: str, currency: str) -> str:
    return money(int(Decimal(amount) * MICRO), currency)


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"


def _say_lines(told: Mapping[str, Any]) -> None:
    rows = [
        (
            line["asset"],
            count(line["hops"]),
            line["shape"],
            count(line["units"]),
            ranged(line["nano"]),
            line["warehouse"],
        )
        for line in told["lines"]
    ]
    say_table(
        "What is built", ("asset", ">steps", "built", ">units", ">credits (P10 to P90)", "warehouse"), rows
    )


def _say_list(title: str, sentences: list[str]) -> None:
    if sentences:
        click.echo(f"{title}\n" + "\n".join(f"  · {each}" for each in sentences) + "\n")


def _say_coverage(coverage: Mapping[str, Any]) -> None:
    own = coverage["asset"]
    if own["builds"]:
        inside = share(own["inside"], own["builds"])
        note(
            f"{inside} of {counted(own['builds'], 'past build')} of it fell inside such a range (80 % should)."
        )


def _say_verdict(told: Mapping[str, Any]) -> None:
    note(f"Kept as {told['id']}: assay backfill show {told['id']}")
    for reason in told["reasons"]:
        note(f"✗ not allowed: {reason}")
