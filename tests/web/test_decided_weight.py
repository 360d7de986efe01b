"""The pages of decisions are light, whatever things are called: few statements, little to send, no foreign markup."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from fakes import decided, shop, trouble
from fakes.markup import Markup
from sqlalchemy import Engine, event

from web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

PAGES = (
    "/unused",
    "/unused?sort=-cost&verdict=in_use&verdict=unused",
    f"/unused/sets/{decided.set_of(0)}",
    "/actions",
    "/actions?state=open&state=acted&state=dismissed",
    "/budgets",
    "/budgets/finance",
    "/backfill",
    "/backfill/LAST",
)
MOST = 30
"""Statements a page may send."""
HEAVIEST = 60_000
"""Bytes of HTML."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The company with two pages of assets more, and what was decided of them."""
    folder = shop.folder(tmp_path_factory.mktemp("many"), plain=120, days=2)
    now = datetime.now(UTC)
    trouble.fill(folder, now, plain=120)
    client = create_app(decided.fill(folder, now, plain=120)).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    return client


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


def address(client: FlaskClient, path: str) -> str:
    """The path, with the newest quote that ran for LAST."""
    if not path.endswith("LAST"):
        return path
    past = client.get("/api/v1/quotes").get_json()["past"]
    return path.replace("LAST", next(one["id"] for one in past if one["realised"]))


@pytest.mark.parametrize("path", [*PAGES, "/", f"/assets/{shop.key('table_5', 'schema_2')}"])
def test_the_number_of_statements_does_not_grow_with_the_assets(
    decisions: FlaskClient, many: FlaskClient, path: str
) -> None:
    """As many for a hundred and thirty assets as for twenty."""
    counts = []
    for client in (decisions, many):
        where = address(client, path)
        with counting() as sent:
            assert client.get(where).status_code == 200
        counts.append(sent.total())
    assert counts[0] == counts[1] <= MOST


@pytest.mark.parametrize("path", PAGES)
def test_a_full_page_is_small(many: FlaskClient, path: str) -> None:
    """As full as it gets, but for the one name of five thousand letters."""
    page = re.sub("x{1000,}", "x", many.get(address(many, path)).text)
    assert len(page.encode()) < HEAVIEST


@pytest.mark.parametrize("path", PAGES)
def test_no_name_becomes_markup(decisions: FlaskClient, path: str) -> None:
    """The page has the elements of its template alone, and leads only to pages of ours and to the pull request."""
    page = Markup(decisions.get(address(decisions, path)).text)
    for tag, attrs in page.elements:
        assert [name for name in attrs if name.startswith("on") or name == "style"] == []
        if tag == "script":
            assert attrs.get("type") == "application/json" or attrs["src"].startswith("/static/")
        if tag == "img":
            assert attrs["src"] == "/static/icons/assay.svg"
    ours = ("/", "#", "https://github.example/")
    assert [link for link in page.links if not link.startswith(ours)] == []
    assert all("<" not in block for block in page.blocks)


@pytest.mark.parametrize("words", shop.HOSTILE, ids=lambda name: name[:20])
def test_words_come_back_as_text(decisions: FlaskClient, words: str) -> None:
    """What was searched for, chosen or asked stands in the page as text."""
    for path, asked in (
        ("/unused", {"q": words}),
        ("/unused", {"owner": words}),
        ("/actions", {"q": words}),
        ("/budgets", {"month": words}),
        ("/backfill", {"asset": words, "partitions": words}),
    ):
        page = Markup(decisions.get(path, query_string=asked).text)
        assert all(tag != "img" or attrs["src"] == "/static/icons/assay.svg" for tag, attrs in page.elements)
        scripts = [attrs for tag, attrs in page.elements if tag == "script"]
        assert all("src" in attrs or attrs["type"] == "application/json" for attrs in scripts)
