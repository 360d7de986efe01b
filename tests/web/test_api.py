"""The JSON twin of a page tells the page's own figures, as integers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup
from flask import g

from web.format import Amount, amount, count

if TYPE_CHECKING:
    from typing import Any

    from flask.testing import FlaskClient

ONE = shop.key("table_4", "schema_1")
TABLE = f"/assets/{quote(str(ONE))}"
ASSETS = len(shop.keys())
BUSY = sum(shop.CREDIT + i for i in range(ASSETS))
A_DAY = BUSY + ASSETS * shop.CREDIT // 2 + shop.CREDIT


def told(client: FlaskClient, path: str) -> Any:  # noqa: ANN401 - JSON
    """The twin's answer."""
    answer = client.get(f"/api/v1{path}")
    assert answer.mimetype == "application/json"
    return answer.get_json()


def written(client: FlaskClient, figure: dict[str, Any], *, unit: str = "") -> str:
    """A figure of the API as a page writes it."""
    with client.application.test_request_context():
        g.credits_only = bool(unit)
        return " ".join(
            amount(Amount(figure["nano_credits"], figure["micro_currency"], figure["currency"])).split()
        )


def read(client: FlaskClient, path: str) -> str:
    """The page as text."""
    return Markup(client.get(path).text).text


def test_the_bill_is_what_was_put_in(full: FlaskClient) -> None:
    """30 days of the company, to the nano-credit, however it is told."""
    for path in (
        "/overview",
        "/costs",
        "/costs?by=asset",
        "/costs?by=day",
        "/costs?by=service",
        "/costs?by=tag",
    ):
        figures = told(full, path)
        assert figures["spent"]["nano_credits"] == 30 * A_DAY
        assert figures["idle"]["nano_credits"] == 30 * ASSETS * shop.CREDIT // 2
        assert figures["unattributed"]["nano_credits"] == 30 * shop.CREDIT


@pytest.mark.parametrize("by", ["warehouse", "asset", "user", "tag", "service", "day"])
def test_the_rows_of_every_grouping_add_up_to_the_bill(full: FlaskClient, by: str) -> None:
    """Nothing is left out of any list, and nothing counted twice."""
    figures = told(full, f"/costs?by={by}&days=7")
    assert (
        sum(row["spent"]["nano_credits"] for row in figures["rows"])
        == figures["spent"]["nano_credits"]
        == 7 * A_DAY
    )
    assert figures["others"] is None


@pytest.mark.parametrize("unit", ["", "credits"])
@pytest.mark.parametrize("path", ["/", "/costs", "/costs?by=asset"])
def test_a_page_writes_the_figures_of_its_twin(full: FlaskClient, path: str, unit: str) -> None:
    """Spent, idle and unattributed, and every row of the table."""
    address = f"{path}{'&' if '?' in path else '?'}unit={unit}"
    figures = told(full, address.replace("/?", "/overview?", 1) if path == "/" else address)
    text = read(full, address)
    for figure in ("spent", "idle", "unattributed"):
        assert written(full, figures[figure], unit=unit) in text
    for row in figures.get("rows", figures.get("idle_by_warehouse")):
        assert written(full, row["spent"], unit=unit) in text


def test_a_list_of_assets_has_the_lines_of_its_twin(full: FlaskClient) -> None:
    """Names, costs, reads and counts."""
    figures, text = told(full, "/assets?sort=name"), read(full, "/assets?sort=name")
    assert figures["total"] == len(figures["lines"]) == ASSETS
    for line in figures["lines"]:
        assert written(full, line) in text
        assert count(line["reads"]) in text
    assert {line["key"] for line in figures["lines"]} == set(map(str, shop.keys()))


def test_an_asset_has_the_figures_of_its_twin(full: FlaskClient) -> None:
    """Cost, reads, rows, runs and neighbours."""
    figures, text = told(full, TABLE), read(full, TABLE)
    assert figures["asset"]["key"] == str(ONE)
    assert figures["spent"]["nano_credits"] == 30 * (shop.CREDIT + 4 + shop.CREDIT // 2)
    assert written(full, figures["spent"]) in text
    assert figures["row_count"][1] == 4000
    assert figures["reads"] == 9
    assert len(figures["runs"]) == 5
    assert {one["name"] for one in figures["neighbours"]["upstream"]} == {"table_0", "table_3"}
    assert figures["spend"]["labels"][-1] == "31 May"


def test_connections_have_the_streams_of_their_twin(full: FlaskClient) -> None:
    """The worst stream first, and the connection as bad as its worst."""
    (connection,) = told(full, "/connections")
    assert (connection["name"], connection["status"]) == ("acme", "failed")
    assert [stream["status"] for stream in connection["streams"]] == ["failed", "failed", "degraded", "ok"]


def test_an_empty_store_has_empty_figures(empty: FlaskClient) -> None:
    """Zeros and empty lists, no error."""
    assert told(empty, "/overview")["spent"] == {"nano_credits": 0, "micro_currency": None, "currency": ""}
    assert told(empty, "/assets")["lines"] == []
    assert told(empty, "/costs")["rows"] == []
    assert told(empty, "/connections") == []


def test_long_costs_are_cut_and_the_rest_told_in_one_row(full_of_assets: FlaskClient) -> None:
    """The page lists the hundred dearest and nobody's; the others stand together, and the CSV has all."""
    page = Markup(full_of_assets.get("/costs?by=asset&days=2").text)
    assert "all others" in page.text
    assert sum(1 for tag, attrs in page.elements if tag == "a" and attrs.get("class") == "asset") == 100
    assert len(full_of_assets.get("/costs.csv?by=asset&days=2").text.splitlines()) == 1 + 131 + 1
