"""Alerts tell who is told of what, and what became of each message; silences and tests begin there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes.markup import Markup
from fakes.posting import sent

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def told(client: FlaskClient, query: str = "") -> Any:  # noqa: ANN401 - JSON
    """The JSON twin's answer."""
    return client.get(f"/api/v1/alerts?{query}").get_json()


def test_a_channel_that_cannot_be_used_says_why(full: FlaskClient) -> None:
    """The others work; no test can be sent through it."""
    channels = {one["name"]: one for one in told(full)["channels"]}
    assert (channels["team"]["problem"], channels["team"]["kind"]) == ("", "file")
    assert "webhook" in channels["broken"]["problem"]
    page = Markup(full.get("/alerts").text)
    tests = [
        attrs["value"] for tag, attrs in page.elements if tag == "button" and attrs.get("name") == "channel"
    ]
    assert tests == ["team", "team"]  # a test, and to try again what was given up


def test_routes_are_told_in_their_order(full: FlaskClient) -> None:
    """The last is what holds where none fits."""
    routes = [(way["fits"], way["channels"]) for way in told(full)["routes"]]
    assert routes == [("severity=error", ["team"]), ("", ["team"])]


@pytest.mark.parametrize(
    "query", ["state=dead", "channel=team", "channel=team&state=waiting", "state=sent", "channel=no"]
)
def test_the_log_is_narrowed_by_state_and_channel(full: FlaskClient, query: str) -> None:
    """Every message that is left has what was asked for, and the counts are of all."""
    figures = told(full, query)
    asked = dict(part.split("=") for part in query.split("&"))
    assert all(row[name] == value for row in figures["log"] for name, value in asked.items())
    assert figures["total"] >= len(figures["log"])
    assert sum(figures["counts"].values()) == told(full)["total"]


def test_a_silence_is_added_and_ended(acting: FlaskClient) -> None:
    """With its patterns, how long, by whom and why."""
    sent(
        acting,
        "/alerts/silences",
        {"asset": "*.staging.*", "cause": "volume", "hours": "4", "reason": "moving"},
    )
    found = next(one for one in told(acting)["silences"] if one["reason"] == "moving")
    assert found["matcher"] == {"asset": "*.staging.*", "cause": "volume"}
    assert found["until_ms"] - found["created_ms"] == 4 * 3_600_000
    assert found["author"]
    sent(acting, f"/alerts/silences/{found['id']}/end", {})
    assert found["id"] not in [one["id"] for one in told(acting)["silences"]]
    assert "that holds" in sent(acting, f"/alerts/silences/{found['id']}/end", {}, 404).text


@pytest.mark.parametrize(("said", "words"), [
    ({"hours": "4"}, "Say what is to be silent."),
    ({"asset": "*", "hours": "5"}, "not offered"),
    ({"asset": "*"}, "not offered"),
    ({"asset": "x" * 301, "hours": "4"}, "Make it shorter."),
])  # fmt: skip
def test_a_silence_that_cannot_be_is_told(acting: FlaskClient, said: dict[str, str], words: str) -> None:
    """Nobody silences everything by leaving a form empty."""
    before = told(acting)["silences"]
    page = Markup(sent(acting, "/alerts/silences", {**said, "reason": "moving"}, 422).text)
    assert words in page.text
    fields = {attrs["name"]: attrs for tag, attrs in page.elements if tag == "input" and "name" in attrs}
    assert (fields["asset"]["value"], fields["reason"]["value"]) == (said.get("asset", ""), "moving")
    assert told(acting)["silences"] == before
    sent(acting, "/alerts/silences", {"everything": "on", "hours": "1"})
    assert told(acting)["silences"][-1]["matcher"] == {} or {} in [
        one["matcher"] for one in told(acting)["silences"]
    ]


def test_a_test_waits_for_the_worker(acting: FlaskClient) -> None:
    """The page sends nothing itself: the message stands in the log as waiting."""
    answer = sent(acting, "/alerts/test", {"channel": "team"})
    assert answer.headers["Location"] == "/alerts?channel=team&done=test&n=1"
    newest = told(acting)["log"][0]
    assert (newest["transition"], newest["channel"], newest["state"]) == ("test", "team", "waiting")
    assert "There is no channel" in sent(acting, "/alerts/test", {"channel": "no"}, 422).text


def test_what_was_given_up_is_tried_again(acting: FlaskClient) -> None:
    """It waits for the worker."""
    assert told(acting)["counts"]["dead"] == 1
    sent(acting, "/alerts/retry", {"channel": "team"})
    assert told(acting)["counts"]["dead"] == 0


def test_a_channel_is_known_as_soon_as_it_is_written(acting: FlaskClient) -> None:
    """As it is to the worker; a file that cannot be read changes nothing."""
    file = Path(acting.application.extensions["assay.settings"].settings.folder) / "assay.toml"
    file.write_text(file.read_text() + '[channels.night]\nkind = "file"\npath = "night.jsonl"\n')
    os.utime(file, ns=(1, 1))
    assert "night" in [one["name"] for one in told(acting)["channels"]]
    assert "settings cannot be read" not in acting.get("/alerts").text
    file.write_text("no = toml = at all")
    assert "night" in [one["name"] for one in told(acting)["channels"]]
    for path, status in (("/", 200), ("/checks", 200), ("/no/such/page", 404)):
        answer = acting.get(path)
        assert (answer.status_code, "The settings cannot be read" in answer.text) == (status, True)
