"""Checks are counted, suggested, authored and removed on pages; what a form says wrong is told beside the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from fakes import shop
from fakes.markup import Markup
from fakes.posting import sent
from werkzeug.datastructures import MultiDict

from assay.registry import CHECKS, Registry
from checks.sources.page import kinds
from web.check_fields import fields_of, options_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ASSET = str(shop.key("table_4", "schema_1"))
NEW = {
    "kind": "volume",
    "name": "table 4 has rows",
    "asset": ASSET,
    "severity": "warn",
    "option.min_rows": "10",
}


def told(client: FlaskClient, query: str = "") -> Any:  # noqa: ANN401 - JSON
    """The JSON twin's answer."""
    return client.get(f"/api/v1/checks?{query}").get_json()


def test_coverage_counts_what_is_checked(full: FlaskClient) -> None:
    """The detector's checks are told apart: nobody declared them."""
    figures = told(full)
    assert figures["coverage"] == {"assets": 23, "checked": 19, "detected": 4}
    assert figures["flappers"] == []
    assert len(figures["unwatched"]) == 4
    reads = [one["reads"] for one in figures["unwatched"]]
    assert reads == sorted(reads, reverse=True)


def test_a_record_counts_verdicts_alone(full: FlaskClient) -> None:
    """Three days of results: what could not be said is no verdict, what could not be run is no pass."""
    figures = told(full)
    records = {
        line["row"]["last_outcome"]: (one["passed"], one["looks"])
        for line in figures["lines"]
        for one in [figures["records"][str(line["row"]["id"])]]
    }
    assert records == {"pass": (3, 3), "fail": (2, 3), "error": (2, 3), "unknown": (2, 2)}


@pytest.mark.parametrize(("query", "name", "value"), [
    ("outcome=error", "last_outcome", "error"), ("source=detector", "source", "detector"),
    ("severity=warn", "severity", "warn"), ("kind=volume", "kind", "volume"),
])  # fmt: skip
def test_a_facet_narrows_the_list(full: FlaskClient, query: str, name: str, value: str) -> None:
    """Only checks of that value are left; the worst stand first."""
    rows = [line["row"] for line in told(full, query)["lines"]]
    assert rows
    assert {row[name] for row in rows} == {value}
    order = ("error", "fail", "unknown", "", "pass")
    ranks = [order.index(row["last_outcome"]) for row in rows]
    assert ranks == sorted(ranks)


