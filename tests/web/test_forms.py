"""What changes something comes from a page of ours, or nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.posting import HERE, token_of

from web import forms
from web.forms import LASTS_MS, MOST_BYTES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

FORMS = (
    "/incidents", "/incidents/1", "/incidents/4/notes/1/undo", "/checks/new", "/checks/accept", "/checks/remove",
    "/alerts/silences", "/alerts/silences/1/end", "/alerts/test", "/alerts/retry", "/actions/1", "/backfill",
)  # fmt: skip
FOREIGN = (
    {"Origin": "http://elsewhere.example"},
    {"Origin": "http://127.0.0.1.elsewhere.example"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
    {},
)


def everything(client: FlaskClient) -> str:
    """What the store says of what forms can change."""
    paths = (
        "/incidents?state=open&state=acknowledged&state=resolved",
        "/incidents/1",
        "/checks",
        "/alerts",
        "/findings",
        "/quotes",
    )
    return "".join(client.get(f"/api/v1{path}").text for path in paths)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_is_refused(acting: FlaskClient, path: str) -> None:
    """Whatever site it says it comes from, and with the right token too; nothing is changed."""
    token, before = token_of(acting), everything(acting)
    for headers in FOREIGN:
        said = {
            "token": token,
            "deed": "resolve",
            "id": "1",
            "channel": "team",
            "everything": "on",
            "hours": "4",
        }
        answer = acting.post(path, data=said, headers={"Host": "127.0.0.1", **headers})
        assert answer.status_code == 403
        assert "was not sent by a page of this dashboard" in answer.text
    assert everything(acting) == before


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_our_token_is_refused(acting: FlaskClient, path: str) -> None:
    """None, a made-up one, another process's, one with a later moment, one that is too old."""
    token = token_of(acting)
    made, _, signature = token.partition(".")
    for wrong in (
        "",
        ".",
        "x",
        "1.2",
        f"{made}.{'0' * 64}",
        f"{int(made) + 1}.{signature}",
        f"-1.{signature}",
        "é.é",
    ):
        answer = acting.post(path, data={"token": wrong, "deed": "resolve"}, headers=HERE)
        assert answer.status_code == 403
        assert "load the page anew" in answer.text


def test_a_token_is_one_processs_alone(acting: FlaskClient, full: FlaskClient) -> None:
    """After a restart, pages that are still open are to be loaded anew."""
    answer = acting.post("/incidents/1", data={"token": token_of(full), "deed": "resolve"}, headers=HERE)
    assert answer.status_code == 403


def test_a_token_lasts_a_day(acting: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page left open over the week-end is to be loaded anew."""
    token = token_of(acting)
    moment = int(token.partition(".")[0]) + LASTS_MS
    said = {"token": token, "deed": "acknowledge"}
    monkeypatch.setattr(forms, "now_ms", lambda: moment)
    assert acting.post("/incidents/1", data=said, headers=HERE).status_code == 303
    monkeypatch.setattr(forms, "now_ms", lambda: moment + 1)
    assert acting.post("/incidents/1", data=said, headers=HERE).status_code == 403


@pytest.mark.parametrize("headers", [HERE, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_form_of_ours_is_taken(acting: FlaskClient, headers: dict[str, str]) -> None:
    """With what any browser sends; the answer leads to a page that says what was done."""
    answer = acting.post(
        "/incidents/1", data={"token": token_of(acting), "deed": "acknowledge"}, headers=headers
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/incidents/1?done=acknowledge&n=1"
    assert "The incident was acknowledged." in acting.get(answer.headers["Location"]).text


def test_a_form_that_is_too_large_is_refused(acting: FlaskClient) -> None:
    """Before it is read."""
    said = {"token": token_of(acting), "deed": "comment", "text": "x" * MOST_BYTES}
    assert acting.post("/incidents/1", data=said, headers=HERE).status_code == 413


def test_a_notice_says_only_what_we_say(full: FlaskClient) -> None:
    """Nobody's words get into a page by its address."""
    for done in ("<b>", "resolve&n=x", "resolve&n=99999", "moon", ""):
        assert 'class="notice done"' not in full.get(f"/incidents?done={done}").text
    assert "Nothing was resolved." in full.get("/incidents?done=resolve&n=0").text
    assert "7 incidents were snoozed." in full.get("/incidents?done=snooze&n=7").text
