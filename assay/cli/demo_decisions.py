"""What the demo decided: who needs nothing, what is wasted, how budgets stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from assay.cli.figures import common_account, counted, credits_of, money, said_of_account, share
from assay.cli.table import say_table
from assay.facts.engine import Engine
from assay.model.decisions import Verdict
from assay.model.time import day_of
from assay.store import budgets, findings, quotes, verdicts
from assay.store.costs import days
from costs.backfill import QuoteRequest, asked_range, quote
from costs.backfill.plan import asset_named
from costs.waste.overlap import together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.facts.files import FactFiles
    from assay.store.engine import Store
    from assay.store.tables import BudgetMonthRow, FindingRow
    from assay.store.verdicts import VerdictLine

TOP = 5
DEAREST, WEEK = "analytics.marts.fct_sessions", timedelta(days=6)
"""What the demo asks the price of: a week of the model that outgrew its warehouse, and all that is made of it."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is kept of the last cycle's decisions; `saving` is what all findings save together, in 30 days."""

    dead: Sequence[VerdictLine]
    waste: Sequence[FindingRow]
    saving: int
    budgets: Sequence[BudgetMonthRow]

    @classmethod
    def read(cls, session: Session) -> Decisions:
        """As the store has them."""
        waste = findings.listed(session)
        dead = verdicts.latest(session, [Verdict.UNUSED, Verdict.DEAD_END])
        return cls(dead, waste, sum(together(waste).values()), budgets.of_month(session))

    def as_dict(self) -> dict[str, object]:
        """The decisions as `--json` gives them."""
        return {
            "unused": len(self.dead),
            "unused_nano_credits_per_month": sum(line.nano_per_month for line in self.dead),
            "findings": len(self.waste),
            "waste_nano_credits_per_month": self.saving,
            "budgets": {row.name: row.state for row in self.budgets},
        }


def say_decisions(told: Decisions) -> None:
    """Print what nobody needs, what is wasted, and how budgets stand."""
    _say_dead(told.dead)
    _say_waste(told)
    if told.budgets:
        rows = [
            (row.name, share(row.spent, row.limit), share(row.p50, row.limit), row.state)
            for row in told.budgets
        ]
        say_table("Budgets of this month", ("budget", ">spent", ">month likely", "state"), rows)


def _say_dead(dead: Sequence[VerdictLine]) -> None:
    account = common_account([line.key for line in dead])
    rows = [
        (line.key.removeprefix(account), line.verdict.replace("_", " "), credits_of(line.nano_per_month))
        for line in dead
    ]
    if rows:
        say_table(
            f"Nobody needs them{said_of_account(account)}", ("asset", "verdict", ">credits a month"), rows
        )


def _say_waste(told: Decisions) -> None:
    rows = [
        (row.subject.rpartition(":")[2], row.title, credits_of(row.nano_per_month), _money(row))
        for row in told.waste[:TOP]
    ]
    if rows:
        what = (
            f"What {counted(len(told.waste), 'change')} would save: {credits_of(told.saving)} credits a month"
        )
        say_table(f"{what}; the first {len(rows)}", ("of", "what", ">credits", ">money"), rows)


def price(store: Store, files: FactFiles, settings: Settings, now: datetime) -> None:
    """Ask for the price of one backfill and keep it, where none was asked for yet."""
    with store.read() as session:
        known, last = quotes.latest(session, 1), days(session)
        if known or last is None:
            return
        asset = asset_named(session, DEAREST)
    until = day_of(last[1]) - timedelta(days=1)
    asked = QuoteRequest(asset=asset, partitions=asked_range(f"{until - WEEK}..{until}"), downstream=True)
    found = quote(store, files, lambda: Engine.open([settings.facts.root]), asked, settings, now)
    with store.write() as session:
        quotes.keep(session, found.as_dict(), now, "demo")


def say_next() -> None:
    """Print what to try next."""
    click.echo(
        "Try: assay unused, assay waste, assay incidents, "
        "assay backfill quote analytics.marts.fct_sessions --partitions 2026-11-01..2026-11-10"
    )


def _money(row: FindingRow) -> str:
    return money(row.micro_per_month, row.currency)
