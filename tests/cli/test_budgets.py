"""budgets, export focus: what is spent in a month, and the bill for those who read FOCUS."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from fakes.focus_rules import faults

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Program

EVERYTHING = ("--set", "budgets.all.credits=1000")


def test_a_budget_is_a_line_with_its_forecast(company: Program) -> None:
    """The demo ends on the tenth: twenty days are to come."""
    told = company("budgets", *EVERYTHING, "--json")
    assert told.code == 0
    budget = next(each for each in told.json["budgets"] if each["budget"] == "all")
    assert (budget["budget"], budget["of"], budget["month"]) == ("all", "everything", "2026-11")
    ends = budget["nano_credits"]["forecast"]
    assert budget["nano_credits"]["spent"] < ends["p10"] < ends["p50"] < ends["p90"]
    assert Decimal(budget["spent"]) == Decimal(budget["nano_credits"]["spent"]) / 10**9
    table = company("budgets", *EVERYTHING).out
    assert "Budgets in 2026-11" in table
    assert "everything" in table


def test_what_is_spent_is_what_costs_say(company: Program) -> None:
    """To the nano-credit."""
    costs = company("costs", "--by", "day", "--from", "2026-11-01", "--json").json
    told = company("budgets", *EVERYTHING, "--json").json["budgets"]
    assert {
        each["nano_credits"]["spent"]
        for each in told
        if each["of"] == "everything" and each["unit"] == "credits"
    } == {costs["nano_credits"]}


def test_without_a_budget_it_says_how_to_make_one(ready: Program) -> None:
    """Nothing is an answer, too."""
    told = ready("budgets")
    assert (told.code, told.out) == (0, "")
    assert "[budgets.NAME]" in told.err


@pytest.mark.parametrize("month", ["2026-13", "november", "2031-01"])
def test_a_month_that_is_none_or_not_yet_is_refused(company: Program, month: str) -> None:
    """With the reason."""
    told = company("budgets", *EVERYTHING, "--month", month)
    assert told.code == 2
    assert month in told.err


@pytest.mark.parametrize("by", ["day", "hour"])
def test_the_bill_in_focus_is_the_bill(company: Program, tmp_path: Path, by: str) -> None:
    """Its quantities add up to what is metered, and every row keeps FOCUS's rules."""
    file = tmp_path / "bill.csv"
    told = company("export", "focus", "--to", str(file), "--by", by, "--json")
    assert told.code == 0
    with file.open(encoding="utf-8", newline="") as text:
        rows = [{name: value or None for name, value in row.items()} for row in csv.DictReader(text)]
    metered = company("reconcile", "--json").json["metered_nano_credits"]
    in_credits = [Decimal(row["PricingQuantity"] or 0) for row in rows if row["PricingUnit"] == "Credits"]
    assert told.json["rows"] == len(rows)
    assert sum(in_credits) * 10**9 == metered
    assert Decimal(told.json["billed"]["EUR"]) == sum(Decimal(row["BilledCost"] or 0) for row in rows)
    assert not faults(rows)
    described = json.loads((tmp_path / "bill.metadata.json").read_text(encoding="utf-8"))
    assert [column["ColumnName"] for column in described["Schema"]["ColumnDefinition"]] == list(rows[0])


def test_both_forms_of_file_hold_the_same(company: Program, tmp_path: Path) -> None:
    """Exact decimals in both."""
    sums = []
    for name in ("bill.csv", "bill.parquet"):
        told = company("export", "focus", "--to", str(tmp_path / name), "--month", "2026-11", "--json")
        sums.append({key: told.json[key] for key in ("rows", "billed", "credits")})
    assert sums[0] == sums[1]
    table = pq.read_table(tmp_path / "bill.parquet")
    assert table.num_rows == sums[0]["rows"]
    assert table.schema.field("BilledCost").type.scale == 24


def test_a_bill_that_cannot_be_written_leaves_nothing(company: Program, tmp_path: Path) -> None:
    """The ending decides the form, so it must be one of two."""
    told = company("export", "focus", "--to", str(tmp_path / "bill.xlsx"))
    assert told.code == 2
    assert list(tmp_path.iterdir()) == []


def test_before_the_first_run_there_is_no_bill(ready: Program, tmp_path: Path) -> None:
    """And no file that looks like one of nothing."""
    told = ready("export", "focus", "--to", str(tmp_path / "bill.csv"))
    assert told.code == 3
    assert not (tmp_path / "bill.csv").exists()
