"""A page is light: few questions to the store however many assets there are, and little to send."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import shop
from sqlalchemy import Engine, event

from assay.model.runs import Run, RunStatus
from assay.model.time import DAY_MS, from_ms
from assay.store import runs, summaries
from assay.store.engine import Store
from web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

TABLE = f"/assets/{quote(str(shop.key('table_4', 'schema_1')))}"
MOST = 30
"""Statements a page may send."""

HEAVIEST = 60_000
"""Bytes of HTML."""


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """The statements sent meanwhile, by their text."""
    sent: Counter[str] = Counter()

    def _note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            sent[statement] += 1

    event.listen(Engine, "before_cursor_execute", _note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", _note)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/assets",
        "/costs",
        "/costs?by=asset",
        "/connections",
        TABLE,
        "/incidents",
        "/checks",
        "/alerts",
        "/api/v1/assets",
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_assets(
    full: FlaskClient, full_of_assets: FlaskClient, path: str
) -> None:
    """As many for a hundred and thirty assets as for twenty."""
    counts = []
    for client in (full, full_of_assets):
        with counting() as sent:
            assert client.get(path).status_code == 200
        counts.append(sent.total())
    assert counts[0] == counts[1] <= MOST


def test_an_incident_takes_as_many_statements_among_more(
    full: FlaskClient, full_of_assets: FlaskClient
) -> None:
    """The trouble of one table, with all that lies downstream of it as deep as lineage is followed."""
    counts = []
    for client in (full, full_of_assets):
        lines = client.get(f"/api/v1/incidents?q={quote('schema_1.table_1')}").get_json()["lines"]
        number = next(line["row"]["id"] for line in lines if line["asset_name"] == "table_1")
        with counting() as sent:
            assert client.get(f"/incidents/{number}").status_code == 200
        counts.append(sent.total())
    assert counts[0] == counts[1] <= MOST


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A dashboard whose list is as full as lists get: fifty assets on a page, thirty runs beside each."""
    folder = shop.folder(tmp_path_factory.mktemp("busy"), plain=120)
    history = [
        Run("dbt", f"{one}/{n}", one, list(RunStatus)[n % 3], from_ms(at), from_ms(at + 5000))
        for one in shop.keys(120)[:120]
        for n in range(30)
        for at in [shop.LAST_DAY_MS - n * DAY_MS]
    ]
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        runs.save_runs(session, history, shop.NOW_MS)
        summaries.refresh(session, shop.NOW_MS)
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    return client


def test_a_full_page_of_assets_is_small(busy: FlaskClient) -> None:
    """Fifty lines with their runs, costs and owners in less than 60 kB."""
    page = busy.get("/assets?q=schema_").text
    assert page.count('class="asset"') == 50
    assert len(page.encode()) < HEAVIEST


@pytest.mark.parametrize("path", ["/incidents?q=schema_", "/checks?q=schema_", "/alerts"])
def test_a_full_list_of_troubles_is_small(full_of_assets: FlaskClient, path: str) -> None:
    """Fifty lines with their facets and forms in less than 60 kB."""
    page = full_of_assets.get(path).text
    assert page.count("<tr") > 50
    assert len(page.encode()) < HEAVIEST


def test_files_are_kept_by_the_browser(full: FlaskClient) -> None:
    """What does not change is sent once a day."""
    answer = full.get("/static/css/assay.css", buffered=True)
    assert answer.cache_control.max_age == 86_400
    again = full.get(
        "/static/css/assay.css", headers={"If-None-Match": answer.headers["ETag"]}, buffered=True
    )
    assert again.status_code == 304
