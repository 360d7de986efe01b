"""A budget tells each bound once, as one incident, and is quiet only when the figure is clearly back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from fakes.budgets import NOW
from sqlalchemy import select

from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.assets import AssetKey
from assay.model.checks import Outcome, Severity
from assay.model.money import NANO
from assay.model.months import Month
from assay.store.tables import IncidentRow
from costs.budgets import Standing, results
from costs.budgets.alerts import ended
from costs.budgets.forecast import Range
from costs.budgets.subjects import Subject, SubjectKind

if TYPE_CHECKING:
    from assay.store.engine import Store


def at(spent: int, likely: int, *failing: str, on_forecast: bool = True, owner: str = "finance") -> Standing:
    """A budget of 100 credits with so many spent and so many likely at the month's end."""
    return Standing(
        name="it", subject=Subject(SubjectKind.EVERYTHING), month=Month(2026, 11), unit="credits",
        limit=100 * NANO, spent=spent * NANO, provisional=0,
        forecast=Range(likely * NANO - NANO, likely * NANO, likely * NANO + NANO), known_until=date(2026, 11, 21),
        alert_at=(0.8, 1.0), on_forecast=on_forecast, owner=owner,
        failing=frozenset(f"assay.budget.it.{what}" for what in failing),
    )  # fmt: skip


def told(standing: Standing) -> dict[str, Outcome]:
    """What each check of it says, by the last part of its name."""
    return {result.check.name.rpartition(".")[2]: result.outcome for result in results([standing], NOW)}


def test_a_budget_that_is_well_and_was_well_tells_nothing() -> None:
    """A result in every cycle would bury what matters."""
    assert told(at(79, 99)) == {}


def test_each_bound_that_is_passed_fails_a_check_of_its_own() -> None:
    """So that the second one makes a known incident worse, which is told."""
    assert told(at(80, 100)) == {"80": Outcome.FAIL}
    assert told(at(10, 101)) == {"forecast": Outcome.FAIL}
    assert told(at(100, 120)) == {"80": Outcome.FAIL, "100": Outcome.FAIL, "forecast": Outcome.FAIL}


def test_only_a_budget_that_is_used_up_is_an_error() -> None:
    """Before, there is something left to save."""
    graves = {result.check.name: result.check.severity for result in results([at(100, 120)], NOW)}
    assert graves == {
        "assay.budget.it.80": Severity.WARN,
        "assay.budget.it.100": Severity.ERROR,
        "assay.budget.it.forecast": Severity.WARN,
    }


def test_what_swings_around_its_bound_is_told_once() -> None:
    """A forecast just below the budget is no end of the trouble; one clearly below is."""
    assert told(at(10, 99, "forecast")) == {"forecast": Outcome.FAIL}
    assert told(at(10, 94, "forecast")) == {"forecast": Outcome.PASS}
    assert told(at(79, 90, "80")) == {"80": Outcome.FAIL}
    assert told(at(78, 90, "80")) == {"80": Outcome.PASS}


def test_a_forecast_that_is_not_to_be_told_is_not() -> None:
    """And what was told of it before ends."""
    assert told(at(10, 120, on_forecast=False)) == {}
    assert told(at(10, 120, "forecast", on_forecast=False)) == {"forecast": Outcome.PASS}


def test_a_budget_has_one_incident_which_its_owner_is_told(store: Store) -> None:
    """A threshold, the forecast and the end of the budget are one trouble; a new month ends it."""
    with store.write() as session:
        record(session, results([at(85, 120)], NOW), NOW, Policy())
        record(session, results([at(100, 120, "80", "forecast")], NOW), NOW, Policy())
        rows = list(session.scalars(select(IncidentRow)))
        assert [(row.owner, row.state, row.severity) for row in rows] == [("finance", "open", "error")]
        assert "100.0 credits of 100.0 credits spent in 2026-11 (100 %)" in rows[0].title


def test_the_incident_of_a_budget_is_about_the_budget() -> None:
    """It has a name of its own among assets."""
    (result,) = results([at(85, 90)], NOW)
    assert result.check.asset == AssetKey("assay", "budget", ("it",))
    assert result.check.owner == "finance"
    assert result.metadata["budget"] == 100.0


def test_the_sentence_tells_what_is_spent_and_what_is_likely() -> None:
    """Of a month that is over, only what was spent."""
    whole = replace(at(85, 90), days=())
    (result,) = results([whole], NOW)
    assert result.message == "85.00 credits of 100.0 credits spent in 2026-11 (85 %); the month is over."


def test_a_budget_that_is_taken_out_of_the_settings_troubles_nobody(store: Store) -> None:
    """Its incident ends."""
    with store.write() as session:
        record(session, results([at(100, 120)], NOW), NOW, Policy())
        over = ended(session, {"other"}, NOW.replace(hour=10))
        assert {result.outcome for result in over} == {Outcome.PASS}
        assert len(over) == 3
        record(session, over, NOW.replace(hour=10), Policy())
        (row,) = session.scalars(select(IncidentRow))
        assert row.state == "resolved"
        assert ended(session, {"it"}, NOW) == []
