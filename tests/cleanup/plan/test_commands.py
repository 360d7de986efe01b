"""`assay cleanup`: what could go, its plan, and that nothing leaves without every gate."""

from __future__ import annotations

import io
import json
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from fakes import clean_shop
from fakes.clean_shop import Company, key

from assay.cli import figures
from assay.cli.app import run

if TYPE_CHECKING:
    from datetime import datetime


class Shell:
    """The program on the company, at a moment of our choosing."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Call `assay cleanup`; its exit code, and all it printed."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = run(["cleanup", *arguments, "--dir", str(self.company.folder)])
        return code, out.getvalue()

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - as json's own
        """What it answers in JSON, whatever its exit code."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            run(["cleanup", *arguments, "--json", "--dir", str(self.company.folder)])
        assert out.getvalue(), err.getvalue()
        return json.loads(out.getvalue())

    def plan(self, *arguments: str) -> Any:  # noqa: ANN401 - as json's own
        """The plan of the old models from the checkout."""
        return self.json("plan", *arguments, "--checkout", str(self.company.checkout), "--dry-run")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is the company's own day."""
    monkeypatch.setattr(figures, "utc_now", lambda: clean_shop.NOW)
    return clean_shop.NOW


@pytest.fixture
def cleanup(shop: Company) -> Shell:
    """`assay cleanup` on the company."""
    return Shell(shop)


def shut(plan: dict[str, Any]) -> dict[str, str]:
    """The gates that are shut, with why."""
    return {gate["name"]: gate["detail"] for gate in plan["gates"] if gate["passed"] is False}


def test_detect_tells_sets_in_order_with_what_they_cost(cleanup: Shell) -> None:
    """The two models hang together and go leaves first; what holds history is only disabled."""
    told = cleanup.json("detect")
    models = {tuple(model["model"] for model in each["models"]): each for each in told["sets"]}
    old = models["model.shop.old_report", "model.shop.old_orders"]

    assert old["open"]
    assert ("delete", 12_000_000_000) == (old["step"], old["nano_credits_per_month"])
    assert "disable" == models["model.shop.lonely",]["step"]


def test_detect_of_a_set_there_is_not_is_refused(cleanup: Shell) -> None:
    """Rather than told as if nothing were dead."""
    assert 2 == cleanup("detect", "zzzz")[0]


def test_detect_of_one_set_shows_every_gate(cleanup: Shell) -> None:
    """A fingerprint's beginning chooses it."""
    name = next(each["fingerprint"] for each in cleanup.json("detect")["sets"] if len(each["models"]) == 2)

    code, told = cleanup("detect", name[:6])

    assert 0 == code
    assert "1. old_report" in told
    assert "✓ Nobody needs them: 1 dead end, 1 unused" in told


def test_a_plan_is_files_that_git_applies(cleanup: Shell, shop: Company) -> None:
    """The patch removes the models and their entries and no other byte; SQL only renames; the text tells it all."""
    out = shop.folder / "plans"
    code, told = cleanup("plan", "--checkout", str(shop.checkout), "--out", str(out))
    files = {file.suffix: file for file in out.iterdir()}
    shop.git("apply", "--index", str(files[".patch"]))
    left = (shop.checkout / "models" / "schema.yml").read_text()

    assert 0 == code, told
    assert "D  models/old_orders.sql\nD  models/old_report.sql\nM  models/schema.yml\n" == shop.git(
        "status", "-s"
    )
    assert "# what we sell" in left
    assert "old_" not in left
    assert (
        "\nALTER TABLE shop.marts.old_report RENAME TO shop.marts.old_report_deprecated;"
        in files[".sql"].read_text()
    )
    assert "\nDROP" not in files[".sql"].read_text()
    assert "12.00 credits" in files[".md"].read_text()


def test_a_dry_run_writes_nothing(cleanup: Shell, shop: Company) -> None:
    """It only tells."""
    told = cleanup.plan()

    assert told["open"]
    assert [] == told["written"]
    assert not (shop.folder / "cleanup-plans").exists()


def test_without_dbt_it_is_said_and_stays_a_draft(cleanup: Shell) -> None:
    """What could not be looked at is neither open nor shut."""
    told = cleanup.plan()
    said = cleanup("plan", "--checkout", str(cleanup.company.checkout), "--dry-run")[1]
    unsure = [gate["name"] for gate in told["gates"] if gate["passed"] is None]

    assert not told["parse_verified"]
    assert ["dbt parses the project before and after", "The manifests differ by exactly these"] == unsure
    assert "No gate is shut, 2 gates could not be looked at" in said


