"""The demo company, made and read once for every part that compares with the truth."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assay.config import Settings, add_connection, write_new
from assay.cycle import run_cycle
from assay.demo.company import END, Demo, build
from assay.facts.files import FactFiles
from assay.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

CONNECTION = "acme"


@dataclass(frozen=True, slots=True)
class Company:
    """Where the company is, how many rows its views have, and how long it took to read them and to do the rest."""

    demo: Demo
    folder: Path
    facts: Path
    rows: int
    query_rows: int
    collect_s: float
    derive_s: float


def made(folder: Path, *, days: int = 60, queries: int = 300_000) -> Company:
    """Build the company in `folder`, read its exports and artifacts into facts, and cost them."""
    demo = build(folder / "company", days=days, queries=queries)
    write_new(folder)
    add_connection(folder, CONNECTION, "snowflake", {"export": str(demo.export)})
    add_connection(folder, "shop", "dbt", {"target": str(demo.dbt)})
    settings = Settings.load(folder)
    now = datetime(END.year, END.month, END.day, tzinfo=UTC) + timedelta(days=2)
    with Store.create(settings.store.url) as store:
        files = FactFiles(settings.facts.root, store)
        begun = time.perf_counter()
        read = run_cycle(settings, store, files, now, only=[CONNECTION], derive=False)
        collected = time.perf_counter()
        run_cycle(settings, store, files, now)
        ended = time.perf_counter()
    rows = read.collected[0].rows
    return Company(
        demo,
        folder,
        folder / ".assay" / "facts" / CONNECTION,
        sum(rows.values()),
        rows["query_history"],
        collected - begun,
        ended - collected,
    )
