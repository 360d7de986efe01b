"""Whatever a source calls its things, a page shows it as text: nothing of it becomes markup, script or formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ASSETS = [f"/assets/{quote(str(shop.key(name)), safe='')}?hops=2" for name in shop.HOSTILE]
PAGES = (
    *("/", "/assets", "/connections", "/incidents", "/incidents?state=resolved", "/checks", "/alerts"),
    *(f"/incidents/{number}" for number in range(1, 13)),
    *(f"/costs?by={by}" for by in ("asset", "user", "tag", "warehouse")),
)
IMAGES = {"/static/icons/assay.svg"}
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.mark.parametrize("path", [*PAGES, *ASSETS], ids=lambda path: path[:40])
def test_no_name_becomes_markup(full: FlaskClient, path: str) -> None:
    """The page has the elements of its template alone: no foreign script, image, handler, style or link."""
    page = Markup(full.get(path).text)
    for tag, attrs in page.elements:
        assert [name for name in attrs if name.startswith("on") or name == "style"] == []
        if tag == "script":
            assert attrs.get("type") == "application/json" or attrs["src"].startswith("/static/")
        if tag == "img":
            assert attrs["src"] in IMAGES
    assert [link for link in page.links if not link.startswith(("/", "#"))] == []
    assert all("<" not in block for block in page.blocks)
    assert "49" not in page.text.split("{{ 7 * 7 }}")[0][-3:]


@pytest.mark.parametrize("name", shop.HOSTILE, ids=lambda name: name[:20])
def test_a_name_is_shown_as_it_is(full: FlaskClient, name: str) -> None:
    """On its own page a name, and its column of that name, can be read letter by letter."""
    text = Markup(full.get(f"/assets/{quote(str(shop.key(name)), safe='')}").text).text
    assert " ".join(name.split()) in text


@pytest.mark.parametrize("words", shop.HOSTILE, ids=lambda name: name[:20])
def test_words_come_back_as_text(full: FlaskClient, words: str) -> None:
    """What was searched for, chosen or asked stands in the page as text."""
    asked = f"q={quote(words)}"
    lists = [f"{path}?{asked}" for path in ("/assets", "/incidents", "/checks")]
    for path in (
        *lists,
        f"/checks/new?asset={quote(words)}",
        f"/alerts?channel={quote(words)}",
        f"/assets?tag={quote(words)}",
        f"/costs?by={quote(words)}",
    ):
        page = Markup(full.get(path).text)
        assert all(tag != "img" or attrs["src"] in IMAGES for tag, attrs in page.elements)
        assert all("src" in attrs for tag, attrs in page.elements if tag == "script")
    boxes = [attrs for _, attrs in Markup(full.get(f"/assets?q={quote(words)}").text).elements]
    assert words.strip()[:200] in [
        attrs["value"] for attrs in boxes if attrs.get("type") == "search" and "value" in attrs
    ]


@pytest.mark.parametrize("by", ["asset", "user", "tag", "warehouse"])
def test_the_csv_holds_every_value_and_no_formula(full: FlaskClient, by: str) -> None:
    """A spreadsheet that opens the table runs nothing: such a cell begins with an apostrophe."""
    answer = full.get(f"/costs.csv?by={by}")
    assert answer.mimetype == "text/csv"
    assert f"costs-by-{by}.csv" in answer.headers["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert header[0] == by
    assert len(rows) == len(shop.keys()) + 1
    assert [row[0] for row in rows if row[0].startswith(FORMULAS)] == []
    assert by == "asset" or any(row[0].startswith("'=HYPERLINK") for row in rows)