def test_a_read_takes_the_model_and_all_above_it_out(cleanup: Shell, shop: Company) -> None:
    """Somebody read the report today: neither it nor what it is built from may go."""
    clean_shop.read(shop, "old_report")

    told = cleanup.json("detect")

    assert [["model.shop.lonely"]] == [[model["model"] for model in each["models"]] for each in told["sets"]]


@pytest.mark.parametrize(
    ("change", "gate", "word"),
    [
        ({"old_report": {"access": "public"}}, "Nobody asked to keep them", "public"),
        (
            {"old_report": {"config": {"meta": {"assay": "keep"}}}},
            "Nobody asked to keep them",
            "meta assay: keep",
        ),
        ({"old_report": {"tags": ["keep"]}}, "Nobody asked to keep them", "tag keep"),
        (
            {"old_report": {"deprecation_date": "2027-01-31T00:00:00Z"}},
            "Nobody asked to keep them",
            "2027-01-31",
        ),
        ({"old_report": {"package_name": "dbt_utils"}}, "Nobody asked to keep them", "dbt_utils"),
        ({"old_report": {"config": {"materialized": "incremental"}}}, "No history is lost", "old_report"),
        (
            {"old_report": {"checksum": {"name": "sha256", "checksum": "0"}}},
            "The files are those",
            "has changed",
        ),
        (
            {
                "exposure.shop.board": {
                    "resource_type": "exposure",
                    "depends_on": {"nodes": ["model.shop.old_report"]},
                }
            },
            "Nothing else is built from them",
            "exposure.shop.board reads model.shop.old_report",
        ),
        (
            {
                "operation.shop.hook": {
                    "resource_type": "operation",
                    "depends_on": {"nodes": ["model.shop.old_orders"]},
                }
            },
            "Nothing else is built from them",
            "operation.shop.hook",
        ),
        (
            {"source.ops.old": {"resource_type": "source", "relation_name": "shop.marts.old_report"}},
            "Nothing else is built from them",
            "declared over model.shop.old_report",
        ),
    ],
)
def test_each_thing_the_manifest_says_shuts_its_gate(
    cleanup: Shell, shop: Company, change: dict[str, Any], gate: str, word: str
) -> None:
    """Hard blockers: whatever says that somebody wants one of them, or builds on it."""
    shop.rewrite_manifest(change)

    told = cleanup.plan("68")
    why = {name: detail for name, detail in shut(told).items() if name.startswith(gate)}

    assert not told["open"]
    assert any(word in detail for detail in why.values()), shut(told)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        (
            {"macros/audit.sql": "{% macro a() %}{% do run_query('x' ~ ref('old_report')) %}{% endmacro %}"},
            "macros/audit",
        ),
        ({"jobs/nightly.sh": "dbt build --select old_report+\n"}, "jobs/nightly.sh:1 (selection)"),
        ({"dags/report.py": "Run('select * from marts.old_report')\n"}, "dags/report.py:1 (relation)"),
    ],
)
def test_a_name_in_other_text_keeps_the_model(
    cleanup: Shell, shop: Company, files: dict[str, str], word: str
) -> None:
    """Nothing is said of these by dbt; the gate names the place."""
    shop.commit(files)

    told = cleanup.plan("68")

    assert not told["open"]
    assert word in json.dumps(shut(told))


def test_a_name_in_a_watched_folder_keeps_the_model(cleanup: Shell, shop: Company) -> None:
    """A BI tool's models in another repository are looked through where the settings say so."""
    looker = shop.folder / "looker"
    looker.mkdir()
    (looker / "old.view.lkml").write_text("sql_table_name: marts.old_report ;;\n")

    shop.configure("[cleanup]", 'watch = ["looker"]')

    told = cleanup.plan("68")

    assert "old.view.lkml:1 (relation)" in json.dumps(shut(told))


def test_what_was_changed_lately_is_left_alone(cleanup: Shell, shop: Company) -> None:
    """Somebody works on it; that its text is back to what dbt read changes nothing."""
    text = clean_shop.FILES["models/old_report.sql"]
    shop.commit({"models/old_report.sql": text + "-- tried\n"}, clean_shop.NOW)
    shop.commit({"models/old_report.sql": text}, clean_shop.NOW)

    assert (
        "models/old_report.sql was changed on 2026-11-20" in shut(cleanup.plan("68"))["Nobody works on them"]
    )


