"""Each page tells what the store holds, and what to do where it holds nothing yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import shop
from fakes.markup import Markup

from assay.model.assets import Asset, AssetKey, AssetKind
from assay.store import records
from assay.store.engine import Store
from web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

PAGES = (
    "/",
    "/incidents",
    "/incidents/2",
    "/assets",
    "/costs",
    "/checks",
    "/checks/new?kind=schema",
    "/alerts",
    "/connections",
)
TABLE = str(shop.key("table_4", "schema_1"))


def read(client: FlaskClient, path: str) -> Markup:
    """A page that answers."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/html"
    return Markup(answer.text)


@pytest.mark.parametrize(("path", "words"), [
    ("/", ("Spent in 30 days", "adds up", "Dearest assets", "Idle by warehouse", "1 of 4 streams read")),
    ("/assets", ("23 assets", "table_4", "shop.schema_1 · table", "team 0")),
    ("/costs", ("By warehouse", "no warehouse (serverless, storage)", "late rows", "All")),
    ("/costs?by=asset", ("By asset", "shop.schema_1.table_4", "no asset")),
    ("/costs?by=day", ("By day", "31 May")),
    ("/incidents?within=yes", ("12 incidents", "table_1", "acknowledged", "snoozed until", "Owner")),
    ("/incidents/1", ("table_1", "401 rows", "Who is hit", "Who was told", "Timeline", "Expected once", "Judged by")),
    ("/checks", ("22 checks", "left out", "of 23", "Failing now", "Could not be run", "Without any check")),
    ("/alerts", ("team", "cannot be used", "everything else", "1 given up", "Delivery log")),
    ("/connections", ("query_history", "degraded", "failed", "last read")),
    (f"/assets/{TABLE}", ("table_4", "Median runtime", "1 min", "4,000", "BI tools", "upstream", "NUMBER")),
])  # fmt: skip
def test_a_page_tells_what_the_store_holds(full: FlaskClient, path: str, words: tuple[str, ...]) -> None:
    """Headlines, names and figures of the company stand on its pages."""
    text = read(full, path).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(("path", "step"), [
    ("/", "assay connect snowflake"),
    ("/assets", "assay connect dbt"),
    ("/costs", "assay run"),
    ("/incidents", "assay check suggest"),
    ("/checks", "assay connect dbt"),
    ("/alerts", "assay alerts test"),
    ("/connections", "assay connect snowflake"),
])  # fmt: skip
def test_an_empty_store_shows_the_next_step(empty: FlaskClient, path: str, step: str) -> None:
    """Before the first cycle a page says what to run."""
    assert step in read(empty, path).text


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(full: FlaskClient, path: str) -> None:
    """No link of ours ends in an error, hostile names included."""
    links = {link for link in read(full, path).links if not link.startswith("#")}
    assert [link for link in sorted(links) if full.get(link, buffered=True).status_code != 200] == []


def test_every_asset_has_its_page(full: FlaskClient) -> None:
    """The list's own link finds each asset again, slashes, dots and question marks in its name or not."""
    page = read(full, "/assets")
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a" and attrs.get("class") == "asset"]
    assert len(shop.keys()) == len(links)
    found = {
        full.get(link.replace("/assets/", "/api/v1/assets/")).get_json()["asset"]["key"] for link in links
    }
    assert set(map(str, shop.keys())) == found
    assert not any("/.." in link or "//" in link for link in links)  # a browser would walk up


def test_the_nearest_page_is_marked(full: FlaskClient) -> None:
    """The navigation says where one is."""
    here = [
        attrs["href"] for _, attrs in read(full, "/costs").elements if attrs.get("aria-current") == "page"
    ]
    assert here == ["/costs"]


def test_words_and_facets_narrow_the_list(full: FlaskClient) -> None:
    """The same URL tells the same list, with what was chosen still chosen."""
    page = read(full, "/assets?q=schema_1+table&kind=table&sort=name")
    assert "1 asset" in page.text
    checked = [attrs["value"] for _, attrs in page.elements if "checked" in attrs]
    assert checked == ["table"]
    assert "Nothing matches" in read(full, "/assets?q=there+is+no+such").text


def test_credits_are_told_where_asked_for(full: FlaskClient) -> None:
    """The unit is a matter of the URL, and links keep it."""
    assert "$" in read(full, "/costs").text
    page = read(full, "/costs?unit=credits")
    assert "$" not in page.text
    assert "\u202fcr" in page.text or " cr" in page.text
    assert any("unit=credits" in link and "by=asset" in link for link in page.links)


def test_a_page_lists_fifty_assets_and_leads_on(full_of_assets: FlaskClient) -> None:
    """A long list comes in pages, each with a link to the next."""
    first, last = read(full_of_assets, "/assets?sort=name"), read(full_of_assets, "/assets?sort=name&page=3")
    assert "1 of 3" in first.text
    assert any("page=2" in link for link in first.links)
    assert "3 of 3" in last.text
    assert not any("page=4" in link for link in last.links)


def test_an_unknown_asset_is_not_found(full: FlaskClient) -> None:
    """What is not there is a 404 that says so."""
    answer = full.get("/assets/snowflake:acme:no.such.table")
    assert answer.status_code == 404
    assert "There is no asset snowflake:acme:no.such.table." in answer.text


def test_connections_tell_what_watching_costs(tmp_path: Path) -> None:
    """Assay's own statements are a line of the page, with what they cost; a budget is no statement."""
    watcher = AssetKey("assay", "acme", ("collector",))
    with Store.create(shop.url_of(shop.folder(tmp_path, filled=False))) as store, store.write() as session:
        budget = AssetKey("assay", "budget", ("science",))
        records.save_records(session, [Asset(key, AssetKind.OTHER) for key in (watcher, budget)], shop.NOW_MS)
    client = create_app(tmp_path).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    told = read(client, "/connections").text
    assert "assay:acme:collector" in told
    assert "assay:budget:science" not in told
