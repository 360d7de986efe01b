"""A ledger with a bit of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.focus_ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from assay.facts.files import FactFiles
    from assay.store.engine import Store


@pytest.fixture
def ledger(sqlite_store: Store, fact_files: FactFiles, tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(sqlite_store, fact_files, tmp_path / "facts")


@pytest.fixture
def year(ledger: Ledger) -> Ledger:
    """October and November: all sorts of charges, and what was restated before and after October closed."""
    ledger.tell("10-30 10", 700, "orders")
    ledger.tell("10-30 10", 200, "visits")
    ledger.tell("10-30 11", 100, kind="keeper_idle")
    ledger.tell("10-30 10", -50, "orders", known="10-31 02")
    ledger.tell("10-30 10", 50, "visits", known="10-31 02")
    ledger.tell(
        "10-31 00",
        0,
        "orders",
        resource="snowflake:acme:shop.marts.orders",
        service="storage",
        kind="storage",
        bytes=2**40,
    )
    ledger.tell("11-02 09", 333, "orders")
    ledger.tell("11-02 09", 333, "visits", service="cloud_services", kind="cloud_services")
    ledger.tell(
        "11-03 09",
        334,
        "visits",
        service="pipe",
        kind="serverless",
        resource="snowflake:acme:shop.marts.visits_pipe",
    )
    ledger.tell("10-30 10", -100, "orders", known="11-20 04")
    ledger.tell("10-30 10", 130, None, known="11-20 04")
    return ledger
