"""`assay backfill` tells prices to people, to programs, and stops what is too dear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.conftest import Program, call
from fakes.built import NOW, filled, key

from costs.backfill.hindsight import calibrate

if TYPE_CHECKING:
    from pathlib import Path

WEEK = ("--partitions", "2026-09-01..2026-09-07")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program on a folder whose assets were built for forty days."""
    folder: Path = tmp_path_factory.mktemp("backfill") / "assay"
    with filled(folder) as site:
        calibrate(site.store, 90, NOW)
    return Program(folder)


def test_a_quote_is_told_whole(built: Program) -> None:
    """Both prices, the end, what it hangs on, what it takes for granted, and where it is kept."""
    told = built("backfill", "quote", "orders", *WEEK, "--downstream")

    assert told.code == 0
    for word in ("attributed", "marginal", "done (UTC)", "Hangs on", "Takes for granted", "What is built"):
        assert word in told.out
    assert "Kept as" in told.err


def test_a_program_is_told_the_same(built: Program) -> None:
    """Integers of nano-credits, and credits as exact text."""
    told = built("backfill", "quote", str(key("orders")), *WEEK, "--json").json

    assert told["allowed"] is True
    assert told["lines"][0]["partitions"][0] == "2026-09-01"
    assert told["attributed"]["nano"]["p10"] <= told["attributed"]["nano"]["p90"]
    assert float(told["attributed"]["credits"]["p50"]) == told["attributed"]["nano"]["p50"] / 10**9


@pytest.mark.parametrize(("limit", "code"), [("100", 0), ("0.01", 1), ("0", 1)])
def test_the_exit_code_is_the_gate(built: Program, limit: str, code: int) -> None:
    """1 over the limit, with the reason; else 0."""
    told = built("backfill", "quote", "orders", *WEEK, "--limit", limit)

    assert told.code == code
    assert ("not allowed: limit" in told.err) is bool(code)


@pytest.mark.parametrize(
    "wrong",
    [
        ("nothing", *WEEK),
        ("orders", "--partitions", "2026-09-31"),
        ("orders", *WEEK, "--limit", "much"),
        ("orders", *WEEK, "--limit", "-1"),
        ("orders", *WEEK, "--limit", "NaN"),
        ("orders", *WEEK, "--warehouse", "NOPE"),
        ("orders",),
    ],
)
def test_what_cannot_be_priced_is_told_with_the_next_step(built: Program, wrong: tuple[str, ...]) -> None:
    """Neither 0 nor 1: a gate that could not be asked is not open."""
    told = built("backfill", "quote", *wrong)

    assert told.code == 2
    assert "→" in told.err


def test_quotes_are_listed_and_shown(built: Program) -> None:
    """By their id, or by how that begins."""
    made = built("backfill", "quote", "daily", *WEEK, "--json").json
    listed = built("backfill", "list", "--asset", "daily", "--json").json
    shown = built("backfill", "show", made["id"][:8])

    assert made["id"] in [each["id"] for each in listed]
    assert str(key("daily")) in shown.out
    assert made["id"] in built("backfill", "list").out
    assert built("backfill", "show", "zz").code == 2
    assert built("backfill", "show", made["id"], "--json").json["realised"] is None


def test_coverage_is_published(built: Program) -> None:
    """Of each asset, and of all."""
    told = built("backfill", "coverage", "--json").json

    assert told["builds"] == sum(each["builds"] for each in told["assets"]) > 0
    assert "inside" in built("backfill", "coverage").out


def test_a_folder_without_builds_says_what_to_do(assay: Program) -> None:
    """Nothing quoted, nothing judged, nothing connected."""
    assert call("init", "--dir", str(assay.folder)).code == 0

    assert "No backfill was quoted" in assay("backfill", "list").err
    assert "No build was back-tested" in assay("backfill", "coverage").err
    assert "no connection" in assay("backfill", "quote", "orders", *WEEK).err
