"""A cycle keeps how budgets stand, and what passes its bounds is an incident that ends with its cause."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from fakes.budgets import ORDERS, Account
from fakes.folder import Folder
from sqlalchemy import select

from assay.store import budgets
from assay.store.tables import IncidentRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder whose account has cost six credits a day since September; 120 in November."""
    with Folder.opened(tmp_path / "assay") as opened:
        opened.write('[budgets.it]\ncredits = 130\ntold_to = "finance"')
        Account(opened.store, tmp_path).steadily({str(ORDERS): 6}, date(2026, 9, 1), date(2026, 11, 20))
        yield opened


def incidents(folder: Folder) -> list[tuple[str, str, str]]:
    """Every incident of a cost, with its owner and severity."""
    with folder.store.read() as session:
        rows = session.scalars(select(IncidentRow).where(IncidentRow.cause == "cost"))
        return [(row.owner, row.state, row.severity) for row in rows]


def test_a_cycle_keeps_standings_and_tells_the_owner(folder: Folder) -> None:
    """This month's with its forecast, last month's as it ended; one incident for both bounds that are passed."""
    summary = folder.run(now=NOW)
    assert summary.decided.counts["budgets"] == 1
    assert not summary.decided.problems
    with folder.store.read() as session:
        rows = budgets.of_budget(session, "it")
        assert [(row.month, row.state, row.spent // 10**9) for row in rows] == [
            ("2026-11", "warn", 120),
            ("2026-10", "over", 186),
        ]
        assert budgets.months(session) == ["2026-11", "2026-10"]
        assert [row.name for row in budgets.of_month(session)] == ["it"]
        assert len(rows[0].days) == 30
        assert rows[0].p50 == 180 * 10**9
    assert incidents(folder) == [("finance", "open", "warn")]


def test_a_second_cycle_tells_nothing_new(folder: Folder) -> None:
    """The same trouble is the same incident."""
    folder.run(now=NOW)
    folder.run(now=NOW.replace(hour=9))
    assert incidents(folder) == [("finance", "open", "warn")]


def test_a_budget_that_is_raised_is_over_its_trouble(folder: Folder) -> None:
    """Clearly: 120 of 200 are spent, 180 are likely."""
    folder.run(now=NOW)
    text = (folder.path / "assay.toml").read_text(encoding="utf-8")
    (folder.path / "assay.toml").write_text(text.replace("credits = 130", "credits = 200"), encoding="utf-8")
    folder.write("")
    folder.run(now=NOW.replace(hour=9))
    assert incidents(folder) == [("finance", "resolved", "warn")]


def test_a_budget_that_is_taken_away_leaves_nothing(folder: Folder) -> None:
    """No row for pages, no open incident."""
    folder.run(now=NOW)
    text = (folder.path / "assay.toml").read_text(encoding="utf-8")
    (folder.path / "assay.toml").write_text(text.partition("[budgets.it]")[0], encoding="utf-8")
    folder.write("")
    folder.run(now=NOW.replace(hour=9))
    assert incidents(folder) == [("finance", "resolved", "warn")]
    with folder.store.read() as session:
        assert budgets.months(session) == []
