"""Letting dbt parse: what it is told, what it is not told, and what becomes of one that hangs or is missing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from assay.cleanup.parsing import parse
from assay.cleanup.profiles import profile
from assay.cleanup.project.tree import Files
from assay.cleanup.proof import Parser, prove
from assay.cleanup.proposal import Step
from assay.cleanup.scan import Called

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = """#!{python}
import json, os, pathlib, sys, time
told = sys.argv[1:]
at = lambda name: pathlib.Path(told[told.index(name) + 1])
record = pathlib.Path(__file__).with_suffix(".calls")
profile = (at("--profiles-dir") / "profiles.yml").read_text()
with record.open("a") as calls:
    calls.write(json.dumps({{"arguments": told, "environment": dict(os.environ), "profile": profile}}) + "\\n")
def say(name, level, msg):
    print(json.dumps({{"info": {{"name": name, "level": level, "msg": msg}}}}), flush=True)
project = at("--project-dir")
say("MainReportVersion", "info", "Running with dbt=1.11.16")
{body}
"""
MANIFEST = """
nodes = {
    "model.shop." + f.stem: {"resource_type": "model", "name": f.stem, "checksum": {"checksum": f.read_text()}}
    for f in sorted(project.rglob("*.sql"))
}
at("--target-path").mkdir()
(at("--target-path") / "manifest.json").write_text(json.dumps({"metadata": {}, "nodes": nodes}))
"""


class Fake:
    """A program in dbt's place that keeps what it was called with."""

    def __init__(self, folder: Path, body: str) -> None:
        self.program = folder / "dbt"
        self.program.write_text(PROGRAM.format(python=sys.executable, body=body))
        self.program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What it was called with, call by call."""
        return [json.loads(line) for line in self.program.with_suffix(".calls").read_text().splitlines()]


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], Fake]:
    """Makes a program that does as told."""
    return lambda body: Fake(tmp_path, body)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that asks for a variable of the environment."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbt_project.yml").write_text("name: shop\nversion: \"{{ env_var('SHOP_VERSION') }}\"\n")
    (folder / "a.sql").write_text("select 1")
    return folder


def test_dbt_is_told_no_secret_and_given_a_profile_to_throw_away(
    fake: Callable[[str], Fake], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The surroundings are a stranger's; variables the project asks for have placeholders."""
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "hunter2")
    monkeypatch.setenv("SHOP_VERSION", "hunter2, too")
    dbt = fake(MANIFEST)

    report = parse(project, str(dbt.program), adapter="snowflake")
    (call,) = dbt.calls

    assert report.ok, report.why
    assert ("1.11.16", "snowflake", ["model.shop.a"]) == (
        report.version, report.adapter, list((report.manifest or {})["nodes"]),
    )  # fmt: skip
    assert "hunter2" not in json.dumps(call)
    assert "1" == call["environment"]["SHOP_VERSION"]
    assert profile("snowflake") == call["profile"]
    assert {"parse", "--no-partial-parse", "--no-send-anonymous-usage-stats"} <= set(call["arguments"])
    assert {
        "error": ["NoNodeForYamlKey", "NodeNotFoundOrDisabled", "UnusedResourceConfigPath"]
    } == json.loads(call["arguments"][call["arguments"].index("--warn-error-options") + 1])
    assert ["a.sql", "dbt_project.yml"] == sorted(file.name for file in project.iterdir())


def test_one_that_hangs_is_ended_with_its_children(fake: Callable[[str], Fake], project: Path) -> None:
    """The deadline holds, and it is said."""
    dbt = fake("import subprocess\nsubprocess.run(['sleep', '60'])\n")

    report = parse(project, str(dbt.program), adapter="duckdb", deadline_s=1)

    assert not report.ok
    assert "it took longer than 1 seconds" == report.why


def test_one_that_is_missing_proves_nothing_and_says_so(project: Path) -> None:
    """That is no failure of the change."""
    report = parse(project, "no-such-dbt")

    assert (False, False, "there is no program no-such-dbt") == (report.ok, report.ran, report.why)


def test_another_adapter_reads_the_project_where_its_own_is_not_installed(
    fake: Callable[[str], Fake], project: Path
) -> None:
    """What is compared is equal before and after, whichever it is."""
    dbt = fake(
        "if 'type: duckdb' not in profile:\n"
        "    say('MainEncounteredError', 'error', 'Could not find adapter type snowflake!')\n"
        "    sys.exit(2)\n" + MANIFEST
    )

    report = parse(project, str(dbt.program), adapter="snowflake")

    assert (True, "duckdb", 2) == (report.ok, report.adapter, len(dbt.calls))


def test_what_dbt_says_of_a_failure_is_told(fake: Callable[[str], Fake], project: Path) -> None:
    """In its own words; a program that says nothing, or writes half a manifest, is no success."""
    dbt = fake("say('MainEncounteredError', 'error', 'Encountered an error:\\nit broke')\nsys.exit(2)")
    silent = parse(project, str(dbt.program), adapter="duckdb")
    assert "it broke" == silent.why

    dbt = fake("at('--target-path').mkdir()\n(at('--target-path') / 'manifest.json').write_text('{')")
    assert not parse(project, str(dbt.program), adapter="duckdb").ok


