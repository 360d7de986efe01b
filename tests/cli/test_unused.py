"""`assay unused` on the small made-up company."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Program

FIELDS = {
    "asset", "verdict", "confidence", "last_read", "readers", "set", "order", "nano_credits_per_month",
    "money_per_month", "currency", "reasons", "warnings", "proposable", "held_back", "coverage",
    "known_since", "kind", "owner",
}  # fmt: skip


def test_it_answers_in_json(company: Program) -> None:
    """Every asset with its evidence; four days of history are too few to say of any that nobody needs it."""
    told = company("unused", "--json")

    assert told.code == 0
    rows = told.json["rows"]
    assert all(set(row) == FIELDS for row in rows)
    assert {row["verdict"] for row in rows} <= {"in_use", "rarely_used", "unknown"}
    assert sum(told.json["counts"].values()) == len(rows)
    read = next(row for row in rows if row["readers"].get("bi_tool"))
    assert (read["verdict"], read["last_read"][:10]) == ("in_use", "2026-11-10")
    assert told.json["sets"] == []


def test_only_a_verdict(company: Program) -> None:
    """The rows are of that verdict, the counts of all."""
    told = company("unused", "--verdict", "unknown", "--json").json

    assert {row["verdict"] for row in told["rows"]} == {"unknown"}
    assert told["counts"]["in_use"] > 0


def test_a_verdict_nothing_has_is_said(company: Program) -> None:
    """An empty answer is told as one."""
    assert "No asset has such a verdict." in company("unused", "--verdict", "dead_end").err


def test_it_says_what_is_dead_and_what_cannot_be_judged(company: Program) -> None:
    """The table is empty here; its last lines tell why."""
    told = company("unused")

    assert told.code == 0
    assert "0 assets" in told.err
    assert "--verdict unknown tells why" in told.err
    shown = company("unused", "--all", "--limit", "3")
    assert "more: --limit" in shown.err
    assert "in use" in shown.out


def test_a_folder_without_connections_says_so(ready: Program) -> None:
    """There is nothing to judge."""
    assert ready("unused").code == 3
