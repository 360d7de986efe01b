"""Pages in a real browser: drawn, quiet, usable by everyone, in light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import decided, shop
from fakes.looking import looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text()
RUN_AXE = "axe.run().then(t => [t.passes.length, t.violations.map(v => [v.id, v.nodes.map(n => n.html)])])"
MANY = 15
"""Rules of axe a page passes at least, so that an axe that did nothing is noticed."""

TABLE = f"/assets/{quote(str(shop.key('table_4', 'schema_1')), safe='')}"
NASTY = f"/assets/{quote(str(shop.key(shop.HOSTILE[-1])), safe='')}?hops=3"
FULL = (
    "/",
    "/assets",
    TABLE,
    NASTY,
    "/costs",
    "/costs?by=asset",
    "/costs?by=tag",
    "/connections",
    "/incidents",
    "/incidents?state=resolved",
    "/incidents/1",
    "/incidents/2",
    "/checks",
    "/checks/new?kind=freshness",
    "/checks/new?kind=schema",
    f"/checks/new?asset={TABLE.removeprefix('/assets/')}",
    "/alerts",
    "/unused",
    "/unused?verdict=unknown&verdict=in_use",
    f"/unused/sets/{decided.set_of(0)}",
    "/actions",
    "/actions?state=acted&state=dismissed",
    "/budgets",
    "/budgets/finance",
    "/backfill",
    "/costs?by=moon",
)
EMPTY = (
    *("/", "/assets", "/costs", "/connections", "/incidents", "/checks", "/checks/new", "/alerts"),
    *("/unused", "/actions", "/budgets", "/backfill"),
)
EVERY = [*(("full", path) for path in FULL), *(("empty", path) for path in EMPTY)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("store", "path"), EVERY, ids=lambda value: value[:24])
def test_a_page_is_drawn_quietly_and_for_everyone(
    browser: Browser, request: pytest.FixtureRequest, store: str, path: str, scheme: str
) -> None:
    """No complaint of the browser, every chart drawn and hovered, and nothing axe finds wrong."""
    with looking(browser, color_scheme=scheme, reduced_motion="reduce") as (page, complaints):
        page.goto(request.getfixturevalue(store) + path, wait_until="load")
        charts = page.locator("assay-chart")
        for i in range(charts.count()):
            charts.nth(i).scroll_into_view_if_needed()
            charts.nth(i).hover()
            assert charts.nth(i).get_attribute("data-drawn") == "yes"
        assert [said for said in complaints if "moon" not in path or "400" not in said] == []
        page.evaluate(AXE)
        passed, found = page.evaluate(RUN_AXE)
        assert found == []
        assert passed > MANY


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize(("store", "path"), EVERY, ids=lambda value: value[:24])
def test_no_page_scrolls_sideways(
    browser: Browser, request: pytest.FixtureRequest, store: str, path: str, width: int
) -> None:
    """On a telephone as on a desk, whatever things are called."""
    with looking(browser, viewport={"width": width, "height": 800}) as (page, _):
        page.goto(request.getfixturevalue(store) + path, wait_until="load")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_slash_goes_to_the_search(browser: Browser, full: str) -> None:
    """From anywhere on a page; in a field it is a letter."""
    with looking(browser) as (page, _):
        page.goto(full)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "find"
        page.keyboard.type("a/b")
        assert page.input_value("#find") == "a/b"


def test_facets_narrow_the_list_in_place(browser: Browser, full: str) -> None:
    """The list changes and so does the URL, without a new page; back goes back."""
    with looking(browser) as (page, complaints):
        page.goto(f"{full}/assets")
        page.evaluate("window.kept = true")
        page.fill("input[name=q] >> nth=-1", "schema_1 table")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=schema_1*")
        page.locator(".count", has_text="4 assets").wait_for()
        page.check("input[name=kind][value=table]")
        page.wait_for_url("**kind=table*")
        page.locator(".count", has_text="1 asset").wait_for()
        assert page.evaluate("window.kept") is True
        page.go_back()
        page.locator(".count", has_text="4 assets").wait_for()
        assert complaints == []


def test_the_list_narrows_without_javascript(browser: Browser, full: str) -> None:
    """The same form, sent as a form."""
    with looking(browser, java_script_enabled=False) as (page, complaints):
        page.goto(f"{full}/assets")
        page.fill(".facets input[name=q]", "schema_1 table")
        page.click(".facets button")
        assert "q=schema_1+table" in page.url
        assert page.inner_text(".count") == "4 assets"
        assert complaints == []


def test_the_search_of_every_page_leads_to_the_list(browser: Browser, full: str) -> None:
    """Words typed in the head find assets."""
    with looking(browser) as (page, _):
        page.goto(f"{full}/costs")
        page.fill("#find", "table_7")
        page.keyboard.press("Enter")
        page.wait_for_url("**/assets?q=table_7*")
        assert page.inner_text(".count") == "1 asset"


def test_a_telephone_shows_what_a_page_is_for(browser: Browser, full: str) -> None:
    """The asset stands in the middle of its lineage, and a table of costs fits with its change."""
    with looking(browser, viewport={"width": 390, "height": 800}) as (page, _):
        page.goto(full + TABLE, wait_until="load")
        box = page.locator(".lineage .here").bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
        page.goto(f"{full}/costs", wait_until="load")
        frame = page.locator(".scroll:has(table.costs)")
        assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
