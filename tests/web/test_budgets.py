"""How budgets stand: what is spent, where the month is likely to end, and who is told."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes import decided, shop
from fakes.markup import Markup

from assay.config import Settings
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.model.checks import CheckResult, Outcome
from assay.store.engine import Store
from costs.budgets.alerts import check_of
from web import create_app

if TYPE_CHECKING:
    from pathlib import Path
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


def test_the_newest_month_is_shown_the_gravest_first(decisions: FlaskClient) -> None:
    """Over, then near, then within; among those alike what is fullest by the end of the month."""
    figures = told(decisions, "/budgets")
    assert figures["month"] == "2026-06"
    assert [(one["row"]["name"], one["row"]["state"]) for one in figures["budgets"]] == [
        ("everything", "over"), ("finance", "warn"), ("gone", "ok"), ("one", "ok"),
    ]  # fmt: skip
    assert figures["states"] == {"over": 1, "warn": 1, "forecast over": 0, "ok": 2}


def test_a_budget_is_told_in_its_own_unit(decisions: FlaskClient) -> None:
    """Money where it is of money, credits where it is of credits, whatever the page's unit."""
    for unit in ("", "?unit=credits"):
        page = "".join(text(decisions, f"/budgets{unit}").split())
        assert "$80,000$100,00080.0%" in page
        assert "120.00cr100.00cr120.0%" in page


def test_the_chart_adds_up_and_goes_on_as_a_range(decisions: FlaskClient) -> None:
    """The known days add up to what is spent; the range begins there and ends at the forecast."""
    chart = told(decisions, "/budgets/everything")["chart"]
    series = {one["name"]: one["values"] for one in chart["series"]}
    assert series["Observed"][:20] == [6.0 * (day + 1) for day in range(20)]
    assert series["Observed"][20:] == [None] * 10
    assert [series[name][19] for name in ("Low", "Expected", "High")] == [120.0, 120.0, 120.0]
    assert [series[name][-1] for name in ("Low", "Expected", "High")] == [165.0, 180.0, 210.0]
    assert chart["marks"] == {"budget": 100.0}
    page = decisions.get("/budgets/everything").text
    assert ">P10<" in page
    assert ">Likely<" in page


def test_a_month_is_chosen_in_the_address(decisions: FlaskClient) -> None:
    """A month that is over came to what was spent; one that is unknown is an error that says what is known."""
    figures = told(decisions, "/budgets?month=2026-05")
    assert figures["budgets"][0]["row"]["spent"] == 31 * 6 * shop.CREDIT
    assert "Came to" in text(decisions, "/budgets/one?month=2026-05")
    for month, said in (("2026-01", "Known are 2026-04 to 2026-06."), ("moon", "Write a month as 2026-11.")):
        answer = decisions.get(f"/budgets?month={month}")
        assert answer.status_code == 400
        assert said in Markup(answer.text).text
    assert decisions.get("/budgets/moon").status_code == 404
    assert decisions.get("/budgets/one?month=2026-01").status_code == 404


def test_a_figure_leads_to_what_it_is_made_of(decisions: FlaskClient) -> None:
    """An asset to its page, an owner to their assets, everything to the costs of the month."""
    evidence = {one["row"]["name"]: one["evidence"] for one in told(decisions, "/budgets")["budgets"]}
    assert evidence["everything"] == "/costs?by=warehouse&from=2026-06-01&to=2026-06-30"
    assert evidence["finance"].startswith("/assets?owner=%3Cscript%3E")
    assert evidence["one"].startswith(f"/assets/{shop.key('table_0', 'schema_0')}?from=2026-06-01")
    for address in evidence.values():
        assert decisions.get(address).status_code == 200


def test_an_incident_of_a_budget_is_linked(decisions_folder: Path, tmp_path: Path) -> None:
    """From the list and from the budget's own page."""
    folder = shutil.copytree(decisions_folder, tmp_path / "own")
    settings = Settings.load(folder, environ={})
    now = datetime.now(UTC)
    failed = CheckResult(check_of("everything", "100"), now, Outcome.FAIL, "120 of 100 spent", 120.0)
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        record(session, [failed], now, Policy.of(settings))
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    found = told(client, "/budgets")["budgets"][0]["incident"]
    assert f"/incidents/{found['id']}" in Markup(client.get("/budgets").text).links
    assert f"/incidents/{found['id']}" in Markup(client.get("/budgets/everything").text).links
    assert told(client, f"/incidents/{found['id']}")["line"]["asset"] == "assay:budget:everything"


def test_without_a_budget_the_next_step_is_told(empty: FlaskClient) -> None:
    """What to write, and where."""
    assert "[budgets.finance]" in text(empty, "/budgets")
    assert told(empty, "/budgets")["budgets"] == []


def test_the_fake_tells_every_month(decisions: FlaskClient) -> None:
    """All of them can be chosen."""
    assert told(decisions, "/budgets")["months"] == list(reversed(decided.MONTHS))
