"""Incidents are found, judged and acted on where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup
from fakes.posting import sent
from flask import url_for

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def told(client: FlaskClient, path: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON twin's answer."""
    return client.get(f"/api/v1{path}").get_json()


def ids(client: FlaskClient, query: str = "") -> list[int]:
    """The incidents of a list, in its order."""
    return [line["row"]["id"] for line in told(client, f"/incidents?within=yes&{query}")["lines"]]


def number_of(client: FlaskClient, asset: str) -> int:
    """The incident of an asset."""
    lines = told(client, "/incidents?state=open&state=acknowledged")["lines"]
    return int(next(line["row"]["id"] for line in lines if line["asset"] == asset))


ONE = str(shop.key("table_1", "schema_1"))


def test_what_matters_most_stands_first(full: FlaskClient) -> None:
    """Open before acknowledged, high impact before low, errors before warnings."""
    rows = [line["row"] for line in told(full, "/incidents?within=yes")["lines"]]
    order = {"open": 0, "acknowledged": 1, "high": 0, "medium": 1, "low": 2, "error": 0, "warn": 1}
    ranks = [tuple(order[row[name]] for name in ("state", "impact", "severity")) for row in rows]
    assert ranks == sorted(ranks)
    assert {row["state"] for row in rows} == {"open", "acknowledged"}


@pytest.mark.parametrize(("query", "name", "value"), [
    ("severity=warn", "severity", "warn"), ("cause=check", "cause", "check"),
    ("state=acknowledged", "state", "acknowledged"),
    (f"owner={quote(shop.HOSTILE[1])}", "owner", shop.HOSTILE[1]),
])  # fmt: skip
def test_a_facet_narrows_the_list(full: FlaskClient, query: str, name: str, value: str) -> None:
    """Only incidents of that value are left, and the page says which facet was chosen."""
    rows = [line["row"] for line in told(full, f"/incidents?{query}")["lines"]]
    assert rows
    assert {row[name] for row in rows} == {value}
    assert f"{name}: {value}" in Markup(full.get(f"/incidents?{query}").text).text


def test_what_has_its_origin_in_another_stands_behind_it(full: FlaskClient) -> None:
    """Until somebody asks for it, or for anything else."""
    roots, everything = told(full, "/incidents"), told(full, "/incidents?within=yes")
    assert {line["row"]["root_id"] for line in roots["lines"]} == {None}
    assert roots["within"] == everything["total"] - roots["total"] > 0
    assert f"{roots['within']} more" in Markup(full.get("/incidents").text).text
    assert told(full, "/incidents?q=snowflake")["total"] == everything["total"]


@pytest.mark.parametrize("name", ["since", "severity", "impact", "owner", "asset"])
def test_a_list_is_sorted_both_ways(full: FlaskClient, name: str) -> None:
    """Each order is told in the head of its column."""
    assert sorted(ids(full, f"sort={name}")) == sorted(ids(full, f"sort=-{name}")) == sorted(ids(full))
    assert 'aria-sort="descending"' in full.get(f"/incidents?sort=-{name}").text
    assert 'aria-sort="ascending"' in full.get(f"/incidents?sort={name}").text


def test_an_incident_tells_its_series_with_the_range_and_the_breach(full: FlaskClient) -> None:
    """Three results of the check, the last of them out of the range; measured figures before them."""
    chart = told(full, f"/incidents/{number_of(full, ONE)}")["chart"]
    series = {one["name"]: one["values"] for one in chart["series"]}
    assert list(series) == ["Observed", "Expected", "Low", "High"]
    assert [values[-3:] for values in series.values()] == [
        [1001, 1001, 401],
        [1000] * 3,
        [900] * 3,
        [1100] * 3,
    ]
    assert chart["bad"] == [len(chart["labels"]) - 1]
    assert chart["unit"] == "rows"


def test_an_incident_tells_who_is_hit(full: FlaskClient) -> None:
    """Everything downstream by lineage, with its readers and what it costs."""
    blast = told(full, f"/incidents/{number_of(full, ONE)}")["blast"]
    assert blast["total"] == len(blast["lines"]) == 8  # as deep as lineage is followed
    assert blast["spent"]["nano_credits"] > 0
    assert blast["reads"] == sum(line["reads"] for line in blast["lines"])
    assert [line["reads"] for line in blast["lines"]] == sorted(
        (x["reads"] for x in blast["lines"]), reverse=True
    )


@pytest.mark.parametrize(("said", "state", "transition"), [
    ({"deed": "acknowledge", "text": "seen"}, "acknowledged", "acknowledged"),
    ({"deed": "resolve"}, "resolved", "resolved"),
    ({"deed": "snooze", "hours": "24"}, "open", "snoozed"),
    ({"deed": "comment", "text": "the loader"}, "open", "commented"),
    ({"deed": "expected_once"}, "resolved", "judged"),
    ({"deed": "new_normal"}, "resolved", "judged"),
    ({"deed": "really_wrong"}, "open", "judged"),
])  # fmt: skip
def test_an_act_stands_in_the_timeline(
    acting: FlaskClient, said: dict[str, str], state: str, transition: str
) -> None:
    """What was done, by whom, in whose words."""
    number = ids(acting, "state=open")[5]
    sent(acting, f"/incidents/{number}", said)
    page = told(acting, f"/incidents/{number}")
    assert page["line"]["row"]["state"] == state
    event = next(event for event in page["timeline"] if event["transition"] == transition)
    assert said.get("text", "") in event["text"]
    assert event["actor"]


