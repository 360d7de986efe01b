"""How a budget stands is told in exact integers, of what it covers and of no other thing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from fakes.budgets import NOW, ORDERS, VISITS

from assay.errors import UsageError
from assay.model.decisions import BudgetState
from assay.model.money import MICRO, NANO
from assay.model.months import Month
from assay.model.time import DAY_MS, day_start_ms
from assay.store.costs import restate
from assay.store.tables import RestatementRow
from costs.budgets import standing

if TYPE_CHECKING:
    from fakes.budgets import Account


@pytest.mark.parametrize(
    ("of", "daily"),
    [
        ({}, 6),
        ({"warehouse": "wh"}, 6),
        ({"warehouse": "other"}, 0),
        ({"asset": str(ORDERS)}, 3),
        ({"asset": "snowflake:acme:shop.*"}, 5),
        ({"owner": "finance"}, 3),
        ({"group": "money"}, 3),
        ({"tag": "daily"}, 5),
        ({"tag": "silver"}, 0),
    ],
)
def test_what_is_spent_is_the_sum_of_the_days_of_what_it_covers(
    steady: Account, of: dict[str, str], daily: int
) -> None:
    """Twenty days of the month are metered; of an account that always costs the same, the month's end is known."""
    found = steady.standing(it={**of, "credits": 100})["it"]
    assert 20 * daily * NANO == found.spent
    assert 30 * daily * NANO == found.forecast.p50
    assert found.forecast.p10 <= found.forecast.p50 <= found.forecast.p90


def test_a_budget_of_money_counts_money(steady: Account) -> None:
    """In the currency of the bill, at the price each day had."""
    found = steady.standing(it={"owner": "finance", "amount": 100})["it"]
    assert ("EUR", 100 * MICRO, 20 * 3 * 2 * MICRO) == (found.unit, found.limit, found.spent)
    assert found.micro_per_credit == 2 * MICRO
    assert found.note == ""


def test_what_has_no_price_is_said_to_be_missing(account: Account) -> None:
    """A budget of money over days without a price says so; it does not read as cheap."""
    account.steadily({str(ORDERS): 3}, date(2026, 11, 1), date(2026, 11, 20))
    found = account.standing(it={"amount": 100})["it"]
    assert found.spent == 0
    assert "no price" in found.note


def test_a_budget_that_covers_nothing_says_so(steady: Account) -> None:
    """A misspelt owner is not a thrifty one."""
    assert "covers nothing" in steady.standing(it={"owner": "finanse", "credits": 1})["it"].note


def test_owner_rules_of_the_settings_come_before_the_word_of_the_source(steady: Account) -> None:
    """As for alerts: who is told of an asset also pays for it."""
    told = {"alerts.owners": [{"owner": "shop", "asset": "*orders"}]}
    with steady.store.read() as session:
        settings = steady.settings(it={"owner": "shop", "credits": 100})
        ruled = settings.model_copy(
            update={"alerts": settings.alerts.model_validate({"owners": told["alerts.owners"]})}
        )
        (found,) = standing(session, ruled, NOW)
    assert found.assets == {str(ORDERS)}


def test_the_state_is_the_gravest_that_holds(steady: Account) -> None:
    """120 are spent, 180 are likely."""
    found = steady.standing(
        fine={"credits": 200}, likely={"credits": 170}, warned={"credits": 150}, over={"credits": 120}
    )
    assert {name: each.state for name, each in found.items()} == {
        "fine": BudgetState.OK,
        "likely": BudgetState.FORECAST,
        "warned": BudgetState.WARN,
        "over": BudgetState.OVER,
    }


def test_the_month_is_the_one_the_meters_have_come_to(account: Account) -> None:
    """Meters lag: on the first of a month the one before is still under way until they have told its end."""
    account.steadily({"": 1}, date(2026, 9, 1), date(2026, 10, 30))
    account.spend(date(2026, 10, 31), {"": 1}, hours=23)
    found = account.standing(it={"credits": 100})["it"]
    assert str(found.month) == "2026-10"
    assert found.spent == 31 * NANO


def test_a_day_under_way_counts_as_far_as_it_is_metered(steady: Account) -> None:
    """Half of the 21st is metered: it is spent, and the other half is expected."""
    steady.spend(date(2026, 11, 21), {str(ORDERS): 2, str(VISITS): 1}, provisional=True, hours=12)
    found = steady.standing(it={"credits": 1000})["it"]
    assert found.spent == 123 * NANO
    assert found.provisional == 3 * NANO
    assert found.forecast.p50 == 180 * NANO
    assert found.known_until == date(2026, 11, 21)
    assert [day.day.day for day in found.days if day.likely is not None] == list(range(21, 31))


def test_what_is_provisional_is_as_unsure_as_such_days_were(steady: Account) -> None:
    """A day was restated by three lately, of 180 in thirty days: a sixtieth of what is provisional, to each side."""
    steady.spend(date(2026, 11, 20), {str(ORDERS): 3, str(VISITS): 2, "": 1}, provisional=True)
    before = steady.standing(it={"credits": 1000})["it"].forecast
    day_ms = day_start_ms(date(2026, 11, 10))
    late = RestatementRow(
        connection="acme", day_ms=day_ms, known_at_ms=day_ms + 3 * DAY_MS, reason="daily_adjustment", rows=1,
        moved_nano=0, delta_nano=-3 * NANO,
    )  # fmt: skip
    with steady.store.write() as session:
        restate(session, [late])
    found = steady.standing(it={"credits": 1000})["it"].forecast
    assert (before.p10 - found.p10, found.p50, found.p90 - before.p90) == (NANO // 10, before.p50, NANO // 10)


def test_a_month_that_is_over_has_no_forecast(steady: Account) -> None:
    """Its end is what was spent."""
    with steady.store.read() as session:
        (found,) = standing(session, steady.settings(it={"credits": 100}), NOW, Month(2026, 10))
    assert found.spent == found.forecast.p10 == found.forecast.p90 == 31 * 6 * NANO
    assert not found.is_under_way


def test_of_a_month_that_has_not_begun_nothing_is_told(steady: Account) -> None:
    """Zero would be a lie."""
    with steady.store.read() as session, pytest.raises(UsageError, match="2026-12"):
        standing(session, steady.settings(it={"credits": 100}), NOW, Month(2026, 12))


def test_without_budgets_nothing_is_read(steady: Account) -> None:
    """There is nothing to tell."""
    assert steady.standing() == {}


def test_the_days_of_the_month_add_up(steady: Account) -> None:
    """Each day is either spent or to come, and the last one to come is the month's forecast."""
    found = steady.standing(it={"credits": 100})["it"]
    assert [day.day.day for day in found.days] == list(range(1, 31))
    assert sum(day.spent for day in found.days) == found.spent
    assert found.days[-1].likely == found.forecast
    assert found.days[0].as_dict() == {"day": "2026-11-01", "spent": 6 * NANO, "provisional": False}
    assert set(found.days[-1].as_dict()) == {"day", "p10", "p50", "p90"}
