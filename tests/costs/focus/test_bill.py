"""Bills add up to the ledger, and what becomes known after a month was closed is a correction in a later one."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from fakes.focus_ledger import ms, total
from hypothesis import given
from hypothesis import strategies as st

from assay.model.money import priced
from assay.model.months import Month
from assay.model.time import from_ms
from costs.focus import NO_CURRENCY, Grain
from costs.focus.origins import ONE, ratios
from costs.focus.services import resource_of
from costs.rates.book import ConfiguredPrices
from costs.rollups import storage_price

if TYPE_CHECKING:
    from fakes.focus_ledger import Ledger

NANO = Decimal("1e-9")


def by_origin(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    """The sum of the shares of each origin charge."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["x_OriginChargeId"]] += row["x_AllocatedRatio"]
    return sums


def of_asset(rows: list[dict[str, Any]], name: str | None) -> Decimal:
    """Credits of an asset."""
    return total([row for row in rows if row["x_AllocatedResourceName"] == name], "PricingQuantity")


@pytest.mark.parametrize("grain", Grain)
def test_all_bills_together_are_the_ledger(year: Ledger, grain: Grain) -> None:
    """To the last nano-credit, and so is the money: nothing is rounded."""
    rows = [row for month in (10, 11) for row in year.bill(month, grain) if row["PricingUnit"] == "Credits"]
    assert sum(row["nano_credits"] for row in year.told) * NANO == total(rows, "PricingQuantity")
    assert sum(row["nano_credits"] for row in year.told) * 3_100_000 * Decimal("1e-15") == total(rows)


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("month", [10, 11])
def test_shares_of_an_origin_charge_add_up_to_one(year: Ledger, month: int, grain: Grain) -> None:
    """Exactly, of corrections as well."""
    sums = by_origin(year.bill(month, grain))
    assert sums
    assert set(sums.values()) == {Decimal(1)}


def test_a_month_is_told_as_it_was_known_when_it_closed(year: Ledger) -> None:
    """What moved within October is in October as it ended; what moved three weeks later is not."""
    rows = year.bill(10)
    assert of_asset([row for row in rows if row["PricingUnit"] == "Credits"], "orders") == 650 * NANO
    assert of_asset(rows, "visits") == 250 * NANO
    assert {row["ChargeClass"] for row in rows} == {None}


def test_what_became_known_later_is_a_correction_where_it_became_known(year: Ledger) -> None:
    """The cell is reversed as it stood and charged as it stands; the sum is the difference."""
    corrections = [row for row in year.bill(11) if row["ChargeClass"] == "Correction"]
    assert total(corrections, "PricingQuantity") == 30 * NANO
    assert of_asset(corrections, "orders") == -100 * NANO
    assert of_asset(corrections, None) == 130 * NANO
    assert {row["BillingPeriodStart"] for row in corrections} == {from_ms(ms("11-01 00"))}
    assert {row["ChargePeriodStart"] for row in corrections} == {from_ms(ms("10-30 00"))}
    assert {row["x_RestatementReason"] for row in corrections} == {"late_query"}
    assert len({row["x_OriginChargeId"] for row in corrections}) == 2


def test_cost_that_only_moves_is_a_correction_of_nothing(ledger: Ledger) -> None:
    """From one asset to another: the sum is zero, and still every share adds up to one."""
    ledger.tell("10-30 10", 700, "orders")
    ledger.tell("10-30 10", -700, "orders", known="11-20 04")
    ledger.tell("10-30 10", 700, "visits", known="11-20 04")
    rows = ledger.bill(11)
    assert total(rows) == 0
    assert [row["x_AllocatedRatio"] for row in rows] == [1, 1]


def test_what_moves_back_is_no_correction(ledger: Ledger) -> None:
    """Nothing stands otherwise than before."""
    ledger.tell("10-30 10", 700, "orders")
    ledger.tell("10-30 10", -7, "orders", known="11-20 04")
    ledger.tell("10-30 10", 7, "orders", known="11-21 04")
    assert ledger.bill(11) == []


def test_a_month_stays_open_for_five_days(ledger: Ledger) -> None:
    """Meters come late: what is known by then is in the month itself."""
    ledger.tell("10-31 23", 700, "orders", known="11-05 23")
    ledger.tell("10-31 22", 100, "orders")
    ledger.tell("10-31 22", 11, "orders", known="11-06 00")
    assert of_asset(ledger.bill(10), "orders") == 800 * NANO
    assert of_asset(ledger.bill(11), "orders") == 11 * NANO


