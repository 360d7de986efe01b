"""Findings of waste are told with the change to make; what is done is measured; nothing is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import decided, shop
from fakes.markup import Markup
from fakes.posting import sent

if TYPE_CHECKING:
    from typing import Any

    from flask.testing import FlaskClient


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


def test_what_saves_most_stands_first(decisions: FlaskClient) -> None:
    """Only what is open, unless a state is asked for."""
    lines = told(decisions, "/findings")["lines"]
    saved = [line["nano_per_month"] for line in lines]
    assert saved == sorted(saved, reverse=True)
    assert {line["state"] for line in lines} == {"open"}
    every = told(decisions, "/findings?state=open&state=acted&state=dismissed")
    assert every["total"] == len(lines) + 2


def test_no_saving_is_counted_twice(decisions: FlaskClient) -> None:
    """Builds that are halved leave a smaller warehouse less to save: a tenth less of each, by the rule of overlaps."""
    figures = told(decisions, "/findings")
    alone = {line["id"]: line["nano_per_month"] for line in figures["lines"]}
    sums = {int(number): one["nano_credits"] for number, one in figures["counts"].items()}
    warehouse = max(alone, key=lambda number: alone[number])
    assert sums[warehouse] == alone[warehouse] == 20 * shop.CREDIT
    assert all(sums[number] == alone[number] * 9 // 10 for number in alone if number != warehouse)
    assert figures["together"]["nano_credits"] == sum(sums.values()) < sum(alone.values())
    assert figures["together"]["micro_currency"] == 3 * figures["together"]["nano_credits"] // 1000
    assert "of it in the sum" in text(decisions, "/actions")


def test_what_is_dead_and_what_is_wasteful_add_up_apart(decisions: FlaskClient) -> None:
    """The one sum of all is that of the dead and of the findings on what stays."""
    figures = told(decisions, "/findings")["reclaim"]
    dead = sum(number for number in range(len(shop.keys())) if decided.set_of(number)) * shop.CREDIT
    assert figures["dead"]["nano_credits"] == dead
    assert figures["waste"] == told(decisions, "/findings")["together"]


def test_a_finding_says_its_change_and_its_evidence(decisions: FlaskClient) -> None:
    """The change can be copied, figures are in their units, and lead to the asset."""
    page = decisions.get("/actions").text
    said = Markup(page).text
    assert "ALTER WAREHOUSE WH SET ...;" in said
    for figure in ("builds720", "share50.0%", "runtime1min1s", "scanned1.0GiB"):
        assert figure in "".join(said.split())
    assert "data-copy" in page
    assert any(link.endswith("#runs") for link in Markup(page).links)


def test_the_list_is_narrowed(decisions: FlaskClient) -> None:
    """By words, kind and confidence; facets count under the others."""
    figures = told(decisions, "/findings?kind=oversized")
    assert [line["subject"] for line in figures["lines"]] == ["WH"]
    assert figures["facets"]["kind"]["oversized"] == 1
    assert told(decisions, "/findings?q=warehouse+nowhere")["total"] == 0
    assert "Nothing matches" in text(decisions, "/actions?q=nowhere")
    assert decisions.get("/actions?page=7").status_code == 400


@pytest.mark.parametrize(
    ("deed", "state", "said"),
    [("done", "acted", "measures what comes of it"), ("dismiss", "dismissed", "not told again")],
)
def test_a_finding_is_acted_on_and_taken_back(
    deciding: FlaskClient, deed: str, state: str, said: str
) -> None:
    """What is done enters the ledger, and leaves it when it is taken back."""
    (first, *_) = told(deciding, "/findings")["lines"]
    changes = told(deciding, "/savings")["changes"]
    answer = sent(deciding, f"/actions/{first['id']}?confidence=low", {"deed": deed})
    assert answer.headers["Location"].startswith("/actions?confidence=low&done=")
    assert said in text(deciding, answer.headers["Location"])
    kept = told(deciding, f"/findings?state={state}&q={first['subject']}")["lines"]
    assert first["id"] in [line["id"] for line in kept]
    assert told(deciding, "/savings")["changes"] == changes + (deed == "done")
    sent(deciding, f"/actions/{first['id']}", {"deed": "reopen"})
    assert told(deciding, "/findings")["lines"][0]["id"] == first["id"]
    assert told(deciding, "/savings")["changes"] == changes


def test_what_cannot_be_done_is_refused(deciding: FlaskClient) -> None:
    """An unknown deed, an unknown finding."""
    before = told(deciding, "/findings")
    sent(deciding, "/actions/1", {"deed": "delete"}, 400)
    sent(deciding, "/actions/999999", {"deed": "done"}, 400)
    assert told(deciding, "/findings") == before


def test_the_ledger_tells_what_was_really_saved(decisions: FlaskClient) -> None:
    """What rose is told as it is; the sums are of what is measured."""
    figures = told(decisions, "/savings")
    assert figures["measured"] == 2
    assert figures["measured_nano"] == shop.CREDIT - shop.CREDIT
    assert figures["promised_measured_nano"] == 3 * shop.CREDIT
    assert figures["changes"] == len(figures["lines"]) == 3
    assert figures["chart"]["series"][1]["values"] == [1.0, 0, 0]
    page = text(decisions, "/actions")
    assert "−1.00 cr" in page
    assert "0 of 28 days" in page


def test_before_the_first_finding_the_next_step_is_told(empty: FlaskClient) -> None:
    """A cycle looks for waste."""
    assert "No finding yet" in text(empty, "/actions")
    assert "Nothing was changed yet." in text(empty, "/actions")