def test_old_evidence_opens_nothing(cleanup: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queries that are known up to two days ago say nothing of yesterday's."""
    from datetime import timedelta  # noqa: PLC0415 - for this test alone

    monkeypatch.setattr(figures, "utc_now", lambda: clean_shop.NOW + timedelta(days=2))

    told = cleanup.json("detect", "68")

    assert [False] == [each["open"] for each in told["sets"]]
    assert "The evidence is fresh" in shut(told["sets"][0])


def test_a_path_nobody_allows_shuts_the_gate(cleanup: Shell, shop: Company) -> None:
    """The allow-list is looked at when planning already, not only when sending."""
    shop.configure("[cleanup.repositories.shop]", 'keep = ["models/schema.yml"]')

    told = cleanup.plan("68")

    assert "models/schema.yml" in shut(told)["The edit is exact"]


def test_a_set_that_is_not_there_is_a_users_error(cleanup: Shell) -> None:
    """So is none at all; both say the next step."""
    assert 2 == cleanup("plan", "ffff")[0]
    assert "assay cleanup detect" in cleanup("open")[1]
    assert 3 == cleanup("detect", "--repository", "shpo")[0]


def test_without_a_repository_the_sets_are_told_all_the_same(cleanup: Shell, shop: Company) -> None:
    """What could go is known from the store; that it needs a repository is a gate."""
    settings = shop.folder / "assay.toml"
    settings.write_text(settings.read_text().partition("[cleanup.repositories")[0])

    told = cleanup.json("detect")

    assert 2 == len(told["sets"])
    assert all("It stands in a dbt project of ours" in shut(each) for each in told["sets"])
    assert 3 == cleanup("plan")[0]


def test_no_pull_request_is_listed_before_one_is_opened(cleanup: Shell) -> None:
    """The list says how to come by one."""
    assert (0, "No pull request was proposed yet.\n→ assay cleanup detect tells what could go.\n") == cleanup(
        "list"
    )


def test_the_names_of_assets_are_those_of_the_store(cleanup: Shell) -> None:
    """Each model says which asset it builds."""
    told = cleanup.json("detect", "68")

    assert [str(key("old_report")), str(key("old_orders"))] == [m["asset"] for m in told["sets"][0]["models"]]


def test_git_itself_reads_the_patch(cleanup: Shell, shop: Company) -> None:
    """What is written is what a reviewer applies."""
    out = shop.folder / "plans"
    cleanup("plan", "68", "--checkout", str(shop.checkout), "--out", str(out))
    (patch,) = out.glob("*.patch")

    done = subprocess.run(["git", "apply", "--check", str(patch)], cwd=shop.checkout, check=False)

    assert 0 == done.returncode


def test_a_source_nobody_reads_stays(cleanup: Shell, shop: Company) -> None:
    """It has a name in dbt, but dbt only reads it: what loads it is not in the repository."""
    clean_shop.load(shop, "landing")
    before = cleanup.json("detect")
    settings = shop.folder / "assay.toml"
    settings.write_text(settings.read_text().partition("[cleanup.repositories")[0])

    (told,) = (each for each in cleanup.json("detect")["sets"] if not each["models"])

    assert 2 == len(before["sets"])
    assert "it is a source" in told["stays"][str(key("landing"))]


def test_a_set_that_is_held_back_is_told_with_the_reason(cleanup: Shell, shop: Company) -> None:
    """Its models are ours, and a short history holds them: the gate says so in the words of the verdict."""
    settings = shop.folder / "assay.toml"
    settings.write_text("[unused]\nwindow_days = 200\n" + settings.read_text())

    told = cleanup.json("detect")["sets"]

    assert 2 == len(told)
    assert [[], []] == [each["models"] for each in told]
    assert all("days" in shut(each)["It stands in a dbt project of ours"] for each in told), told


def test_without_checkout_and_credential_the_next_step_is_told(cleanup: Shell, shop: Company) -> None:
    """Nothing is planned from files nobody gives."""
    settings = shop.folder / "assay.toml"
    settings.write_text(settings.read_text().replace('token = "env:SHOP_TOKEN"\n', ""))

    code, told = cleanup("plan", "68")

    assert 3 == code
    assert "--checkout FOLDER" in told
