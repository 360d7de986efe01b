"""What can go is told with what it costs, why, in which order, and what holds it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import decided, shop
from fakes.markup import Markup

if TYPE_CHECKING:
    from typing import Any

    from flask.testing import FlaskClient

NUMBERS = range(len(shop.keys()))
DEAD = [number for number in NUMBERS if decided.set_of(number)]


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


def test_what_is_dead_adds_up(decisions: FlaskClient) -> None:
    """The reclaimable sum is that of the verdicts, and of the sets; what is held back is not in the second sum."""
    figures = told(decisions, "/unused")
    assert figures["total"] == figures["dead"]["assets"] == len(DEAD)
    assert figures["dead"]["nano_per_month"] == sum(DEAD) * shop.CREDIT
    assert figures["dead"]["micro_per_month"] == sum(DEAD) * shop.PRICE
    held = [number for number in DEAD if number % 5 == 1 and number % 2]
    assert figures["proposable"]["nano_per_month"] == (sum(DEAD) - sum(held)) * shop.CREDIT
    assert sum(one["nano_per_month"] for one in figures["sets"].values()) == sum(DEAD) * shop.CREDIT
    assert f"${3 * sum(DEAD):,}.00" in text(decisions, "/unused")


def test_sets_stand_together_the_dearest_first_leaves_first(decisions: FlaskClient) -> None:
    """Each set in the order it can go; a page of one verdict keeps to it."""
    lines = told(decisions, "/unused")["lines"]
    order = [(line["row"]["set_id"], line["row"]["place"]) for line in lines]
    sets = list(dict.fromkeys(set_id for set_id, _ in order))
    assert [place for _, place in order] == [1, 2] * (len(DEAD) // 2) + [2] * (len(DEAD) % 2)
    assert sets == sorted(sets, reverse=True)
    unused = told(decisions, "/unused?verdict=unused")
    assert {line["row"]["verdict"] for line in unused["lines"]} == {"unused"}
    assert unused["facets"]["verdict"]["dead_end"] == len([number for number in DEAD if number % 5 == 0])


@pytest.mark.parametrize(
    ("asked", "of"),
    [("sort=-cost", "nano"), ("sort=cost", "nano"), ("sort=last_read", "last_read"), ("sort=name", "name")],
)
def test_the_list_is_sorted_as_asked(decisions: FlaskClient, asked: str, of: str) -> None:
    """By cost, last read and name, both ways."""
    lines = told(decisions, f"/unused?{asked}")["lines"]
    values = {
        "nano": [line["row"]["nano_per_month"] for line in lines],
        "last_read": [line["row"]["last_read_ms"] or 0 for line in lines],
        "name": [line["name"] for line in lines],
    }[of]
    assert values == sorted(values, reverse="=-" in asked)


def test_the_list_is_narrowed_by_words_owner_and_schema(decisions: FlaskClient) -> None:
    """Facets count what each would leave under the others; what is chosen can be taken back."""
    some = told(decisions, "/unused?q=table&container=shop.schema_0")
    assert {line["container"] for line in some["lines"]} == {"shop.schema_0"}
    assert some["total"] == some["facets"]["container"]["shop.schema_0"] == len(some["lines"])
    owner = some["lines"][0]["owner"]
    assert all(line["owner"] == owner for line in told(decisions, f"/unused?owner={owner}")["lines"])
    assert decisions.get("/unused?sort=moon").status_code == 400
    assert decisions.get("/unused?page=9").status_code == 400
    assert "Nothing matches" in text(decisions, "/unused?q=nowhere")


def test_each_asset_says_why_and_what_holds_it_back(decisions: FlaskClient) -> None:
    """Reasons, warnings, readers by class and the pull request's state stand in its line."""
    page = text(decisions, "/unused?q=table_0")
    assert "high confidence" in page
    assert "Pipelines 3 · Cannot be read 1" in page
    assert "Nobody said <script>alert(1)</script>" in page
    assert "PR #1 open" in page
    assert "Held back" in text(decisions, "/unused?q=table_1")
    links = Markup(decisions.get("/unused").text).links
    assert "https://github.example/acme/shop/pull/1" in links
    assert all(not link.startswith("javascript") for link in links)


def test_a_dead_set_has_a_page_of_its_own(decisions: FlaskClient) -> None:
    """In order, drawn, with what may be proposed; a set that is no more is told so."""
    figures = told(decisions, f"/unused/sets/{decided.set_of(0)}")
    names = [line["name"] for line in figures["lines"]]
    assert names == ["table_1", "table_0"]
    assert figures["free"] == []
    page = decisions.get(f"/unused/sets/{decided.set_of(0)}").text
    assert page.count('<path d="M') == 1
    assert "PR #1 open" in Markup(page).text
    assert "each says below what holds it back" in Markup(page).text
    assert decisions.get("/unused/sets/none").status_code == 404


def test_a_set_is_free_where_nothing_holds_it_back(decisions: FlaskClient) -> None:
    """The second set has no warning."""
    figures = told(decisions, f"/unused/sets/{decided.set_of(5)}")
    assert figures["free"] == [str(shop.keys()[6]), str(shop.keys()[5])]
    assert figures["sum"]["free"] == figures["sum"]["assets"] == 2


def test_an_asset_says_whether_anyone_needs_it(decisions: FlaskClient) -> None:
    """One line with its reasons, and the way to its set."""
    page = decisions.get(f"/assets/{shop.key('table_0', 'schema_0')}")
    assert "dead end Nobody said" in Markup(page.text).text
    assert f"/unused/sets/{decided.set_of(0)}" in Markup(page.text).links
    used = Markup(decisions.get(f"/assets/{shop.key('table_3', 'schema_0')}").text)
    assert "in use Nobody said" in used.text


def test_before_the_first_cycle_the_next_step_is_told(empty: FlaskClient) -> None:
    """Not that nothing can go: nothing has been judged."""
    assert "Nothing has been judged yet" in text(empty, "/unused")
    assert told(empty, "/unused")["judged_ms"] is None
