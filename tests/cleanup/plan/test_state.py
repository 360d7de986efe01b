"""What a pull request's models cost today: which differ, what they cost, and a gate on it."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from fakes import clean_shop
from fakes.clean_shop import CREDIT, Company

from assay.cleanup.changes import Kind, between, by_files
from assay.cleanup.manifests import Manifest
from assay.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path


def manifest(**models: dict[str, Any]) -> Manifest:
    """A manifest of models, with their checksum and all that is said of them."""
    nodes = {
        f"model.shop.{name}": {
            "resource_type": "model", "name": name, "original_file_path": f"models/{name}.sql",
            "checksum": {"name": "sha256", "checksum": "1"}, "config": {"materialized": "table"}, **told,
        }
        for name, told in models.items()
    }  # fmt: skip
    macros = {
        "macro.shop.inner": {"macro_sql": "one"},
        "macro.shop.outer": {"macro_sql": "two", "depends_on": {"macros": ["macro.shop.inner"]}},
    }
    return Manifest({"metadata": {"project_name": "shop"}, "nodes": nodes, "macros": macros})


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"checksum": {"name": "sha256", "checksum": "2"}}, ("code",)),
        ({"config": {"materialized": "view"}}, ("config",)),
        ({"schema": "other"}, ("relation",)),
        ({"contract": {"enforced": True}}, ("contract",)),
    ],
)
def test_a_model_counts_as_changed_by_what_changes_its_build(
    told: dict[str, Any], what: tuple[str, ...]
) -> None:
    """Code, configuration, relation and contract, each told apart."""
    (change,) = between(manifest(a={}, b={}), manifest(a=told, b={}))

    assert (Kind.CHANGED, what) == (change.kind, change.what)


def test_what_changes_no_build_is_no_change() -> None:
    """Words, tags and meta build nothing anew; a disabled model is not there."""
    after = manifest(
        a={"config": {"materialized": "table", "meta": {"x": 1}, "tags": ["y"]}, "description": "z"}
    )

    assert [] == between(manifest(a={}), after)


def test_a_changed_macro_reaches_its_users_however_far() -> None:
    """As dbt's own state:modified.macros."""
    uses = {"depends_on": {"macros": ["macro.shop.outer"]}}
    base, head = manifest(a=uses, b={}), manifest(a=uses, b={})
    head.raw["macros"]["macro.shop.inner"]["macro_sql"] = "changed"

    assert [("a", ("a macro it uses",))] == [(each.name, each.what) for each in between(base, head)]


def test_new_and_deleted_models_are_told() -> None:
    """By their presence alone."""
    found = between(manifest(a={}, b={}), manifest(b={}, c={}))

    assert [("a", Kind.DELETED), ("c", Kind.NEW)] == [(each.name, each.kind) for each in found]


def test_files_tell_models_in_a_folder_of_the_repository() -> None:
    """Paths are the repository's; what is no model beside known ones is nothing."""
    known = manifest(a={}, b={})
    base = {"dbt/models/a.sql": "1", "dbt/models/b.sql": "1", "README.md": "1", "models/a.sql": "1"}
    head = {"dbt/models/a.sql": "2", "dbt/models/c.sql": "1", "dbt/README.md": "2", "models/a.sql": "2"}

    found = by_files(known, base, head, "dbt")

    assert [("a", Kind.CHANGED), ("b", Kind.DELETED), ("c", Kind.NEW)] == [
        (each.name, each.kind) for each in found
    ]


class Told:
    """`assay cleanup state` on the company."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Its exit code, stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["cleanup", "state", *arguments, "--dir", str(self.company.folder)])
        return code, out.getvalue(), err.getvalue()


@pytest.fixture
def manifests(shop: Company, tmp_path: Path) -> tuple[str, str]:
    """The manifest before, and one in which orders' code changed and old_report is gone."""
    before = shop.folder / "target" / "manifest.json"
    told = json.loads(before.read_bytes())
    told["nodes"]["model.shop.orders"]["checksum"]["checksum"] = "0"
    del told["nodes"]["model.shop.old_report"]
    after = tmp_path / "head" / "target"
    after.mkdir(parents=True)
    (after / "manifest.json").write_text(json.dumps(told))
    return str(before), str(after.parent)


