"""A quote is told which budgets it touches, and a quota refuses what would break it."""

from __future__ import annotations

from fakes.budgets import ORDERS, VISITS, a_standing

from assay.model.money import MICRO, NANO
from costs.budgets import Part, effect, effect_of
from costs.budgets.subjects import Subject, SubjectKind

FINANCE = Subject(SubjectKind.OWNER, "finance"), frozenset({str(ORDERS)})
WEB = Subject(SubjectKind.OWNER, "web"), frozenset({str(VISITS)})
DAILY = Subject(SubjectKind.TAG, "daily"), frozenset({str(ORDERS), str(VISITS)})
WAREHOUSE = Subject(SubjectKind.WAREHOUSE, "WH")


def test_a_backfill_touches_the_budgets_that_cover_its_asset() -> None:
    """Of others nothing is said, and the fullest comes first."""
    standings = [
        a_standing("all", 1000, 180),
        a_standing("finance", 100, 90, *FINANCE),
        a_standing("web", 9, 9, *WEB),
    ]
    told = effect(standings, ORDERS, 5 * NANO, 8 * NANO)
    assert [each.name for each in told.touched] == ["finance", "all"]


def test_the_budget_of_a_warehouse_is_touched_where_it_is_known_to_run() -> None:
    """Without regard to case, as everywhere."""
    standings = [a_standing("wh", 500, 180, WAREHOUSE)]
    assert effect(standings, ORDERS, 1, 1, warehouse="wh").touched
    assert not effect(standings, ORDERS, 1, 1, warehouse="other").touched
    assert not effect(standings, ORDERS, 1, 1).touched


def test_where_it_takes_them_is_the_forecast_with_the_backfill() -> None:
    """90 are likely; with the backfill 95, and 98 if it costs its P90."""
    (told,) = effect([a_standing("it", 100, 90)], ORDERS, 5 * NANO, 8 * NANO).touched
    assert (90 * NANO, 95 * NANO, 98 * NANO) == (told.before, told.after, told.at_worst)
    assert not told.breaks


def test_a_quota_refuses_what_would_break_it_at_its_p90() -> None:
    """A budget without a quota only says so."""
    standings = [a_standing("hard", 97, 90, quota=True), a_standing("soft", 97, 90)]
    told = effect(standings, ORDERS, 5 * NANO, 8 * NANO)
    assert told.refused
    assert [each.name for each in told.touched if each.breaks] == ["hard", "soft"]
    sentence = (
        "budget hard: the month is likely to end at 90.00 credits, with the backfill at 95.00 credits "
        "(P90 98.00 credits) of 97.00 credits, 101 %"
    )
    assert told.refusals == (sentence,)
    assert not effect(standings, ORDERS, 5 * NANO, 7 * NANO).refused


def test_the_assets_of_a_backfill_add_up() -> None:
    """Downstream assets count in the budgets that cover them."""
    standings = [a_standing("daily", 500, 90, *DAILY), a_standing("web", 500, 90, *WEB)]
    told = effect_of(standings, [Part(ORDERS, NANO, 2 * NANO), Part(VISITS, 3 * NANO, 4 * NANO)])
    risen = {each.name: each.at_worst - each.before for each in told.touched}
    assert risen == {"daily": 6 * NANO, "web": 4 * NANO}


def test_credits_count_as_money_at_the_price_of_the_last_days() -> None:
    """A budget in euros is told in euros."""
    (told,) = effect([a_standing("it", 1000, 360, price=2)], ORDERS, NANO, NANO).touched
    assert told.after - told.before == 2 * MICRO
    assert told.as_dict()["after"] == "362"


def test_a_backfill_that_no_budget_covers_is_refused_by_none() -> None:
    """And says so in JSON."""
    told = effect([a_standing("web", 1, 9, *WEB, quota=True)], ORDERS, NANO, NANO)
    assert told.as_dict() == {"refused": False, "budgets": []}