def test_history_that_is_first_read_later_is_no_correction(ledger: Ledger) -> None:
    """Who starts today has bills of the months before, not one bill full of corrections."""
    ledger.tell("09-10 10", 700, "orders", known="11-20 00", reason="first")
    assert of_asset(ledger.bill(9), "orders") == 700 * NANO
    assert ledger.bill(11) == []


def test_months_go_on_until_now_for_corrections_may_be_in_them(year: Ledger) -> None:
    """From the first usage; a month that is not closed yet is still only its own."""
    assert [str(month) for month in year.books().months(ms("12-04 00"))] == ["2026-10", "2026-11"]
    assert year.books().months(ms("12-07 00"))[-1] == Month(2026, 12)


def test_hours_and_days_are_the_same_bill(year: Ledger) -> None:
    """An hour's charge period is an hour; storage is told by day in any case."""
    hours, days = year.bill(10, Grain.HOUR), year.bill(10)
    assert total(hours) == total(days)
    lengths = {
        (row["SkuMeter"], (row["ChargePeriodEnd"] - row["ChargePeriodStart"]).total_seconds() // 3600)
        for row in hours
    }
    assert lengths == {("Compute", 1), ("Storage", 24)}


def test_money_of_a_day_is_the_roll_ups(year: Ledger) -> None:
    """Rounded once a day and service, half to even, as the dashboard has it; storage by bytes and the month's days."""
    days: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in year.bill(10):
        days[row["ChargePeriodStart"].strftime("%m-%d"), row["SkuMeter"]] += row["BilledCost"]
    micro = {key: round(value * 1_000_000) for key, value in days.items()}
    assert micro == {
        ("10-30", "Compute"): priced(1000, 3_100_000),
        ("10-31", "Storage"): storage_price(2**40, 23_000_000, ms("10-31 00")),
    }


def test_storage_is_priced_in_terabyte_months(year: Ledger) -> None:
    """A terabyte for one of October's 31 days."""
    (row,) = (row for row in year.bill(10) if row["SkuMeter"] == "Storage")
    assert round(row["PricingQuantity"], 12) == round(Decimal(1) / 31, 12)
    assert row["PricingQuantity"] * row["ContractedUnitPrice"] == row["BilledCost"]
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == (2**40, "B-Days")


def test_idle_time_is_a_row_of_its_own(year: Ledger) -> None:
    """Beside the busy time of the same warehouse, nobody's unless it has a keeper."""
    rows = [row for row in year.bill(10) if row["x_ChargeKind"] == "keeper_idle"]
    assert [(row["ResourceName"], row["x_AllocatedResourceId"]) for row in rows] == [("WH", None)]


def test_without_a_price_credits_are_the_cost(year: Ledger) -> None:
    """In the currency that is none; what has neither credits nor a price is left out, and that is told."""
    year.prices, year.has_prices = ConfiguredPrices("EUR"), False
    rows = year.bill(10)
    assert {row["BillingCurrency"] for row in rows} == {NO_CURRENCY}
    assert total(rows) == total(rows, "PricingQuantity") == 1000 * NANO
    books = year.books()
    assert books.prices.price(ms("10-31 00"), "storage") is None


@pytest.mark.parametrize(
    ("service", "resource", "told"),
    [
        ("compute", "WH", ("snowflake:acme:warehouse/WH", "WH", "Virtual Warehouse")),
        ("pipe", "snowflake:acme:raw.p", ("snowflake:acme:raw.p", "p", "Pipe")),
        ("storage", "snowflake:acme:a.b.c", ("snowflake:acme:a.b.c", "c", "Table")),
        ("storage", "dropped tables", (None, None, None)),
        ("replication", "snowflake:acme:g", ("snowflake:acme:g", "g", "Serverless Feature")),
    ],
)
def test_the_resource_is_what_was_metered(service: str, resource: str, told: tuple[str | None, ...]) -> None:
    """A warehouse, or the object a meter names."""
    found = resource_of("snowflake", "acme", service, resource)
    assert told == (found.id, found.name, found.type)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=40).filter(any))
def test_shares_are_exact_and_fair(weights: list[int]) -> None:
    """They add up to the whole, and each is within one unit of its part."""
    shares = ratios(weights)
    assert sum(shares) == ONE
    assert all(
        abs(share * sum(weights) - ONE * weight) <= sum(weights)
        for share, weight in zip(shares, weights, strict=True)
    )


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=40))
def test_shares_add_up_whatever_the_parts_are(weights: list[int]) -> None:
    """A refund within a cell, and parts that cancel out."""
    assert sum(ratios(weights)) == ONE
