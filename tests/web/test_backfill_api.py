"""Orchestrators ask in JSON whether a backfill may run; browsers of other sites may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.built import filled

from web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ADDRESS = "/api/v1/backfill/quote"
QUESTION = {"asset": "shop.marts.orders", "partitions": "2026-09-01..2026-09-07"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The dashboard of a folder whose assets were built for forty days."""
    folder = tmp_path_factory.mktemp("backfill") / "assay"
    filled(folder).store.close()
    found = create_app(folder).test_client()
    found.environ_base["HTTP_HOST"] = "127.0.0.1"
    return found


def test_a_question_is_answered_and_kept(client: FlaskClient) -> None:
    """With allowed and reasons first; the id finds it again."""
    answer = client.post(
        ADDRESS, json=QUESTION | {"downstream": True, "concurrency": 2, "starts_at": "2026-10-11T02:00"}
    )

    assert answer.status_code == 200
    assert (answer.json["allowed"], answer.json["reasons"]) == (True, [])
    assert answer.json["starts_at"] == "2026-10-11T02:00:00+00:00"
    kept = client.get(f"/api/v1/backfill/quotes/{answer.json['id']}").json
    assert kept["attributed"] == answer.json["attributed"]
    assert kept["id"] in [each["id"] for each in client.get("/api/v1/backfill/quotes").json]


def test_a_limit_is_answered_not_failed(client: FlaskClient) -> None:
    """Over the limit is an answer: 200, not allowed, and why."""
    answer = client.post(ADDRESS, json=QUESTION | {"limit": "0.001"})

    assert (answer.status_code, answer.json["allowed"]) == (200, False)
    assert "over the limit" in answer.json["reasons"][0]


def test_a_get_keeps_nothing(client: FlaskClient) -> None:
    """The same answer without an id."""
    before = len(client.get("/api/v1/backfill/quotes").json)
    answer = client.get(ADDRESS, query_string=QUESTION | {"limit": "100"})

    assert (answer.json["allowed"], answer.json["id"]) == (True, "")
    assert len(client.get("/api/v1/backfill/quotes").json) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {}, [], "text", {"asset": "orders"}, QUESTION | {"asset": "nothing"}, QUESTION | {"partitions": "b..a"},
        QUESTION | {"limit": "much"}, QUESTION | {"limit": float("nan")}, QUESTION | {"limit": -1},
        QUESTION | {"concurrency": 10**9}, QUESTION | {"more": 1}, QUESTION | {"warehouse": "NOPE"},
        QUESTION | {"asset": "\0"}, QUESTION | {"starts_at": "soon"}, QUESTION | {"partitions": ",,"},
        QUESTION | {"partitions": "9999-12-31"}, QUESTION | {"partitions": "\0"},
        QUESTION | {"starts_at": "9999-12-31T23:59"}, QUESTION | {"starts_at": "0001-01-01T00:00+14:00"},
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_used_is_told_why(client: FlaskClient, wrong: object) -> None:
    """400 with what is wrong and the next step, never a fault of ours."""
    answer = client.post(ADDRESS, json=wrong)

    assert answer.status_code == 400
    assert answer.json["detail"]


def test_brackets_without_end_are_no_question(client: FlaskClient) -> None:
    """They are refused as any other text that is no JSON object."""
    answer = client.post(ADDRESS, data="[" * 100_000, content_type="application/json")

    assert (answer.status_code, answer.json["title"]) == (400, "The question is no JSON object.")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"},
     {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"}],
)  # fmt: skip
def test_a_page_of_another_site_may_not_ask(client: FlaskClient, headers: dict[str, str]) -> None:
    """Its browser says where it comes from."""
    assert client.post(ADDRESS, json=QUESTION, headers=headers).status_code == 403


def test_what_a_form_can_send_is_no_question(client: FlaskClient) -> None:
    """A browser sends these to any site without asking first."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert client.post(ADDRESS, data='{"asset": "orders"}', content_type=kind).status_code == 403


def test_coverage_has_a_twin(client: FlaskClient) -> None:
    """Before the first cycle nothing is judged, and a quote that is not there is told so."""
    assert client.get("/api/v1/backfill/coverage").json["share"] is None
    assert client.get("/api/v1/backfill/quotes/zz").status_code == 404
