"""A backfill is priced on a page before it runs; the quote keeps its address and later says what it came to."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from fakes import shop
from fakes.markup import Markup
from fakes.posting import sent

from web.quote_figures import command_of

if TYPE_CHECKING:
    from typing import Any

    from flask.testing import FlaskClient

TABLE = str(shop.key("table_0", "schema_0"))
ASKED = {"asset": TABLE, "first": "2026-05-01", "last": "2026-05-10", "partitions": "", "warehouse": ""}


def told(client: FlaskClient, path: str) -> Any:  # noqa: ANN401 - JSON
    """The twin's answer."""
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200
    return answer.get_json()


def text(client: FlaskClient, path: str) -> str:
    """The page as a person reads it."""
    answer = client.get(path)
    assert answer.status_code == 200
    return Markup(answer.text).text


def test_a_form_leads_to_a_kept_quote(deciding: FlaskClient) -> None:
    """Its page tells the price, and its address stays."""
    answer = sent(deciding, "/backfill", {**ASKED, "limit": "5", "concurrency": "2"})
    address = answer.headers["Location"]
    page = text(deciding, address)
    assert "2026-05-01..2026-05-10" in page
    assert "It may run" in page
    figures = told(deciding, address.replace("/backfill/", "/quotes/"))
    assert figures["request"]["limit_nano"] == 5 * shop.CREDIT
    assert figures["request"]["concurrency"] == 2
    kept = told(deciding, f"/backfill/quotes/{figures['row']['id']}")
    assert kept["attributed"]["nano"]["p50"] == figures["row"]["p50_nano"]
    assert figures["row"]["id"] in [one["id"] for one in told(deciding, "/quotes")["past"]]


def test_a_page_prices_as_the_api_does(deciding: FlaskClient) -> None:
    """The same question has the same price."""
    address = sent(deciding, "/backfill", {**ASKED, "downstream": "yes"}).headers["Location"]
    figures = told(deciding, address.replace("/backfill/", "/quotes/"))
    asked = {"asset": TABLE, "partitions": "2026-05-01..2026-05-10", "downstream": "true"}
    answer = deciding.get("/api/v1/backfill/quote", query_string=asked).get_json()
    assert answer["attributed"]["nano"]["p50"] == figures["row"]["p50_nano"]
    assert answer["attributed"]["nano"]["p90"] == figures["row"]["p90_nano"]
    assert len(figures["steps"]) == len(answer["lines"]) > 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"asset": ""}, "does not say which asset"),
        ({"first": "", "last": ""}, "does not say which partitions"),
        ({"asset": "nowhere"}, "nowhere"),
        ({"partitions": "moon..sun..x"}, "partitions cannot be read"),
        ({"limit": "much"}, "limit"),
        ({"concurrency": "-1"}, "concurrency"),
        ({"warehouse": shop.HOSTILE[0]}, "Nothing is known of a warehouse"),
    ],
)
def test_a_form_with_a_mistake_comes_back_as_it_was(
    deciding: FlaskClient, changed: dict[str, str], said: str
) -> None:
    """With what is wrong, and nothing is kept."""
    before = told(deciding, "/quotes")["past"]
    answer = sent(deciding, "/backfill", {**ASKED, **changed}, 422)
    page = Markup(answer.text)
    assert said in page.text
    values = [attrs.get("value") for tag, attrs in page.elements if tag == "input"]
    assert all(value in values for value in {**ASKED, **changed}.values() if value)
    assert told(deciding, "/quotes")["past"] == before


def test_a_quote_that_is_refused_says_why(decisions: FlaskClient) -> None:
    """The limit, drawn and in words."""
    refused = next(one for one in told(decisions, "/quotes")["past"] if not one["allowed"])
    page = text(decisions, f"/backfill/{refused['id']}")
    assert "It is not allowed" in page
    assert "over the limit" in page
    assert "The line is the limit" in page


def test_a_quote_that_ran_says_what_it_came_to(decisions: FlaskClient) -> None:
    """Beside the quote, and in the list."""
    ran = next(one for one in told(decisions, "/quotes")["past"] if one["realised"])
    assert ran["inside"] is True
    assert ran["realised"] == ran["p50"]
    page = text(decisions, f"/backfill/{ran['id']}")
    assert "It ran, and came to" in page
    assert "inside the range" in page
    assert "inside" in text(decisions, "/backfill")


def test_the_coverage_is_published(decisions: FlaskClient) -> None:
    """Of all builds that were tried, and of the quotes that ran."""
    figures = told(decisions, "/quotes")["coverage"]
    assert (figures["builds"], figures["inside"]) == (50 * len(shop.keys()), 40 * len(shop.keys()))
    assert (figures["quotes"], figures["quotes_inside"]) == (1, 1)
    page = text(decisions, "/backfill")
    assert "80.0 %" in page
    assert "1 of 1 quotes whose backfill ran" in page


def test_a_quote_tells_all_it_is_made_of(decisions: FlaskClient) -> None:
    """Downstream assets, drivers, assumptions, budgets with their pages, past builds and the way to ask again."""
    ran = next(one for one in told(decisions, "/quotes")["past"] if one["realised"])
    answer = decisions.get(f"/backfill/{ran['id']}")
    page = Markup(answer.text)
    for head in (
        "What is built",
        "What it hangs on",
        "What it takes for granted",
        "What it does to budgets",
        "Past builds of it",
    ):
        assert head in page.text
    assert f"assay backfill quote {TABLE} --partitions 2026-05-01..2026-05-10 --downstream" in page.text
    assert f"/backfill/{ran['id']}Copy" in page.text
    again = next(link for link in page.links if link.startswith("/backfill?asset="))
    values = [
        attrs.get("value") for tag, attrs in Markup(decisions.get(again).text).elements if tag == "input"
    ]
    assert {TABLE, "2026-05-01..2026-05-10"} <= set(values)


def test_the_command_line_asks_the_same() -> None:
    """Every option, quoted for a shell, and known to the program."""
    command = command_of(
        {
            "asset": "snowflake:acme:a.b.it's", "partitions": "de,fr", "downstream": True, "warehouse": "A WH",
            "concurrency": 3, "starts_at": "2026-05-11T04:30:00+02:00", "limit_nano": 12_500_000_000,
        }
    )  # fmt: skip
    assert shlex.split(command)[3:] == [
        "snowflake:acme:a.b.it's", "--partitions", "de,fr", "--downstream", "--warehouse", "A WH", "--concurrency",
        "3", "--at", "2026-05-11T02:30", "--limit", "12.5",
    ]  # fmt: skip


def test_a_quote_that_is_not_there_is_told_so(decisions: FlaskClient) -> None:
    """By its address."""
    assert decisions.get("/backfill/0123456789ab").status_code == 404
    assert decisions.get("/api/v1/quotes/0123456789ab").status_code == 404


def test_before_any_build_the_next_step_is_told(empty: FlaskClient) -> None:
    """What a price is learned from."""
    page = text(empty, "/backfill")
    assert "No build is known yet" in page
    assert "None yet." in page
    assert "No build could be tried" in page
