"""The export keeps FOCUS 1.2's rules, and so does what others write, but for the faults it is known to have."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes.focus_rules import MANDATORY, faults

from costs.focus import SCHEMA, Grain, metadata
from costs.focus.columns import FOCUS, OURS
from costs.rates.book import ConfiguredPrices

if TYPE_CHECKING:
    from fakes.focus_ledger import Ledger

SAMPLE = Path(__file__).parents[2] / "data" / "focus" / "sample.csv"


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("month", [10, 11])
def test_every_row_keeps_the_rules_of_its_columns(year: Ledger, month: int, grain: Grain) -> None:
    """Nulls, formats, allowed values, and what must go together; corrections and storage among them."""
    assert faults(year.text(month, grain)) == Counter()


def test_without_prices_the_rules_hold_as_well(year: Ledger) -> None:
    """Credits in the currency that is none."""
    year.prices, year.has_prices = ConfiguredPrices("EUR"), False
    assert faults(year.text(10)) == Counter()


def test_the_rules_find_what_is_wrong(year: Ledger) -> None:
    """A rule that nothing breaks tells nothing."""
    row = year.text(10)[0]
    broken: dict[str, dict[str, Any]] = {
        "BilledCost: is null": {"BilledCost": None},
        "ChargePeriodEnd: is no moment": {"ChargePeriodEnd": "2026-10-31 00:00:00"},
        "PricingQuantity: is no number": {"PricingQuantity": "1,000"},
        "ChargeClass: Correct is not allowed": {"ChargeClass": "Correct"},
        "PricingQuantity, PricingUnit: only one of them is null": {"PricingUnit": None},
        "SkuId: is null of usage": {"SkuId": None},
        "ContractedCost: is not ContractedUnitPrice times PricingQuantity": {"ContractedCost": "7"},
        "usage of another billing period is no correction": {"BillingPeriodStart": "2026-10-31T00:00:00Z"},
        "ResourceName: repeats ResourceId": {"ResourceName": row["ResourceId"]},
        "Tags: is no object of keys and values": {"Tags": '{"a": {}}'},
    }
    assert {fault: fault in faults([row | change]) for fault, change in broken.items()} == dict.fromkeys(
        broken, True
    )


def test_a_real_bill_is_read_with_the_same_rules() -> None:
    """Lines of two providers in FOCUS 1.0, as published: the rules find in them what they get wrong, and no more.

    Moments have neither T nor Z; one provider writes empty text for null, a frequency in other letters, and leaves out
    the costs of some lines.
    """
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [
            {name: None if value == "NULL" else value for name, value in row.items() if name != "Id"}
            for row in csv.DictReader(file)
        ]
    found = faults(rows)
    by_rule = {
        what: sum(n for fault, n in found.items() if fault.endswith(what)) for what in _WRONG_IN_SAMPLE
    }
    assert by_rule == _WRONG_IN_SAMPLE
    assert sum(found.values()) == sum(_WRONG_IN_SAMPLE.values())


_WRONG_IN_SAMPLE = {
    "is no moment": 4 * 16,
    "is empty instead of null": 8 * 3,
    "is no unit": 2 * 3,
    "is not allowed": 3 * 3,
    ": is null": 3,
    "is null of usage": 3,
    "is negative": 1,
    "only one of them is null": 3 + 6,
    "times PricingQuantity": 1 + 3,
}


def test_there_are_the_57_columns_of_focus_and_then_ours() -> None:
    """FOCUS's first, by name."""
    names = [column.name for column in FOCUS]
    assert len(names) == 57
    assert names == sorted(names)
    assert set(MANDATORY) <= set(names)
    assert SCHEMA.names == names + [column.name for column in OURS]
    assert all(column.name.startswith("x_") for column in OURS)


def test_the_method_details_have_the_form_of_focus_1_3(year: Ledger) -> None:
    """An object with Elements, each with its AllocatedRatio; own keys begin with x_."""
    for row in year.bill(10):
        (element,) = json.loads(row["x_AllocatedMethodDetails"], parse_float=Decimal, parse_int=Decimal)[
            "Elements"
        ]
        assert element["AllocatedRatio"] == row["x_AllocatedRatio"]
        assert element["UsageQuantity"] == row["ConsumedQuantity"]
        assert {name for name in element if not name.startswith("x_")} == {
            "AllocatedRatio", "UsageUnit", "UsageQuantity"
        }  # fmt: skip


def test_the_metadata_describe_every_column() -> None:
    """And its id is of the schema, not of the day."""
    one, other = (metadata(datetime(2026, 11, day, tzinfo=UTC)) for day in (1, 2))
    assert [column["ColumnName"] for column in one["Schema"]["ColumnDefinition"]] == SCHEMA.names
    assert one["Schema"]["FocusVersion"] == "1.2"
    assert one["Schema"]["SchemaId"] == other["Schema"]["SchemaId"]
    assert one["Schema"]["CreationDate"] == "2026-11-01T00:00:00Z"
