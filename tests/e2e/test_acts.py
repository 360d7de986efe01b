"""People act on pages: by keyboard and by mouse, with and without scripts, and no other site acts for them."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

from fakes import shop
from fakes.looking import looking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ASSET = quote(str(shop.key("table_4", "schema_1")), safe="")


def test_incidents_are_triaged_by_keyboard(browser: Browser, acting: str) -> None:
    """J and k move, x chooses, the buttons count, Enter opens."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/incidents?within=yes")
        assert page.is_disabled("button[value=acknowledge]")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("x")
        assert page.locator("input[name=id]:checked").count() == 2
        assert page.inner_text("[data-count=chosen]") == "2 chosen"
        page.click("button[value=acknowledge]")
        assert page.inner_text(".notice.done") == "2 incidents were acknowledged."
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/incidents/\d+$"))
        assert complaints == []


def test_the_list_is_chosen_and_narrowed_in_place(browser: Browser, acting: str) -> None:
    """All at once; a facet brings a new list whose buttons count again."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/incidents?within=yes")
        page.check("#all")
        assert page.inner_text("[data-count=chosen]") == "12 chosen"
        page.check("input[name=severity][value=warn]")
        page.wait_for_url("**severity=warn*")
        page.locator(".chip", has_text="warn").wait_for()
        page.wait_for_function("document.querySelector('button[value=acknowledge]').disabled")
        assert complaints == []


def test_a_judgement_is_given_and_taken_back(browser: Browser, acting: str) -> None:
    """Each leads back to the incident, which says what was done."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/incidents?state=open")
        page.click("a[data-row] >> nth=4")
        page.fill("input[name=text]", "a holiday")
        page.click("button[value=expected_once]")
        assert page.inner_text(".notice.done") == "The incident was judged: expected once."
        assert "a holiday" in page.inner_text("#timeline")
        page.click("text=Undo")
        assert page.inner_text(".notice.done") == "The judgement was taken back."
        assert "reopened" in page.inner_text("#timeline")
        assert complaints == []


def test_a_button_of_a_message_leads_to_its_button(browser: Browser, acting: str) -> None:
    """A link changes nothing: it brings the focus to what is to be pressed."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/incidents?state=open")
        page.click("a[data-row] >> nth=4")
        page.wait_for_load_state()  # a load that is broken off is a complaint
        page.goto(f"{page.url}?act=really_wrong")
        assert page.evaluate("document.activeElement.value") == "really_wrong"
        page.keyboard.press("Enter")
        assert page.inner_text(".notice.done") == "The incident was judged: really wrong."
        assert complaints == []


def test_acts_work_without_javascript(browser: Browser, acting: str) -> None:
    """Forms are forms."""
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{acting}/incidents")
        page.check("input[name=id] >> nth=0")
        page.click("button[value=resolve]")
        assert page.inner_text(".notice.done") == "The incident was resolved."


def test_a_suggested_check_is_accepted_and_one_of_ones_own_kept(browser: Browser, acting: str) -> None:
    """From the asset's page to the list of checks; a mistake comes back beside its field."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/assets/{ASSET}")
        page.click("text=Suggest checks")
        page.click(".suggestions button >> nth=0")
        assert "The check is kept." in page.inner_text(".notice.done")
        page.click("text=Volume >> nth=-1")
        page.fill("#name", "table 4 has rows")
        page.fill("#option-min_rows", "many")
        page.click("text=Keep this check")
        assert "valid integer" in page.inner_text(".notice.wrong")
        assert page.input_value("#name") == "table 4 has rows"
        page.fill("#option-min_rows", "10")
        page.click("text=Keep this check")
        assert "table 4 has rows" in page.inner_text("table.checks")
        assert [said for said in complaints if "422" not in said] == []


def test_a_silence_is_added_and_ended(browser: Browser, acting: str) -> None:
    """On one page."""
    with looking(browser) as (page, complaints):
        page.goto(f"{acting}/alerts")
        page.click("text=Silence something")
        page.fill(".silence input[name=asset]", "*.staging.*")
        page.click(".silence button")
        assert "asset=*.staging.*" in page.inner_text("#silences")
        page.click("#silences tr:has-text('*.staging.*') button")
        assert "*.staging.*" not in page.inner_text("#silences table")
        assert complaints == []


@contextmanager
def foreign_site(target: str) -> Iterator[str]:
    """A site on another port whose page sends a form to the dashboard as soon as it is opened."""
    page = f"""<form method=post action="{target}"><input name=deed value=resolve><input name=id value=1></form>
    <script>document.forms[0].submit()</script>""".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_of_another_site_changes_nothing(browser: Browser, acting: str) -> None:
    """A real browser says where the form comes from, and it is refused."""
    with looking(browser) as (page, _), foreign_site(f"{acting}/incidents/1") as elsewhere:
        page.goto(elsewhere)
        page.wait_for_url(f"{acting}/incidents/1")
        assert "403" in page.inner_text("h1")
        page.goto(f"{acting}/incidents?state=resolved")
        assert page.locator("table.triage").count() == 0