TREE = Files(
    {
        "dbt/dbt_project.yml": "name: shop\n",
        "dbt/a.sql": "select 1",
        "dbt/b.sql": "select 2",
        "README.md": "b",
    }
)
GONE: dict[str, bytes | None] = {"dbt/b.sql": None}


def proved(dbt: Fake, **more: Any) -> Any:  # noqa: ANN401 - a proof, with whatever else is asked
    """The proof that b can go."""
    parser = Parser(str(dbt.program), "duckdb", deadline_s=20)
    return prove(TREE, GONE, {"model.shop.b"}, [Called("b")], folder="dbt", parser=parser, **more)


def test_a_change_that_does_just_what_it_should_is_proved(fake: Callable[[str], Fake]) -> None:
    """Parsed twice, strictly, in one copy; a mention in prose breaks nothing."""
    dbt = fake(MANIFEST)

    proof = proved(dbt)

    assert (True, True) == (proof.is_verified, proof.holds)
    assert ["prose"] == [each.how for each in proof.mentions]
    assert 2 == len(dbt.calls)


def test_a_project_that_warns_already_is_held_to_no_new_warning(fake: Callable[[str], Fake]) -> None:
    """Its old warnings are no error of the change; a new one is."""
    warns = (
        "if '--warn-error-options' in told:\n"
        "    say('MainEncounteredError', 'error', 'old warning')\n"
        "    sys.exit(2)\n"
        "say('UnusedResourceConfigPath', 'warn', '[WARNING]: old')\n"
    )
    new = "if not (project / 'b.sql').exists():\n    say('NodeNotFoundOrDisabled', 'warn', '[WARNING]: b is missing')\n"

    assert proved(fake(warns + MANIFEST)).holds
    assert ("NodeNotFoundOrDisabled: b is missing",) == proved(fake(warns + new + MANIFEST)).warnings


def test_a_project_that_no_longer_parses_is_no_proof(fake: Callable[[str], Fake]) -> None:
    """It failed after and not before: that is the change's doing."""
    breaks = "if not (project / 'b.sql').exists():\n    say('E', 'error', 'a needs b')\n    sys.exit(2)\n"

    proof = proved(fake(breaks + MANIFEST))

    assert ("a needs b", True, False) == (proof.failure, proof.is_verified, proof.holds)


def test_a_project_that_did_not_parse_before_is_not_verified(fake: Callable[[str], Fake]) -> None:
    """Missing packages, a dbt of another age: nothing is said against the change, and nothing for it."""
    proof = proved(fake("say('E', 'error', 'run dbt deps')\nsys.exit(2)"))

    assert ("run dbt deps", True) == (proof.unverified, proof.holds)


def test_a_change_that_takes_more_along_is_found(fake: Callable[[str], Fake]) -> None:
    """Every other resource must be there."""
    takes = "nodes = {} if not (project / 'b.sql').exists() else nodes\n"
    body = MANIFEST.replace('at("--target-path").mkdir()', takes + 'at("--target-path").mkdir()')

    assert ["model.shop.a is gone"] == [str(each) for each in proved(fake(body)).differences]


def test_packages_of_a_checkout_are_lent(fake: Callable[[str], Fake], tmp_path: Path) -> None:
    """Nothing is fetched: what a checkout has installed is used where it stands."""
    (tmp_path / "checkout" / "dbt_packages" / "utils").mkdir(parents=True)
    dbt = fake("assert (project / 'dbt_packages' / 'utils').is_dir()\n" + MANIFEST)
    parser = Parser(str(dbt.program), "duckdb", tmp_path / "checkout")

    proof = prove(TREE, GONE, {"model.shop.b"}, [Called("b")], folder="dbt", parser=parser)

    assert proof.is_verified


def test_what_is_disabled_keeps_its_own_files(fake: Callable[[str], Fake]) -> None:
    """Its own text may name it; the manifest after has it disabled."""
    body = MANIFEST.replace(
        '"nodes": nodes}',
        '"nodes": {i: n for i, n in nodes.items() if "off" not in n["checksum"]["checksum"]}, '
        '"disabled": {i: [n] for i, n in nodes.items() if "off" in n["checksum"]["checksum"]}}',
    )
    held = b"-- off\nselect * from {{ ref('b') }}"
    parser = Parser(str(fake(body).program), "duckdb")

    proof = prove(
        TREE, {"dbt/b.sql": held}, {"model.shop.b"}, [Called("b")], step=Step.DISABLE, folder="dbt",
        parser=parser, own=["dbt/b.sql"],
    )  # fmt: skip

    assert ((), True) == (proof.differences, proof.holds)


def test_dbt_itself_proves_a_deletion(dbt: Path) -> None:
    """The real program, on a small project: verified, and equal but for the model."""
    tree = Files({
        "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
        "models/live.sql": "select 1 as id\n", "models/dead.sql": "select id from {{ ref('live') }}\n",
    })  # fmt: skip

    proof = prove(
        tree, {"models/dead.sql": None}, {"model.shop.dead"}, [Called("dead", ("memory", "main", "dead"))],
        parser=Parser(str(dbt), "duckdb"),
    )  # fmt: skip

    assert (True, True) == (proof.is_verified, proof.holds), proof
    assert proof.version.startswith("1.11")
