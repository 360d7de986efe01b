"""What the demo found, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from sqlalchemy import func, select

from assay.cli.costs import NONE
from assay.cli.demo_decisions import Decisions, say_decisions, say_next
from assay.cli.figures import common_account, count, credits_of, money, said_of_account, share
from assay.cli.table import say_table
from assay.facts.engine import Engine
from assay.facts.streams import QUERY_HISTORY
from assay.model.time import Window
from assay.store import costs, incidents
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.facts.files import FactFiles

TOP = 8


@dataclass(frozen=True, slots=True)
class Story:
    """What a whole folder adds up to; amounts in nano-credits over all days known."""

    assets: int
    queries: int
    days: int
    balance: costs.Balance
    dearest: Sequence[costs.CostLine]
    nobody: Mapping[str, int]
    unattributed_micro: int | None
    idle: int
    wrong: Sequence[tuple[str, str, str]]
    """The title, impact and owner of what wants attention."""
    decisions: Decisions
    micro_currency: int | None
    currency: str

    @property
    def unattributed(self) -> int:
        """Nano-credits that belong to no asset."""
        return sum(self.nobody.values())

    @property
    def unattributed_share(self) -> float:
        """The share of the bill that belongs to no asset."""
        whole = self.balance.attributed_nano_credits
        return round(self.unattributed / whole, 6) if whole else 0.0

    def as_dict(self) -> dict[str, object]:
        """The story as `--json` gives it."""
        return {
            "assets": self.assets,
            "queries": self.queries,
            "days": self.days,
            "metered_nano_credits": self.balance.metered_nano_credits,
            "attributed_nano_credits": self.balance.attributed_nano_credits,
            "cells": self.balance.cells,
            "cells_out_of_balance": self.balance.out_of_balance,
            "unattributed_share": self.unattributed_share,
            "unattributed_nano_credits": dict(self.nobody),
            "idle_nano_credits": self.idle,
            **self.decisions.as_dict(),
        }


def story(session: Session, files: FactFiles, settings: Settings) -> Story:
    """Read the story of a folder from its roll-ups, and count its queries."""
    known = costs.days(session)
    window = Window(known[0], known[1] + 1) if known else Window(0, 0)
    dearest = costs.by(session, "asset", window)
    nobody = costs.totals(session, "asset", window, ("value", "kind"), among=[""])
    kinds = {str(line.group[0]): line.nano_credits for line in costs.by(session, "kind", window)}
    prices = [line.micro_currency for line in dearest if line.micro_currency is not None]
    return Story(
        assets=session.scalar(select(func.count()).select_from(AssetRow)) or 0,
        queries=_queries(session, files, settings),
        days=len(costs.by(session, "day", window)),
        balance=costs.balance(session),
        dearest=[line for line in dearest if line.group[0]][:TOP],
        nobody={str(line.group[1]): line.nano_credits for line in nobody},
        unattributed_micro=next((line.micro_currency for line in dearest if not line.group[0]), None),
        idle=kinds.get("keeper_idle", 0) + kinds.get("no_query", 0),
        wrong=[
            (one.row.title, one.row.impact, one.row.owner) for one in incidents.page(session, limit=TOP).lines
        ],
        decisions=Decisions.read(session),
        micro_currency=sum(prices) if prices else None,
        currency=max((line.currency for line in dearest), default=""),
    )


def _queries(session: Session, files: FactFiles, settings: Settings) -> int:
    """Distinct queries over all connections."""
    found = 0
    with Engine.open([settings.facts.root]) as engine:
        for name in settings.connections:
            engine.facts("queries", QUERY_HISTORY, files.files(session, name, QUERY_HISTORY))
            found += engine.sql("SELECT count(*) AS n FROM queries").column("n")[0].as_py()
    return found


def say_story(told: Story, seconds: float) -> None:
    """Print what was found: the bill, the dearest assets, idle time, what is wrong, and what was decided."""
    whole = told.balance.attributed_nano_credits
    price = f" ({money(told.micro_currency, told.currency)})" if told.micro_currency is not None else ""
    click.echo(
        f"A made-up company: {count(told.days)} days, {count(told.queries)} queries, "
        f"{count(told.assets)} assets."
    )
    click.echo(
        f"{credits_of(told.balance.metered_nano_credits)} credits were metered{price}; "
        f"{count(told.balance.cells - told.balance.out_of_balance)} of {count(told.balance.cells)} cells "
        "add up to the nano-credit."
    )
    click.echo(
        f"{share(told.idle, whole)} of the credits ({credits_of(told.idle)}) paid for warehouses that stood idle.\n"
    )
    _say_dearest(told, whole)
    if told.wrong:
        say_table("What is wrong", ("incident", "impact", "owner"), told.wrong)
    say_decisions(told.decisions)
    click.echo(f"Found in {seconds:.1f} s.")
    say_next()


def _say_dearest(told: Story, whole: int) -> None:
    account = common_account([str(line.group[0]) for line in told.dearest])
    rows = [
        (
            str(line.group[0]).removeprefix(account),
            credits_of(line.nano_credits),
            share(line.nano_credits, whole),
            money(line.micro_currency, line.currency),
        )
        for line in told.dearest
    ]
    rest = (credits_of(told.unattributed), share(told.unattributed, whole))
    rows.append((NONE["asset"], *rest, money(told.unattributed_micro, told.currency)))
    say_table(
        f"The dearest assets{said_of_account(account)}", ("asset", ">credits", ">share", ">money"), rows
    )
