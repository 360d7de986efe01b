"""`assay waste` and `assay savings`: list, show, act, undo, measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.config import Settings
from assay.model.decisions import Confidence
from assay.model.time import DAY_MS
from assay.model.waste import Claim, Figure, Finding, Lever, WasteKind
from assay.store import findings
from assay.store.engine import Store

if TYPE_CHECKING:
    from cli.conftest import Program

CREDIT = 1_000_000_000


def found(program: Program, *which: Finding) -> None:
    """Let the folder's store say what was found."""
    with Store.open(Settings.load(program.folder).store.url) as store, store.write() as session:
        findings.refresh(session, which, 50 * DAY_MS, ["acme"])


def finding(kind: WasteKind, subject: str, pool: str, nano: int, whole: int) -> Finding:
    """A finding about one pool."""
    return Finding(
        kind=kind, subject=subject, connection="acme", title=f"{subject} is wasteful.", change=f"Mend {subject}.",
        confidence=Confidence.HIGH, nano_per_month=nano, micro_per_month=nano // 500, currency="EUR",
        claims=(Claim("WH", pool, Lever.SIZE if pool == "idle" else Lever.SUSPEND, nano, whole),),
        from_ms=20 * DAY_MS, until_ms=50 * DAY_MS, is_asset=False, assumptions=("Nothing else changes.",),
        figures=(
            Figure("idle now", 7_200_000, "ms"), Figure("cost", 3 * CREDIT, "nano_credits"), Figure("starts", 12),
            Figure("spilled", 1500, "bytes"), Figure("lost", 287, "per mille"),
        ),
    )  # fmt: skip


def test_nothing_is_wasted_yet(ready: Program) -> None:
    """An empty answer says what would fill it."""
    told = ready("waste")

    assert (0, "") == (told.code, told.out)
    assert "assay waste --refresh" in told.err
    assert {"findings": [], "nano_credits_per_month": 0, "money_per_month": None, "currency": None} == ready(
        "waste", "--json"
    ).json
    assert "No change is in the ledger" in ready("savings").err


def test_the_list_counts_each_part_of_the_bill_once(ready: Program) -> None:
    """60 and 50 of the same 100 credits are 80 by two levers that act one after the other."""
    found(
        ready,
        finding(WasteKind.IDLE, "WH", "idle:x", 60 * CREDIT, 100 * CREDIT),
        finding(WasteKind.OVERSIZED, "WH", "idle", 50 * CREDIT, 100 * CREDIT),
    )
    told, rows = ready("waste"), ready("waste", "--json").json

    assert "Together 2 findings would save 80.00 credits (€160.00)" in told.err
    assert "110.0 if each part" in told.err
    assert "Mend WH." in told.out
    assert (80 * CREDIT, "160") == (rows["nano_credits_per_month"], rows["money_per_month"])
    assert [60 * CREDIT, 20 * CREDIT] == [row["counted_nano_credits"] for row in rows["findings"]]
    assert ["idle"] == [row["kind"] for row in ready("waste", "--json", "--kind", "idle").json["findings"]]


def test_one_finding_with_its_figures(ready: Program) -> None:
    """Each figure in its unit, what is taken for granted, and what it adds beside the others."""
    found(
        ready,
        finding(WasteKind.IDLE, "WH", "idle:x", 60 * CREDIT, 100 * CREDIT),
        finding(WasteKind.OVERSIZED, "WH", "idle", 50 * CREDIT, 100 * CREDIT),
    )
    told = ready("waste", "show", "2").out

    for text in (
        "→ Mend WH.", "Saves 50.00 credits (€100.00) in 30 days.", "it adds 20.00", "idle now: 2.0 h",
        "cost: 3.00 credits", "starts: 12", "spilled: 1.5 kB", "lost: 287 per mille", "Nothing else changes.",
    ):  # fmt: skip
        assert text in told
    assert 2 == ready("waste", "show", "2", "--json").json["id"]
    assert 2 == ready("waste", "show", "9").code


def test_done_dismissed_and_taken_back(ready: Program) -> None:
    """What was done is in the ledger and not in the list; undone it is the other way round."""
    found(ready, finding(WasteKind.IDLE, "WH", "idle", 60 * CREDIT, 100 * CREDIT))

    assert "WH is wasteful: acted." in ready("waste", "done", "1").out
    assert [] == ready("waste", "--json").json["findings"]
    assert ["acted"] == [row["state"] for row in ready("waste", "--json", "--all").json["findings"]]
    ledger = ready("savings", "--json").json
    assert ("WH", 60 * CREDIT, "measuring") == (
        ledger["savings"][0]["subjects"][0],
        ledger["promised_nano_credits"],
        ledger["savings"][0]["state"],
    )
    assert "no whole day since" in ready("savings").out
    assert [{"id": 1, "state": "open", "title": "WH is wasteful."}] == ready(
        "waste", "undo", "1", "--json"
    ).json
    assert [] == ready("savings", "--json").json["savings"]
    assert "dismissed" in ready("waste", "dismiss", "1", "1").out
    assert [] == ready("waste", "--json").json["findings"]


def test_a_company_of_four_days_is_too_young(own_company: Program) -> None:
    """Less than a week says nothing of a month; looking is no error."""
    assert (0, []) == ((told := own_company("waste", "--refresh", "--json")).code, told.json["findings"])
