"""`assay incidents`: the list, one incident's story, and what people do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.assets import Asset, AssetKey, Edge, EdgeSource
from assay.model.checks import Cause, Check, CheckResult, Outcome, Severity
from assay.model.time import from_ms
from assay.store.assets import save_assets, save_edges
from assay.store.engine import Store

if TYPE_CHECKING:
    from cli.conftest import Program

NOW = from_ms(1_790_000_000_000)
ORDERS, REVENUE = (AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in ("orders", "revenue"))
COUNTED = Check("orders_rows", ORDERS, "volume", Cause.VOLUME, Severity.ERROR)
SUMMED = Check("revenue_rows", REVENUE, "volume", Cause.VOLUME, Severity.WARN)


@pytest.fixture
def troubled(ready: Program) -> Program:
    """A folder whose orders lost their rows, and revenue, built from them, too."""
    with Store.open(f"sqlite:///{ready.folder}/.assay/assay.db") as store, store.write() as session:
        save_assets(session, [Asset(ORDERS, owner="ann"), Asset(REVENUE)], 1)
        save_edges(session, [Edge(ORDERS, REVENUE, EdgeSource.DBT, NOW)], 1)
        bad = [
            CheckResult(COUNTED, NOW, Outcome.FAIL, "120 rows", observed=120, low=980, high=1050),
            CheckResult(SUMMED, NOW, Outcome.FAIL, "3 rows"),
        ]
        record(session, bad, NOW, Policy())
    return ready


def test_nothing_wrong_is_said_in_words(ready: Program) -> None:
    """An empty list says so on stderr, and is empty in JSON."""
    told = ready("incidents")
    assert (told.code, told.out, told.err) == (0, "", "Nothing wants attention.\n")
    assert ready("incidents", "--json").json == {"total": 0, "incidents": []}


def test_what_is_upstream_stands_first_and_tells_of_the_other(troubled: Program) -> None:
    """One line an incident, with its title, and how many stand downstream of it."""
    told = troubled("incidents")
    assert "orders: 120" in told.out
    assert "(and 1 within it)" in told.out
    listed = troubled("incidents", "list", "--json").json
    assert listed["total"] == 2
    assert listed["incidents"][0]["asset"] == str(ORDERS)
    assert listed["incidents"][1]["root"] == listed["incidents"][0]["id"]


def test_a_list_is_narrowed_by_words_and_facets(troubled: Program) -> None:
    """Words of the asset's key, its severity, its owner; a word that fits none says so."""
    assert troubled("incidents", "list", "revenue", "--json").json["total"] == 1
    assert troubled("incidents", "--severity", "error", "--json").json["total"] == 1
    assert troubled("incidents", "--owner", "ann", "--owner", "bob", "--json").json["total"] == 1
    assert troubled("incidents", "list", "nothing").err == "No incident fits.\n"


def test_a_sort_that_is_none_names_those_there_are(troubled: Program) -> None:
    """A usage error with the choices."""
    told = troubled("incidents", "--sort", "colour")
    assert told.code == 2
    assert "since" in told.err


def test_one_incident_tells_its_story(troubled: Program) -> None:
    """What was found, what stands downstream, and the timeline."""
    told = troubled("incidents", "show", "1")
    assert str(ORDERS) in told.out
    assert "120 rows" in told.out
    assert "revenue" in told.out
    story = troubled("incidents", "show", "1", "--json").json
    assert (story["findings"][0]["observed"], story["findings"][0]["low"]) == (120, 980)
    assert [line["asset"] for line in story["downstream"]] == [str(REVENUE)]
    assert story["timeline"]


def test_an_incident_that_is_not_there_is_named(troubled: Program) -> None:
    """A usage error with the next step; acting on one that is there and one that is not changes neither."""
    for arguments in (["show", "99"], ["ack", "1", "99"]):
        told = troubled("incidents", *arguments)
        assert told.code == 2
        assert "no incident 99" in told.err
        assert "assay incidents" in told.err
    assert troubled("incidents", "show", "1", "--json").json["state"] == "open"


def test_people_act_on_several_at_once(troubled: Program) -> None:
    """Acknowledged, commented, snoozed and resolved, each a line of the timeline with who did it."""
    assert troubled("incidents", "ack", "1", "2").code == 0
    assert troubled("incidents", "comment", "1", "it is the loader").code == 0
    assert troubled("incidents", "snooze", "1", "--for", "1d").code == 0
    assert "snoozed until" in troubled("incidents", "show", "1").out
    assert "acknowledged, snoozed" in troubled("incidents", "list").out
    assert troubled("incidents", "comment", "1", "still").out.endswith("commented; still acknowledged\n")
    assert troubled("incidents", "resolve", "1", "--text", "mended").code == 0
    happened = [one["what"] for one in troubled("incidents", "show", "1", "--json").json["timeline"]]
    assert happened[-4:] == ["commented", "snoozed", "commented", "resolved"]
    assert troubled("incidents", "ack", "1").code == 2


@pytest.mark.parametrize(
    ("verb", "state"), [("expected-once", "resolved"), ("new-normal", "resolved"), ("really-wrong", "open")]
)
def test_a_judgement_is_kept_and_taken_back(troubled: Program, verb: str, state: str) -> None:
    """The note says who judged what; taken back, the incident stands again and the note says so."""
    done = troubled("incidents", "judge", verb, "1", "--text", "sale", "--json").json
    assert troubled("incidents", "show", "1", "--json").json["state"] == state
    note = str(done[0]["note"])
    assert f"undo {note}" not in troubled("incidents", "undo", note).out
    assert "(taken back)" in troubled("incidents", "show", "1").out
    assert troubled("incidents", "show", "1", "--json").json["state"] == "open"
    again = troubled("incidents", "undo", note)
    assert (again.code, "took back" in again.err) == (2, True)


def test_a_route_to_nowhere_stops_nobody_from_acting(troubled: Program) -> None:
    """What cannot be used of the settings is told by what sends; people's acts, and checks, go on."""
    with (troubled.folder / "assay.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[routes]]\nchannels = ["nowhere"]\n')
    assert troubled("incidents", "ack", "1").code == 0
    assert troubled("incidents", "judge", "really-wrong", "1").code == 0
    assert troubled("incidents", "undo", "1").code == 0
    sent = troubled("alerts", "send")
    assert sent.code == 0
    assert "nowhere" in sent.err
