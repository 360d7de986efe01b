"""From what is wasteful to what is done about it: the pages of decisions, walked through in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fakes import shop
from fakes.looking import looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text()
RUN_AXE = "axe.run().then(t => t.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"


def test_from_the_overview_to_an_asset_nobody_needs(browser: Browser, full: str) -> None:
    """The headline leads to the list, the list to the dead set, the set to the asset, which says so itself."""
    with looking(browser) as (page, complaints):
        page.goto(full)
        page.click(".tile:has-text('Reclaimable') a >> nth=0")
        page.wait_for_url("**/unused")
        page.fill(".facets input[name=q]", "table_1")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=table_1*")
        page.locator(".count").filter(has_text=re.compile(r"^\d asset")).wait_for()
        page.click("td summary >> nth=0")
        assert page.locator("td details[open] p").first.is_visible()
        page.click("tr.set a >> nth=0")
        page.wait_for_url("**/unused/sets/*")
        assert page.locator(".lineage a").count() == 2
        page.click(".goes a.asset >> nth=0")
        page.wait_for_url("**/assets/*")
        assert "unused" in page.inner_text(".needed summary")
        assert complaints == []


def test_a_finding_is_done_measured_and_taken_back(browser: Browser, deciding: str) -> None:
    """The change is copied, the deed is told in the ledger, and undone there is nothing of it left."""
    with looking(browser, permissions=["clipboard-read", "clipboard-write"]) as (page, complaints):
        page.goto(f"{deciding}/actions?kind=oversized")
        page.click("button[data-copy]")
        page.locator("button[data-copy]", has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "ALTER WAREHOUSE WH SET ...;"
        page.click("text=Evidence")
        assert page.locator(".finding dl").first.is_visible()
        page.click("button[value=done]")
        assert page.inner_text(".notice.done").startswith("Marked as done.")
        assert "WH is twice as large" in page.inner_text("#ledger")
        assert "kind=oversized" in page.url
        page.goto(f"{deciding}/actions?state=acted&kind=oversized")
        page.click("button[value=reopen]")
        assert page.inner_text(".notice.done") == "The finding is open again."
        assert "WH is twice as large" not in page.inner_text("#ledger")
        assert complaints == []


def test_a_backfill_is_priced_before_it_runs(browser: Browser, deciding: str) -> None:
    """From the form, over a mistake, to a page that stays, is usable by everyone and fits a telephone."""
    with looking(browser, color_scheme="dark", reduced_motion="reduce") as (page, complaints):
        page.goto(f"{deciding}/backfill?asset={shop.key('table_0', 'schema_0')}")
        page.fill("#first", "2026-05-01")
        page.fill("#last", "2026-05-10")
        page.fill("#limit", "much")
        page.click("text=Price it")
        assert "limit" in page.inner_text(".notice.wrong")
        assert page.input_value("#first") == "2026-05-01"
        page.fill("#limit", "0.001")
        page.check("input[name=downstream]")
        page.click("text=Price it")
        page.wait_for_url(re.compile(r"/backfill/[0-9a-f]{12}$"))
        assert "over the limit" in page.inner_text(".notice.wrong")
        assert page.locator("svg.range-drawn").count() > 3
        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE) == []
        for width in (390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("text=Change what is asked")
        assert page.input_value("#partitions") == "2026-05-01..2026-05-10"
        assert [said for said in complaints if "422" not in said] == []


def test_a_form_prices_without_javascript(browser: Browser, deciding: str) -> None:
    """Forms are forms."""
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{deciding}/backfill")
        page.fill("#asset", str(shop.key("table_0", "schema_0")))
        page.fill("#partitions", "2026-05-01..2026-05-02")
        page.click("text=Price it")
        assert "It may run" in page.inner_text(".notice.done")
        page.goto(f"{deciding}/actions")
        assert page.locator("button[data-copy]:visible").count() == 0
        page.click("button[value=dismiss] >> nth=0")
        assert page.inner_text(".notice.done") == "Dismissed: it is not told again."


def test_a_budget_is_drawn_against_its_limit(browser: Browser, full: str) -> None:
    """The chart tells what is spent and what is likely, hovered; a month before is a click away."""
    with looking(browser) as (page, complaints):
        page.goto(f"{full}/budgets/everything")
        chart = page.locator("assay-chart")
        box = chart.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
        tip = page.locator(".tip")
        tip.wait_for()
        assert {"Likely", "P10", "P90"} <= set(tip.locator("span").all_inner_texts())
        page.click("text=2026-05")
        page.wait_for_url("**month=2026-05")
        assert "the month is over" in page.inner_text(".tiles")
        assert complaints == []