def test_the_cost_readers_and_downstream_of_each_change_are_told(
    shop: Company, manifests: tuple[str, str]
) -> None:
    """Exact integers in JSON; what is built from a model counts at any number of steps."""
    code, out, _ = Told(shop)("--base", manifests[0], "--head", manifests[1], "--json")
    told = json.loads(out)
    orders, report = told["models"]

    assert 0 == code
    assert ("model.shop.orders", "changed", ["code"]) == (orders["model"], orders["change"], orders["what"])
    assert (30 * CREDIT, {"bi_tool": 30}, 30) == (
        orders["nano_credits_per_month"], orders["readers"], orders["builds_per_month"],
    )  # fmt: skip
    assert (2, 12 * CREDIT) == (orders["downstream"], orders["downstream_nano_credits_per_month"])
    assert ("deleted", 5 * CREDIT, 0) == (
        report["change"],
        report["nano_credits_per_month"],
        report["downstream"],
    )
    assert 35 * CREDIT == told["nano_credits_per_month"]


@pytest.mark.parametrize(("limit", "code", "word"), [("29.9", 1, "more than"), ("30", 0, "within")])
def test_a_limit_is_a_gate(
    shop: Company, manifests: tuple[str, str], limit: str, code: int, word: str
) -> None:
    """What is changed costs 30 credits: deleting the dear is no reason to fail."""
    told = Told(shop)("--base", manifests[0], "--head", manifests[1], "--fail-over", limit)

    assert code == told[0]
    assert f"costs 30.00 credits, {word} the" in told[1]


def test_the_comment_is_markdown_that_names_each_model(shop: Company, manifests: tuple[str, str]) -> None:
    """A table, dearest first, with the days it is of."""
    _, text, _ = Told(shop)("--base", manifests[0], "--head", manifests[1])

    assert "| `orders` | changed: code | 30.00 credits | 30 | bi\\_tool 30 |" in text
    assert text.index("`orders`") < text.index("`old_report`")
    assert "up to 2026-11-20" in text


def test_two_commits_are_compared_by_their_files(shop: Company) -> None:
    """The newest manifest says which file is which model; a new file is a new model."""
    shop.commit({"models/orders.sql": "select 2 as id\n", "models/fresh.sql": "select 3\n"}, clean_shop.NOW)

    code, out, _ = Told(shop)("--base", "HEAD~1", "--checkout", str(shop.checkout), "--json")
    told = {each["model"]: each for each in json.loads(out)["models"]}

    assert 0 == code
    assert {"model.shop.orders", "model.shop.fresh"} == set(told)
    assert (None, "new") == (told["model.shop.fresh"]["asset"], told["model.shop.fresh"]["change"])


def test_nothing_changed_says_so(shop: Company) -> None:
    """Comparing a commit with itself."""
    code, text, _ = Told(shop)("--base", "HEAD", "--checkout", str(shop.checkout))

    assert (0, True) == (code, "No model is changed." in text)


@pytest.mark.parametrize("limit", ["NaN", "-5", "Infinity", "much"])
def test_a_limit_that_is_no_amount_is_refused(shop: Company, manifests: tuple[str, str], limit: str) -> None:
    """Before anything is compared, so that a gate is never silently open."""
    code, out, _ = Told(shop)("--base", manifests[0], "--head", manifests[1], "--fail-over", limit)

    assert (2, "") == (code, out)


def test_commits_of_what_is_no_repository_are_refused(shop: Company, tmp_path: Path) -> None:
    """A gate that compared a folder with itself would let everything pass."""
    code, out, err = Told(shop)("--base", "main", "--checkout", str(tmp_path), "--fail-over", "1")

    assert (2, "") == (code, out)
    assert "no git repository" in err


def test_two_sorts_of_states_are_a_users_error(shop: Company, manifests: tuple[str, str]) -> None:
    """So is a manifest that is none, which is told by its path."""
    assert 2 == Told(shop)("--base", manifests[0], "--head", "HEAD")[0]
    (shop.folder / "broken.json").write_text("{")
    code, _, err = Told(shop)("--base", str(shop.folder / "broken.json"), "--head", manifests[1])
    assert 4 == code
    assert "broken.json cannot be read" in err
