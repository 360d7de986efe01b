"""The overview says what it knows, of the period asked for, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import shop
from fakes.markup import Markup

from assay.facts.streams import ACCESS
from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.time import DAY_MS, HOUR_MS, from_ms
from assay.store import collections, costs, records
from assay.store.engine import Store
from assay.store.tables import CellRow, CollectionRow, CostRow, FactFileRow
from web import create_app

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

TABLE, DASHBOARD = shop.key("orders"), AssetKey("bi", "acme", ("looker", "dashboards"))
SPENT = {
    (str(TABLE), "busy"): 8, (str(TABLE), "keeper_idle"): 4, (str(DASHBOARD), "busy"): 20,
    (str(DASHBOARD), "keeper_idle"): 60, ("", "busy"): 1, ("", "no_query"): 7, (str(TABLE), "storage"): 0,
}  # fmt: skip
"""Credits of a day by asset and kind: a dashboard that reads keeps the warehouse on longest."""
STORED = 25
"""What a day's storage costs, in money alone."""


def _costs(day_ms: int) -> list[CostRow]:
    return [
        CostRow(
            connection="acme", dimension=dimension, day_ms=day_ms, value=value if dimension == "asset" else "WH",
            service=value or "compute", kind=kind, nano_credits=spent * shop.CREDIT, currency="USD", queries=1,
            micro_currency=(spent or STORED) * 1_000_000, provisional=False,
        )
        for dimension in costs.DIMENSIONS
        for (value, kind), spent in SPENT.items()
    ]  # fmt: skip


def _cells(day_ms: int) -> list[CellRow]:
    return [
        CellRow(
            connection="acme", account="acme", resource="WH", hour_ms=day_ms + HOUR_MS, service="compute",
            day_ms=day_ms, metered_nano=shop.CREDIT, attributed_nano=shop.CREDIT, provisional=False,
        )
    ]  # fmt: skip


def _read() -> CollectionRow:
    return CollectionRow(
        connection="acme", stream="query_history", started_ms=shop.NOW_MS, ended_ms=shop.NOW_MS, status="ok",
        rows=1, message="", hint="",
    )  # fmt: skip


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An account of one table and one dashboard, whose readers and runs no source tells."""
    folder = shop.folder(tmp_path_factory.mktemp("metered"), filled=False)
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        assets = [Asset(TABLE, AssetKind.TABLE), Asset(DASHBOARD, AssetKind.OTHER)]
        records.save_records(session, assets, shop.NOW_MS)
        for day_ms in (shop.LAST_DAY_MS - 40 * DAY_MS, shop.LAST_DAY_MS):
            costs.replace_day(session, "acme", day_ms, _cells(day_ms), _costs(day_ms))
        collections.log(session, _read())
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    return client


def _parts(told: dict[str, Sequence[dict[str, dict[str, int]]]]) -> list[int]:
    return [part["spent"]["nano_credits"] // shop.CREDIT for part in told["parts"]]


def test_what_reads_is_no_build(metered: FlaskClient) -> None:
    """A dashboard's queries and the idle time behind them are reading, though a rule gave them an asset."""
    told = metered.get("/api/v1/overview?days=1").get_json()
    assert _parts(told) == [8, 4, 21, 67]
    assert sum(_parts(told)) == told["spent"]["nano_credits"] // shop.CREDIT


def test_what_is_not_known_is_said_to_be_unknown(metered: FlaskClient) -> None:
    """Nothing read and nothing failed are no good news where no source tells of reads and runs."""
    text = Markup(metered.get("/").text).text
    assert text.count("Not known:") == 2
    assert "is read, or something is built on it" not in text
    assert "failed." not in text


def test_nobody_reads_is_said_where_reads_are_recorded(tmp_path: Path) -> None:
    """Reads that statements show prove no absence; once the account's own record is read, there is an answer."""
    folder = shop.folder(tmp_path)
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    assert client.get("/api/v1/overview").get_json()["unread"] is None
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        session.add(
            FactFileRow(
                connection="acme", stream=ACCESS.name, day_ms=0, path="a", rows=1, bytes=1, min_ms=0, max_ms=0,
                created_ms=0,
            )
        )  # fmt: skip
    assert client.get("/api/v1/overview").get_json()["unread"] == []
    assert "is read, or something is built on it" in Markup(client.get("/").text).text


def test_an_empty_period_adds_up_to_nothing(metered: FlaskClient) -> None:
    """Where no cell is metered no tick is shown, and there are no shares of nothing."""
    day = f"{from_ms(shop.LAST_DAY_MS - 3 * DAY_MS):%Y-%m-%d}"
    text = Markup(metered.get(f"/?from={day}&to={day}").text).text
    assert "adds up" not in text
    assert "Nothing was metered in this period." in text
    assert "– of" not in text


def test_lists_follow_the_period(full: FlaskClient, metered: FlaskClient) -> None:
    """The dearest, the unread and the failed are of the days asked for."""
    week, month = (full.get(f"/api/v1/overview?days={days}").get_json() for days in (7, 30))
    for told, days in ((week, 7), (month, 30)):
        assert {one["spent"]["nano_credits"] // shop.CREDIT for one in told["dearest"]} == {3 * days // 2}
        assert told["failing"]
    early = full.get("/api/v1/overview?from=2026-04-01&to=2026-04-10").get_json()
    assert early["failing"] is None
    assert len(metered.get("/api/v1/overview?days=30").get_json()["dearest"]) == 2


def test_days_that_are_not_known_are_counted(metered: FlaskClient) -> None:
    """A period longer than what was read does not pass for one that is known whole."""
    assert "41 of 90 days are known" in Markup(metered.get("/?days=90").text).text
    assert "days are known" not in Markup(metered.get("/?days=30").text).text


def test_a_share_beside_money_is_a_share_of_money(metered: FlaskClient) -> None:
    """Storage costs no credits; its part of the money is told in money, and is none in credits."""
    address = f"/assets/{TABLE}?days=1"
    money, credit = (
        "".join(Markup(metered.get(f"{address}{unit}").text).text.split()) for unit in ("", "&unit=credits")
    )
    assert "67.6%" in money
    assert "67.6%" not in credit
