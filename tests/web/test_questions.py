"""Whatever stands in the address, the answer is the page or a sentence with the next step; never a fault of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from fakes import shop
from fakes.markup import Markup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.store.search import FACETS, SORTS
from web.ask import LONGEST_DAYS
from web.pages.base import ASKED
from web.pages.costs import GROUPS

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TABLE = f"/assets/{quote(str(shop.key('table_4', 'schema_1')))}"
PAGES = ("/", "/assets", "/costs", "/costs.csv", "/connections", TABLE)
TWINS = tuple(f"/api/v1{path}" for path in ("/overview", "/assets", "/costs", TABLE))

REFUSED = (
    "/?days=0", "/?days=-7", "/?days=401", "/?days=seven", "/?days=3.5", "/?days=%2B7", "/?days=٣", "/?days=1e9",
    "/?days=99999999999999999999", "/?from=yesterday", "/?from=2026-02-30", "/?to=31.12.2026", "/?from=%00",
    "/?from=2026-05-10&to=2026-05-01", "/?from=2020-01-01", "/?to=0001-01-01", "/?from=0001-01-01&to=0001-01-02",
    "/?from=99999-01-01", "/assets?page=0", "/assets?page=-1", "/assets?page=two", "/assets?page=99",
    "/assets?page=99999999", "/assets?sort=beauty", "/assets?sort=", "/assets?sort=--cost", "/assets?q=a%00b",
    "/assets?tag=%00", "/?unit=gold", "/costs?by=", "/costs?by=moon", "/costs?by=%00", "/costs.csv?by=moon",
    f"{TABLE}?hops=0", f"{TABLE}?hops=4", f"{TABLE}?hops=x", "/assets?" + "kind=x&" * 101,
)  # fmt: skip


@pytest.mark.parametrize("address", REFUSED, ids=lambda address: address[:40])
def test_an_impossible_question_is_refused_with_the_next_step(full: FlaskClient, address: str) -> None:
    """400, in words, with an arrow to what would work; also where the store is empty."""
    answer = full.get(address)
    assert answer.status_code == 400, answer.text
    assert "→" in Markup(answer.text).text


@pytest.mark.parametrize("address", [
    "/?days=1", "/?unit=money", "/?days=400", "/?days=", "/?from=2026-05-01&to=2026-05-31",
    "/?from=2026-W20-1&to=2026-05-31", "/?to=2019-01-01", "/?from=2026-05-01", "/assets?kind=moon",
    "/assets?q=%25_%5C%27", "/assets?page=1", f"/assets?q={'a+' * 100}", "/costs?days=1&by=day",
    f"{TABLE}?hops=3", "/?to=9999-12-31",
])  # fmt: skip
def test_a_possible_question_is_answered(full: FlaskClient, address: str) -> None:
    """Odd, but it means something."""
    assert full.get(address).status_code == 200


@pytest.mark.parametrize(
    "name", ["_external", "_scheme", "_anchor", "_method", "endpoint", "key", "values", "self", "app"]
)
@pytest.mark.parametrize("path", PAGES)
def test_a_name_we_do_not_know_changes_nothing(full: FlaskClient, path: str, name: str) -> None:
    """Words that building a link knows itself neither break a page nor get into its links."""
    answer = full.get(f"{path}?{name}=javascript&days=30")
    assert answer.status_code == 200
    assert "javascript:" not in "".join(Markup(answer.text).links).replace(
        quote(shop.HOSTILE[9], safe=":"), ""
    )


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
_VALUES = st.one_of(
    _TEXT,
    st.integers().map(str),
    st.dates().map(str),
    st.sampled_from([*GROUPS, *SORTS, *(f"-{sort}" for sort in SORTS), "credits", *shop.HOSTILE[:10], "\0"]),
)
_NAMES = st.one_of(st.sampled_from([*ASKED, *FACETS]), _TEXT)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*PAGES, *TWINS]), st.lists(st.tuples(_NAMES, _VALUES), max_size=4))
def test_no_question_is_a_fault_of_ours(full: FlaskClient, path: str, query: list[tuple[str, str]]) -> None:
    """Any query string: the page, or a 400."""
    answer = full.get(f"{path}?{urlencode(query)}")
    assert answer.status_code in {200, 400}, answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40).map(quote))
def test_no_address_is_a_fault_of_ours(full: FlaskClient, raw: str) -> None:
    """Any bytes as a path or a query, UTF-8 or not."""
    for address in (f"/x{raw}", f"/assets/{raw}", f"/api/v1/assets/{raw}", f"/assets?q={raw}", f"/?{raw}"):
        assert full.get(address, buffered=True).status_code in {200, 400, 404}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(), st.dates())
def test_a_period_is_shown_or_refused(full: FlaskClient, first: object, last: object) -> None:
    """Any two days: a page of whole days, or a sentence why not."""
    answer = full.get(f"/api/v1/costs?by=day&from={first}&to={last}")
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert 1 <= len(answer.get_json()["spend"]["labels"]) <= LONGEST_DAYS


def test_the_period_ends_with_the_newest_day_that_cost_something(full: FlaskClient) -> None:
    """An export of last month is seen at once."""
    text = Markup(full.get("/costs").text).text
    assert "02 May – 31 May 2026" in text
    assert re.search("30 days", text)