@pytest.mark.parametrize("verb", ["expected_once", "new_normal", "really_wrong"])
def test_a_judgement_can_be_taken_back(acting: FlaskClient, verb: str) -> None:
    """The note holds no longer, and the incident it resolved stands again."""
    number = ids(acting, "state=open")[5]
    sent(acting, f"/incidents/{number}", {"deed": verb})
    (note,) = told(acting, f"/incidents/{number}")["notes"]
    assert (note["note"]["verb"], note["undone_ms"]) == (verb, None)
    sent(acting, f"/incidents/{number + 1}/notes/{note['id']}/undo", {}, status=400)
    answer = sent(acting, f"/incidents/{number}/notes/{note['id']}/undo", {})
    assert "The judgement was taken back." in acting.get(answer.headers["Location"]).text
    page = told(acting, f"/incidents/{number}")
    assert page["notes"][0]["undone_ms"]
    assert page["line"]["row"]["state"] == "open"


def test_many_are_acted_on_at_once(acting: FlaskClient) -> None:
    """All that were chosen, and the list is read again as it was narrowed."""
    chosen = ids(acting, "state=open")[:3]
    answer = sent(
        acting,
        "/incidents?severity=warn&severity=error",
        {"deed": "acknowledge", "id": list(map(str, chosen))},
    )
    assert answer.headers["Location"] == "/incidents?severity=warn&severity=error&done=acknowledge&n=3"
    assert {told(acting, f"/incidents/{number}")["line"]["row"]["state"] for number in chosen} == {
        "acknowledged"
    }


def test_of_many_those_that_cannot_be_are_left(acting: FlaskClient) -> None:
    """One that is resolved already takes nothing from the others."""
    first, second = ids(acting, "state=open")[:2]
    sent(acting, f"/incidents/{first}", {"deed": "resolve"})
    answer = sent(acting, "/incidents", {"deed": "acknowledge", "id": [str(first), str(second)]})
    assert answer.headers["Location"].endswith("n=1")


@pytest.mark.parametrize(("path", "said", "words"), [
    ("/incidents/1", {"deed": "delete"}, "Choose one of acknowledge"),
    ("/incidents/1", {}, "Choose one of acknowledge"),
    ("/incidents/1", {"deed": "snooze"}, "not offered"),
    ("/incidents/1", {"deed": "snooze", "hours": "999"}, "not offered"),
    ("/incidents/1", {"deed": "comment"}, "A comment has words."),
    ("/incidents/1", {"deed": "comment", "text": "x" * 2001}, "Make it shorter."),
    ("/incidents/1", {"deed": "comment", "text": "a\0b"}, "NUL"),
    ("/incidents/999", {"deed": "resolve"}, "There is no incident 999."),
    ("/incidents", {"deed": "resolve"}, "Choose lines of the list"),
    ("/incidents", {"deed": "resolve", "id": ["1", "x"]}, "Choose lines of the list"),
    ("/incidents/1/notes/999/undo", {}, "There is no note 999."),
])  # fmt: skip
def test_what_cannot_be_done_is_told(
    acting: FlaskClient, path: str, said: dict[str, Any], words: str
) -> None:
    """400 with what, why and the next step; nothing is changed."""
    before = told(acting, "/incidents/1")
    answer = sent(acting, path, said, status=400)
    assert words in Markup(answer.text).text
    assert told(acting, "/incidents/1") == before


def test_lists_and_the_overview_mark_assets_in_trouble(full: FlaskClient) -> None:
    """A badge in the list of assets, the gravest on the overview, the number in the head of every page."""
    page = full.get("/assets?q=schema_1")
    assert "1 open" in Markup(page.text).text
    with full.application.test_request_context():
        own = url_for("incident.page", incident_id=number_of(full, ONE))
    assert own in Markup(page.text).links
    text = Markup(full.get("/").text).text
    assert "Open incidents" in text
    assert "All 12 incidents" in text
    assert "Incidents12 open" in Markup(full.get("/costs").text).text


def test_the_page_of_an_asset_tells_its_soundness(full: FlaskClient) -> None:
    """Its check and what it said, its incident, and how its columns differ from those accepted."""
    text = Markup(full.get(f"/assets/{quote(str(shop.key('table_1', 'schema_1')))}").text).text
    assert "1 check, 1 open incident" in text
    assert "It said" in text
    text = Markup(full.get(f"/assets/{quote(str(shop.key('table_4', 'schema_1')))}").text).text
    assert "Other than the schema that was accepted last" in text
    assert f"− {shop.HOSTILE[1]}" in text