def test_what_knows_too_little_is_left_out_until_asked_for(full_of_assets: FlaskClient) -> None:
    """What is bad stands first, whoever says it; then what was declared, then the detector's; pages do not overlap."""
    whole = told(full_of_assets)
    pages = range(1, -(-whole["total"] // 50) + 1)
    rows = [line["row"] for n in pages for line in told(full_of_assets, f"page={n}")["lines"]]
    ranks = [(row["last_outcome"] not in {"error", "fail"}, row["source"] == "detector") for row in rows]
    assert [bad for bad, _ in ranks] == sorted(bad for bad, _ in ranks)
    assert [late for bad, late in ranks if bad] == sorted(late for bad, late in ranks if bad)
    assert len({row["id"] for row in rows}) == len(rows) == whole["total"]
    left_out = told(full_of_assets, "outcome=unknown&source=detector")
    assert whole["folded"] == left_out["total"] > 0
    assert not {row["id"] for row in rows} & {line["row"]["id"] for line in left_out["lines"]}
    assert "outcome=unknown&amp;source=detector" in full_of_assets.get("/checks").text
    assert told(full_of_assets, "source=dbt")["folded"] == 0
    assert {line["row"]["source"] for line in told(full_of_assets, "source=dbt")["lines"]} == {"dbt"}


def test_a_new_check_offers_assets(full: FlaskClient) -> None:
    """Keys to choose from, and a word where the asset is not known."""
    for path in ("/checks/new", "/checks/new?kind=volume"):
        assert f'<option value="{ASSET}">' in full.get(path).text
    known, unknown = (
        full.get(f"/checks/new?kind=volume&asset={quote(key)}").text for key in (ASSET, f"{ASSET}_no")
    )
    assert "No source has told of" not in known
    assert "No source has told of" in unknown


def test_a_form_keeps_a_check(acting: FlaskClient) -> None:
    """With what its kind was told, and nothing at its default; the page shows it at once."""
    answer = sent(acting, "/checks/new", NEW)
    assert "The check is kept." in acting.get(answer.headers["Location"]).text
    (line,) = told(acting, f"q={quote(NEW['name'])}")["lines"]
    row = line["row"]
    assert (row["kind"], row["source"], row["severity"], row["config"]) == (
        "volume",
        "page",
        "warn",
        {"min_rows": 10},
    )


@pytest.mark.parametrize(("change", "words", "field"), [
    ({"name": ""}, "Name is empty", "name"),
    ({"asset": " "}, "Asset is empty", "asset"),
    ({"asset": f"{ASSET}_no"}, "No source has told of", "asset"),
    ({"name": "<b>"}, "is no name of a check", "name"),
    ({"asset": "orders"}, "snowflake", "asset"),
    ({"option.min_rows": "many"}, "valid integer", "option.min_rows"),
    ({"option.min_rows": ""}, "Give min_rows, max_rows", ""),
    ({"name": "check 0 <script>alert(1)</script>"}, "is no name of a check", "name"),
])  # fmt: skip
def test_a_form_with_a_mistake_comes_back(
    acting: FlaskClient, change: dict[str, str], words: str, field: str
) -> None:
    """As it was filled in, with what is wrong; nothing is kept."""
    before = told(acting)["total"]
    page = Markup(sent(acting, "/checks/new", NEW | change, status=422).text)
    assert words in page.text
    values = {attrs["name"]: attrs for tag, attrs in page.elements if tag == "input" and "name" in attrs}
    for name, said in {**NEW, **change}.items():
        if name not in {"kind", "severity"}:
            assert values[name]["value"] == said
    assert [name for name, attrs in values.items() if "aria-invalid" in attrs] == ([field] if field else [])
    assert told(acting)["total"] == before


@pytest.mark.parametrize("kind", ["custom_python", "moon", ""])
def test_no_page_makes_a_check_of_code(acting: FlaskClient, kind: str) -> None:
    """A kind whose config is code, or that is not there, is refused."""
    answer = sent(acting, "/checks/new", NEW | {"kind": kind}, status=400 if kind else 422)
    assert "→" in answer.text or "kind" in answer.text


@pytest.mark.parametrize(("option", "text", "words"), [
    ("sql", "DELETE FROM this", "not one statement that only reads"),
    ("sql", "SELECT * FROM this WHERE (", "cannot be read"),
    ("where", "id >", "cannot be read"),
])  # fmt: skip
def test_sql_that_cannot_be_asked_comes_back_at_once(
    acting: FlaskClient, option: str, text: str, words: str
) -> None:
    """Not only when the next cycle runs it."""
    kind = {"sql": {"kind": "custom_sql"}, "where": {"kind": "uniqueness", "option.columns": "id"}}[option]
    own = {name: NEW[name] for name in ("name", "asset", "severity")}

    page = sent(acting, "/checks/new", own | kind | {f"option.{option}": text}, status=422).text

    assert words in Markup(page).text
    assert not told(acting, f"q={quote(NEW['name'])}")["lines"]


def test_a_suggestion_is_accepted(acting: FlaskClient) -> None:
    """What history promises is kept as the page's own check, and not suggested again."""
    address = f"/checks/new?asset={quote(ASSET)}"
    page = Markup(acting.get(address).text)
    names = [attrs["value"] for _, attrs in page.elements if attrs.get("name") == "name"]
    assert names
    assert "would" in page.text or "No history can tell" in page.text
    sent(acting, "/checks/accept", {"asset": ASSET, "name": names[0]})
    assert names[0] not in [a.get("value") for _, a in Markup(acting.get(address).text).elements]
    kept = told(acting, f"q={quote(names[0])}&source=page")["lines"]
    assert [line["row"]["name"] for line in kept if line["row"]["name"] == names[0]] == names[:1]
    assert (
        "no longer suggested" in sent(acting, "/checks/accept", {"asset": ASSET, "name": names[0]}, 400).text
    )


def test_only_checks_of_a_page_are_removed_there(acting: FlaskClient) -> None:
    """One of a file stays until its file says otherwise."""
    by_source = {line["row"]["source"]: line["row"]["name"] for line in told(acting)["lines"]}
    sent(acting, "/checks/remove", {"name": by_source["page"]})
    assert told(acting, f"q={quote(by_source['page'])}")["total"] == 0
    assert "that was made on a page" in sent(acting, "/checks/remove", {"name": by_source["dbt"]}, 404).text


@pytest.mark.parametrize("kind", kinds(Registry()))
def test_every_kind_has_a_form_its_defaults_fit(full: FlaskClient, kind: str) -> None:
    """Each option is a field, and the form as it first stands says nothing but defaults."""
    config_class = Registry().load(CHECKS, kind).config_class
    fields = fields_of(config_class, MultiDict())
    assert {field.key for field in fields} == set(config_class.model_fields)
    page = Markup(full.get(f"/checks/new?kind={kind}").text)
    said = MultiDict(
        (attrs["name"], attrs.get("value", "on"))
        for tag, attrs in page.elements
        if tag == "input"
        and attrs.get("name", "").startswith("option.")
        and ("checked" in attrs or "type" not in attrs or attrs["type"] != "checkbox")
    )
    example = config_class.model_json_schema()["examples"][0]
    options = options_of(config_class, said) | example
    assert config_class.model_validate(options) == config_class.model_validate(example)


def test_lists_and_tables_are_written_a_line_each() -> None:
    """Numbers are numbers unless they stand in quotes; a type may hold commas and colons of its own."""
    load = Registry().load
    values = MultiDict(
        {"option.column": "state", "option.values": 'open\n3\n"4"\n\ntrue', "option.nulls": "on"}
    )
    options = options_of(load(CHECKS, "accepted_values").config_class, values)
    assert options == {"column": "state", "values": ["open", 3, "4", True], "nulls": True}
    columns = MultiDict({"option.columns": "id: NUMBER(38,0)\nstate: VARCHAR\nany"})
    schema = options_of(load(CHECKS, "schema").config_class, columns)
    assert schema == {"columns": {"id": "NUMBER(38,0)", "state": "VARCHAR", "any": ""}, "allow_extra": False}
