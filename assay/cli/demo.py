"""`assay demo`: all of Assay on a made-up company, without any account."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.cycle import cycle_of, say_problems
from assay.cli.demo_decisions import price
from assay.cli.demo_story import say_story, story
from assay.cli.figures import utc_now
from assay.cli.init import make_folder
from assay.cli.progress import spinner
from assay.cli.request import command as assay_command
from assay.cli.say import say_json
from assay.cli.serve import PORT, require_free, serve
from assay.cli.stores import opened
from assay.config import (
    FILE_NAME,
    add_budget,
    add_channel,
    add_connection,
    add_repository,
    add_rules,
    set_options,
)
from assay.demo.company import build
from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assay.cli.request import Request

COMPANY = "company"
CONNECTIONS = (
    (
        "acme",
        "snowflake",
        {"export": f"{COMPANY}/snowflake", "user_names": "plain"},
    ),  # its people are made up too
    ("shop", "dbt", {"target": f"{COMPANY}/dbt"}),
)
RULES = tuple(
    {"application": application, "asset": f"bi:acme:{tool}.dashboards"}
    for application, tool in (("Looker*", "looker"), ("Tableau*", "tableau"), ("Metabase*", "metabase"))
)
"""A dashboard's query builds no table: what the three BI tools spend is told as their dashboards' cost."""
CHECKS = Path("checks") / "shop.yml"
CHANNEL = ("log", "file", {"path": "alerts.jsonl"})
"""Where the demo's alerts go: a file beside its settings."""
BUDGETS: Mapping[str, Mapping[str, object]] = {
    "company": {"credits": 3000},
    "science": {"warehouse": "DATASCIENCE", "credits": 900, "told_to": "science"},
    "platform": {"owner": "data-platform", "credits": 60, "quota": True},
}
REPOSITORY = ("nordlicht", {"name": "nordlicht/dbt", "folder": "."})
"""Where the company's models are; a copy lies beside its exports, for `assay cleanup plan --checkout`."""
UNUSED = {"window_days": 45, "min_age_days": 30}
"""The company is young: it has sixty days of history."""
SEED, DAYS, QUERIES = 7, 60, 300_000
DAY = click.DateTime(formats=["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the company is made from: the same makes the same. Without `end`: as it was, or yesterday."""

    seed: int
    days: int
    queries: int
    end: date | None = None

    def sizes(self) -> dict[str, int]:
        """All but the last day."""
        return {"seed": self.seed, "days": self.days, "queries": self.queries}

    def as_dict(self) -> dict[str, object]:
        """The recipe as it is noted beside the company."""
        return {**self.sizes(), "end": str(self.end or _yesterday())}

    def made(self, known: dict[str, object]) -> bool:
        """Whether a noted company is what this recipe makes."""
        return known == {**self.sizes(), "end": str(self.end or known.get("end"))}


@assay_command("demo", example="assay demo --no-serve --json", folder="demo-data")
@click.option("--no-serve", is_flag=True, help="Only make the company and run the cycle.")
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--days", type=click.IntRange(2, 365), default=DAYS, show_default=True, help="Days of history.")
@click.option(
    "--queries", type=click.IntRange(min=1000), default=QUERIES, show_default=True, help="About so many."
)
@click.option("--end", type=DAY, help="Last day of history; else yesterday.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
def command(request: Request, *, no_serve: bool, port: int, end: datetime | None, **sizes: int) -> int:
    """Show all of Assay on a made-up company, without any account.

    Makes the company's exports, runs the whole cycle on them, tells what it found, and serves the dashboard.
    """
    if not no_serve:
        require_free(port)
    began = time.monotonic()
    make_company(request, Recipe(**sizes, end=end.date() if end else None))
    summary = cycle_of(request)
    settings = request.settings()
    with opened(settings) as (store, facts):
        price(store, facts, settings, utc_now())
        with store.read() as session:
            found = story(session, facts, settings)
    seconds = round(time.monotonic() - began, 1)
    if request.as_json:
        say_json({**found.as_dict(), "seconds": seconds, "dir": str(request.folder)})
    else:
        say_story(found, seconds)
    say_problems(summary)
    if not no_serve:
        serve(request, port=port)
    return summary.exit_code


def make_company(request: Request, recipe: Recipe) -> None:
    """Write the company's exports into the folder and connect them; what the same recipe made is kept.

    UsageError when the folder is an Assay folder of another kind, or its demo was made otherwise.
    """
    note = request.folder / COMPANY / "recipe.json"
    known = _read(note)
    if known is None and (request.folder / FILE_NAME).exists():
        raise UsageError(
            f"{request.folder} is an Assay folder already, and no demo.", hint="Name another with --dir."
        )
    if known is None:
        with spinner("making up a company"):
            build(request.folder / COMPANY, **recipe.sizes(), end=recipe.end or _yesterday())
        note.write_text(json.dumps(recipe.as_dict()), "utf-8")
    elif not recipe.made(known):
        made = " ".join(f"--{name} {value}" for name, value in known.items())
        raise UsageError(
            f"{request.folder} holds a demo of another make: {made}.",
            hint="Name another folder with --dir, or remove this one first.",
        )
    make_folder(request)
    if not request.settings().mapping.rules:
        add_rules(request.folder, RULES)
    for name, kind, options in CONNECTIONS:
        if name not in request.settings().connections:
            add_connection(request.folder, name, kind, options)
    _watch(request)


def _watch(request: Request) -> None:
    """Give the folder the company's checks, and a file its alerts are written to."""
    checks = request.folder / CHECKS
    if not checks.parent.exists():
        checks.parent.mkdir()
        checks.write_text((files("assay.demo") / CHECKS.name).read_text("utf-8"), "utf-8")
    if not request.settings().channels:
        add_channel(request.folder, *CHANNEL)
    if not request.settings().budgets:
        _decide(request)


def _decide(request: Request) -> None:
    """Give the folder the company's budgets and its repository, and what counts as unused in its short history."""
    for name, options in BUDGETS.items():
        add_budget(request.folder, name, options)
    add_repository(request.folder, *REPOSITORY)
    set_options(request.folder, "unused", UNUSED)


def _read(note: Path) -> dict[str, object] | None:
    """What an earlier call made; None when there is no whole company."""
    try:
        known = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) else None


def _yesterday() -> date:
    return (utc_now() - timedelta(days=1)).date()
