"""A chart draws what its table tells, and its table what the store holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from assay.store.runs import Beat
from web import format as written
from web.charts import SPARK_HEIGHT, Chart, Series, heartbeat, kind_name, spark

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TABLE = f"/assets/{quote(str(shop.key('table_4', 'schema_1')))}"
VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=3, max_size=3)


class Figures(HTMLParser):
    """The tables that stand under charts: a list of rows of text for each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_figure = self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own signature
        """A figure, a table in it, a row, a cell."""
        self._in_figure = self._in_figure or tag == "figure"
        if self._in_figure and tag == "table":
            self.tables.append([])
        elif self._in_figure and tag == "tr":
            self.tables[-1].append([])
        elif self._in_figure and tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        """The end of a figure or a cell."""
        self._in_figure = self._in_figure and tag != "figure"
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        """The text of a cell."""
        if self._in_cell:
            self.tables[-1][-1][-1] += data


@pytest.mark.parametrize(
    "path", ["/", "/costs", "/costs?days=7&unit=credits", TABLE, "/?days=400", f"{TABLE}?days=60"]
)
def test_the_table_under_a_chart_tells_the_figures_it_draws(full: FlaskClient, path: str) -> None:
    """Label by label and series by series, written as figures are."""
    page = full.get(path).text
    charts = [json.loads(block) for block in Markup(page).blocks if block.strip()]
    tables = Figures(page).tables
    assert len(charts) == len(tables) > 0
    with Flask("page").app_context():
        for chart, (head, *rows) in zip(charts, tables, strict=True):
            assert [cell.strip() for cell in head[1:]] == [series["name"] for series in chart["series"]]
            drawn = [
                [written.figure(series["values"][i]) for series in chart["series"]] for i in range(len(rows))
            ]
            assert [row[0].strip() for row in rows] == chart["labels"]
            assert [[cell.strip() for cell in row[1:]] for row in rows] == drawn


def test_the_bars_of_the_bill_add_up_to_it(full: FlaskClient) -> None:
    """By day and by week alike."""
    for query in ("days=7", "days=60", "days=400"):
        told = full.get(f"/api/v1/costs?unit=credits&{query}").get_json()
        drawn = sum(value for series in told["spend"]["series"] for value in series["values"])
        assert drawn == pytest.approx(told["spent"]["nano_credits"] / shop.CREDIT)


def test_provisional_days_are_marked(full: FlaskClient) -> None:
    """The newest day can still change, and the chart says so."""
    assert full.get("/api/v1/costs").get_json()["spend"]["soft"] == ["31 May"]
    assert "provisional" in full.get("/costs").text


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_data_and_table_hold_the_same_figures(values: list[list[float | None]]) -> None:
    """Whatever the figures, gaps among them."""
    chart = Chart("c", "t", "s", ["a", "b", "c"], [Series(str(i), row) for i, row in enumerate(values)])
    data = chart.data()
    told = [list(row) for _, row in chart.table()]
    for i, series in enumerate(data["series"]):
        assert series["values"] == [
            None if row[i] is None else pytest.approx(row[i], abs=1e-6) for row in told
        ]
    assert chart.is_empty is not any(value for row in values for value in row)
    json.dumps(data, allow_nan=False)


@given(st.lists(st.floats(0, 1e12), max_size=60))
def test_a_small_line_stays_in_its_box(values: list[float]) -> None:
    """A unit a step, every point between top and bottom."""
    points = [tuple(map(float, point.split(","))) for point in spark(values).split()]
    assert all(0 <= y <= SPARK_HEIGHT for _, y in points)
    assert len(points) in {0, len(values)}
    assert [x for x, _ in points] == list(range(len(points)))


@given(st.lists(st.sampled_from(["success", "error", "skipped", "running"]), max_size=30))
def test_every_run_has_its_stroke(states: list[str]) -> None:
    """As wide as there are runs, each in the path of its state."""
    paths = heartbeat([Beat(i, state, "build", i, 1) for i, state in enumerate(states)])
    assert paths.keys() == set(states)
    widths = {state: sum(int(length) for length in re.findall(r"h(\d+)", d)) for state, d in paths.items()}
    assert widths == {state: states.count(state) for state in states}


def test_an_unknown_kind_of_charge_is_still_told() -> None:
    """A kind a newer ledger writes is named by its own words."""
    assert kind_name("busy") == "Busy"
    assert kind_name("some_new_kind") == "some new kind"
