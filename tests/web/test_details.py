"""Small things a reader trusts: whose last read it was, which days are whole, what a name stands for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup

from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.runs import Measurement, Metric
from assay.model.time import DAY_MS, HOUR_MS, from_ms
from assay.store import costs, records, summaries, usage
from assay.store.engine import Store
from assay.store.keys import find_ids
from assay.store.tables import CostRow, RestatementRow, UsageRow
from web import create_app
from web import format as formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

TABLE, DASHBOARD = shop.key("orders"), AssetKey("bi", "acme", ("looker", "dashboards"))
DAYS = range(shop.LAST_DAY_MS - 2 * DAY_MS, shop.LAST_DAY_MS + DAY_MS, DAY_MS)
CYCLES = 25


def _costs(day_ms: int) -> Iterator[CostRow]:
    for dimension in costs.DIMENSIONS:
        for asset in (TABLE, DASHBOARD):
            yield CostRow(
                connection="acme", dimension=dimension, day_ms=day_ms,
                value=str(asset) if dimension == "asset" else "WH", service=str(asset), kind="busy",
                nano_credits=shop.CREDIT, micro_currency=None, currency="", queries=1,
                provisional=day_ms == shop.LAST_DAY_MS,
            )  # fmt: skip


def _reads(asset_id: int) -> list[UsageRow]:
    seen = (("bi_tool", shop.LAST_DAY_MS - DAY_MS), ("monitor", shop.LAST_DAY_MS))
    return [
        UsageRow(
            asset_id=asset_id, day_ms=day_ms, connection="acme", reader_class=reader, tool="", reads=1, readers=1,
            last_read_ms=day_ms + HOUR_MS,
        )
        for reader, day_ms in seen
    ]  # fmt: skip


def _restatements() -> Iterator[RestatementRow]:
    for cycle in range(CYCLES):
        for day_ms in DAYS:
            yield RestatementRow(
                connection="acme", day_ms=day_ms, known_at_ms=shop.NOW_MS + cycle, reason="late_query", rows=1,
                moved_nano=shop.CREDIT, delta_nano=-shop.CREDIT,
            )  # fmt: skip


def _fill(session: Session) -> None:
    wrote = [
        Measurement(TABLE, Metric.ROWS_WRITTEN, from_ms(at + h * HOUR_MS), 10, "q")
        for at in DAYS
        for h in (1, 2)
    ]
    assets = [Asset(TABLE, AssetKind.TABLE), Asset(DASHBOARD, AssetKind.OTHER)]
    records.save_records(session, [*assets, *wrote], shop.NOW_MS)
    (asset_id,) = find_ids(session, [TABLE]).values()
    usage.replace_days(session, "acme", list(DAYS), _reads(asset_id))
    for day_ms in DAYS:
        costs.replace_day(session, "acme", day_ms, [], list(_costs(day_ms)))
    costs.restate(session, _restatements())
    summaries.refresh(session, shop.NOW_MS)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Three days of a table and a dashboard; the last day is provisional."""
    folder = shop.folder(tmp_path_factory.mktemp("small"), filled=False)
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        _fill(session)
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    return client


def _text(client: FlaskClient, path: str) -> str:
    return Markup(client.get(path).text).text


def _charts(client: FlaskClient, path: str) -> dict[str, dict[str, list[str]]]:
    blocks = re.findall(r'<script type="application/json">(.*?)</script>', client.get(path).text, re.DOTALL)
    return {chart["title"]: chart for chart in map(json.loads, blocks)}


def test_the_last_read_is_a_readers(small: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A monitor that looked later is no reader; page, list and twin agree."""
    monkeypatch.setattr(formats, "now_ms", lambda: shop.LAST_DAY_MS + 4 * HOUR_MS)
    told = small.get(f"/api/v1/assets/{TABLE}").get_json()
    assert told["last_read_ms"] == shop.LAST_DAY_MS - DAY_MS + HOUR_MS
    assert "unknown readers; last 1 d ago" in " ".join(_text(small, f"/assets/{TABLE}").split())
    assert "1 d ago" in " ".join(_text(small, "/assets?q=orders").split())


def test_days_not_read_whole_are_shaded(small: FlaskClient) -> None:
    """The last day's fall is no fall, in every chart of an asset; small lines end before it."""
    charts = _charts(small, f"/assets/{TABLE}")
    assert {title: chart["soft"] for title, chart in charts.items()} == {
        title: ["31 May"] for title in charts
    }
    assert len(charts) == 3
    sparks = Markup(small.get("/assets?days=7").text).elements
    points = [attrs["points"] or "" for tag, attrs in sparks if tag == "polyline"]
    assert [len(line.split()) for line in points] == [6, 6]


def test_rows_written_are_the_days_sum(small: FlaskClient) -> None:
    """The writes of all its hours, not the last hour's."""
    (series,) = small.get(f"/api/v1/assets/{TABLE}?days=3").get_json()["rows"]["series"]
    assert series["values"] == [20, 20, 20]


def test_what_a_rule_names_is_called_by_its_tool(small: FlaskClient) -> None:
    """Every tool has dashboards; they hold no rows, so nobody's reading them is told as nought."""
    page, listed = _text(small, f"/assets/{DASHBOARD}"), _text(small, "/assets?q=looker")
    for text in (page, listed):
        assert "looker dashboards" in text
    assert "it holds no rows to read" in page
    assert "other" not in listed.split("looker dashboards")[-1]
    assert "never" not in listed


def test_restatements_are_told_by_cycle(small: FlaskClient) -> None:
    """One line for the days that changed at one time for one reason, and a word on those not listed."""
    told = small.get("/api/v1/costs").get_json()
    first = told["restatements"][0]
    assert (first["known_at_ms"], first["days"]) == (shop.NOW_MS + CYCLES - 1, 3)
    assert (first["moved_nano"], first["delta_nano"]) == (3 * shop.CREDIT, -3 * shop.CREDIT)
    assert len(told["restatements"]) < CYCLES
    text = _text(small, "/costs")
    assert "29 May 2026 – 31 May 2026" in text
    assert "Earlier ones stand in the ledger" in text


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/assets/no", 404), ("/costs?by=moon", 400)]
)
def test_an_error_leads_on(full: FlaskClient, path: str, status: int) -> None:
    """Its page has the navigation, says what is wrong in our words, and offers no JSON of itself."""
    answer = full.get(path)
    page = Markup(answer.text)
    assert answer.status_code == status
    assert {"/", "/assets", "/costs", "/connections"} <= set(page.links)
    assert "The same as JSON" not in page.text
    assert "server" not in page.text


@pytest.mark.parametrize(
    "path", ["/", "/assets?q=a&sort=name", "/costs?by=tag", "/connections", f"/assets/{TABLE}"]
)
def test_the_same_as_json_is_the_same(small: FlaskClient, path: str) -> None:
    """The link at the foot leads to this page's own figures, of the same question."""
    (link,) = [link for link in Markup(small.get(path).text).links if link.startswith("/api/")]
    page, _, question = path.partition("?")
    assert (
        quote(link, safe="/:?&=%")
        == f"/api/v1{page if page != '/' else '/overview'}{'?' if question else ''}{question}"
    )
    assert small.get(link).status_code == 200
