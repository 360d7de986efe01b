"""init, connect, grants, doctor, config, db: from nothing to a folder that works."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Literal

import click
import pytest
from cli.conftest import call
from fakes.feed import fake_registry
from pydantic import BaseModel, Field

from assay.cli import connect, doctor
from assay.cli.field_options import options_of
from assay.cli.findings import Examined
from assay.cli.health import LEAST_FREE_BYTES, examine_installation
from assay.config import Settings
from collectors.base import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Program


@pytest.fixture
def meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake collectors in the place of the installed ones."""
    monkeypatch.setattr(connect.KindGroup, "registry", fake_registry())
    monkeypatch.setattr(doctor, "Registry", fake_registry)


def test_init_makes_a_folder_and_keeps_one(assay: Program) -> None:
    """The second time nothing changes."""
    first, second = assay("init"), assay("init", "--json")

    assert first.code == 0
    assert "→ assay connect" in first.out
    assert second.json == {"dir": str(assay.folder), "created": False}
    assert (assay.folder / ".assay" / ".gitignore").read_text("utf-8") == "*\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in its way is no mistake of ours."""
    (tmp_path / "file").write_text("", "utf-8")
    told = call("init", "--dir", str(tmp_path / "file" / "inside"))

    assert told.code == 3
    assert f"The folder {tmp_path / 'file' / 'inside'} cannot be made: Not a directory." in told.err


def test_settings_are_shown_as_they_are_written(own_company: Program) -> None:
    """Each rule with what it asks for and its line; a folder without settings has none to show."""
    told = own_company("config", "show", "--json").json
    nowhere = call("config", "show", "--dir", str(own_company.folder / "nowhere"))

    assert told["mapping.rules.1.application"]["value"] == "Tableau*"
    assert told["mapping.rules.1.asset"]["origin"].startswith("assay.toml line ")
    assert "mapping.rules.1.user" not in told
    assert nowhere.code == 3


def test_a_file_that_is_no_store_is_named(ready: Program) -> None:
    """Whoever keeps several folders knows which one it is."""
    store = ready.folder / ".assay" / "assay.db"
    for file in store.parent.glob("assay.db*"):
        file.unlink()
    missing = ready("db", "check")
    store.write_text("no database at all, and longer than a header " * 3, "utf-8")
    broken = ready("db", "check")

    assert (missing.code, broken.code) == (3, 3)
    assert "(--dir)" in missing.err
    assert f"The store {store} cannot be used: file is not a database" in broken.err


def test_the_folder_can_be_said_by_the_environment(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASSAY_DIR stands for --dir."""
    monkeypatch.setenv("ASSAY_DIR", str(ready.folder))

    assert call("db", "current").code == 0


@pytest.mark.usefixtures("meters")
def test_connect_tries_and_writes(ready: Program) -> None:
    """The options are the config class's own; what was found is told."""
    told = ready("connect", "meter", "--name", "acme", "--hours", "3", "--then", "is denied")

    assert told.code == 0
    assert "✓ THE METER  ticks" in told.out
    assert "✗ NOTHING MUCH  may not be read\n    → GRANT GOSSIP" in told.out
    text = (ready.folder / "assay.toml").read_text("utf-8")
    assert '[connections.acme]\nkind = "meter"\nhours = 3\nthen = "is denied"\n' in text


@pytest.mark.usefixtures("meters")
def test_connect_writes_nothing_that_cannot_be_read(ready: Program) -> None:
    """Exit code 4, the reason and the fix; --no-test saves it all the same."""
    told = ready("connect", "meter", "--name", "acme", "--then", "breaks")

    assert told.code == 4
    assert "the meter does not answer" in told.err
    assert "look at its cable" in told.err
    assert "acme]" not in (ready.folder / "assay.toml").read_text("utf-8")
    saved = ready("connect", "meter", "--name", "acme", "--then", "breaks", "--no-test", "--json")
    assert saved.json == {"name": "acme", "kind": "meter", "tested": False, "findings": []}


@pytest.mark.usefixtures("meters")
def test_connect_writes_what_it_tried(ready: Program) -> None:
    """Options given later come to those that stand, and those said by --set too: what was tried is what is kept."""
    first = ready("connect", "meter", "--name", "acme", "--hours", "3", "--set", "connections.acme.at=1")
    second = ready("connect", "meter", "--name", "acme", "--account", "xy1")

    assert (first.code, second.code) == (0, 0)
    kept = Settings.load(ready.folder).connection("acme")
    assert kept.options == {"hours": 3, "account": "xy1", "at": "1"}


@pytest.mark.usefixtures("meters")
def test_connect_makes_no_connection_one_of_another_kind(ready: Program) -> None:
    """Its options would be those of both; the one that stands stays as it was."""
    ready("connect", "meter", "--name", "acme", "--hours", "3")
    told = ready("connect", "tool", "--name", "acme")

    assert told.code == 3
    assert "of kind meter" in told.err
    assert Settings.load(ready.folder).connection("acme").options == {"hours": 3}


@pytest.mark.usefixtures("meters")
def test_connect_refuses_what_does_not_fit(ready: Program) -> None:
    """A wrong value, a wrong name and a secret given in the open."""
    assert ready("connect", "meter", "--name", "acme", "--hours", "many").code == 2
    assert ready("connect", "meter", "--name", "A cme").code == 3
    told = ready("connect", "meter", "--name", "acme", "--account", "AKIAABCDEFGHIJKLMNOP")
    assert told.code == 3
    assert "AKIA" not in told.err


@pytest.mark.usefixtures("meters")
def test_the_kinds_are_listed_even_when_one_is_torn() -> None:
    """Each with what it does; one that cannot be imported says so in its line."""
    told = call("connect", "--help")

    assert told.code == 0
    assert re.search(r"meter +A warehouse account whose meter shows a credit an hour\.", told.out)
    assert "cannot be" in told.out


def test_a_folder_inside_is_written_as_seen_from_the_assay_folder(ready: Program, tmp_path: Path) -> None:
    """So that the whole may move; one outside is written in full."""
    inside, outside = ready.folder / "in" / "snowflake", tmp_path / "out"
    for name, folder in (("here", inside), ("there", outside)):
        folder.mkdir(parents=True)
        assert ready("connect", "snowflake", "--name", name, "--export", str(folder), "--no-test").code == 0

    text = (ready.folder / "assay.toml").read_text("utf-8")
    assert 'export = "in/snowflake"' in text
    assert f'export = "{outside}"' in text


def test_grants_prints_the_script_for_a_role() -> None:
    """Ready to be read and run by someone else."""
    told, as_json = call("grants", "snowflake", "--role", "WATCHER"), call("grants", "snowflake", "--json")

    assert "WATCHER" in told.out
    assert as_json.json["role"] == "ASSAY"


def test_grants_prints_the_export_of_a_kind_that_has_one(tmp_path: Path) -> None:
    """The statements bring the files where `connect --export` finds them; what is read in place has none."""
    told = call("grants", "snowflake", "--export", str(tmp_path), "--days", "7", "--json")
    refused = call("grants", "dbt", "--export", str(tmp_path))

    assert told.json["days"] == 7
    assert f"'file://{tmp_path}/QUERY_HISTORY/'" in told.json["script"]
    assert refused.code == 2
    assert "nothing to export" in refused.err


def test_doctor_finds_a_healthy_folder_healthy(company: Program) -> None:
    """Every line has its tick, connections too."""
    told = company("doctor")

    assert told.code == 0
    assert "✗" not in told.out
    assert "✓ package web  ours" in told.out
    assert "QUERY_HISTORY" in told.out
    assert company("doctor", "--offline", "--json").json["healthy"] is True


@pytest.mark.usefixtures("meters")
def test_doctor_says_what_mends_a_connection(ready: Program) -> None:
    """The exact grant, and the settings' own mistakes, with exit code 1."""
    ready("connect", "meter", "--name", "acme", "--then", "is denied")
    with (ready.folder / "assay.toml").open("a", encoding="utf-8") as file:
        file.write('\n[connections.torn]\nkind = "torn"\n')
    told = ready("doctor")

    assert told.code == 1
    assert "✗ NOTHING MUCH  may not be read\n      → GRANT GOSSIP" in told.out
    assert "torn (fakes.torn) cannot be imported" in told.out


def test_doctor_finds_facts_that_are_gone(own_company: Program) -> None:
    """The store lists files that nobody can read any more: that is a cross, with no connection tried."""
    shutil.rmtree(own_company.folder / ".assay" / "facts")
    told = own_company("doctor", "--offline")

    assert told.code == 1
    assert "✗ facts" in told.out
    assert "Restore the facts folder" in told.out


def test_doctor_warns_of_what_breaks_nothing(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a connection and a risky SQLite are no fault, and not all is well either."""
    monkeypatch.setattr("assay.store.health.sqlite_warning", lambda: "it can damage a store")
    told, as_json = ready("doctor"), ready("doctor", "--json").json

    assert told.code == 0
    assert "! SQLite  it can damage a store" in told.out
    assert "! settings  there is no connection yet\n      → assay connect" in told.out
    assert "All is well" not in told.out
    assert as_json["healthy"] is True
    assert [] == [
        line for part in as_json["parts"].values() for line in part if line["fix"] and not line["warning"]
    ]


def test_doctor_says_nothing_of_sqlite_where_the_store_is_another(ready: Program) -> None:
    """Its faults are not those of PostgreSQL."""
    lines = ready("doctor", "--json", "--set", "store.url=postgresql+psycopg://127.0.0.1:9/x").json["parts"]

    assert "SQLite" not in {line["name"] for part in lines.values() for line in part}


def test_doctor_finds_what_is_missing(assay: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder, a damaged store and a full disk are each a cross with its step."""
    assert "Run `assay init" in assay("doctor").out
    assay("init")
    (assay.folder / ".assay" / "assay.db").write_bytes(b"no database" * 1000)
    full = type("Usage", (), {"free": LEAST_FREE_BYTES - 1})
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    told = assay("doctor", "--offline")

    assert told.code == 1
    assert "✗ store" in told.out
    assert "✗ disk" in told.out


def test_config_show_tells_each_origin_and_no_secret(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in the environment's URL is stars."""
    monkeypatch.setenv("ASSAY_STORE__URL", "postgresql://assay:hunter2@host/db")
    told = ready("config", "show", "--json", "--set", "money.currency=EUR")
    table = ready("config", "show")

    assert told.json["money.currency"] == {"value": "EUR", "origin": "command line"}
    assert told.json["store.url"]["value"] == "postgresql://assay:***@host/db"
    assert "environment ASSAY_STORE__URL" in table.out
    assert "hunter2" not in table.out + told.out


def test_config_schema_holds_the_options_of_every_kind(ready: Program) -> None:
    """Editors complete the options of a connection by its kind."""
    schema = ready("config", "schema").json

    assert schema["properties"]["money"]
    assert schema["$defs"]["connection.snowflake"]["properties"]["kind"] == {"const": "snowflake"}
    assert {"$ref": "#/$defs/connection.dbt"} in schema["properties"]["connections"]["additionalProperties"][
        "oneOf"
    ]


def test_db_tells_and_moves_the_schema(ready: Program) -> None:
    """At head after init; upgrading once more changes nothing; check finds it whole."""
    current = ready("db", "current", "--json").json

    assert current["revision"] == current["head"]
    assert "already" in ready("db", "upgrade").out
    assert ready("db", "check", "--json").json == {"faults": []}


def test_db_upgrade_makes_a_lost_store_anew(ready: Program) -> None:
    """What init does for the store, upgrade does too."""
    for file in (ready.folder / ".assay").glob("assay.db*"):
        file.unlink()
    told = ready("db", "current")

    assert (told.code, told.out.startswith("empty")) == (1, True)
    assert "from empty to" in ready("db", "upgrade").out


def test_db_backup_is_a_whole_store(own_company: Program, tmp_path: Path) -> None:
    """It holds what the store holds, and is not written over by chance."""
    copy = tmp_path / "copy.db"
    told = own_company("db", "backup", str(copy))
    again = own_company("db", "backup", str(copy))

    assert told.code == 0
    with closing(sqlite3.connect(copy)) as store:
        (assets,) = store.execute("SELECT count(*) FROM asset").fetchone()
    assert assets > 30
    assert again.code == 2
    assert "exists already" in again.err
    assert own_company("db", "backup", str(copy), "--force", "--json").json["bytes"] > 0


def test_db_backup_that_cannot_be_made_is_told(ready: Program, tmp_path: Path) -> None:
    """A folder that is not there, and a store of another kind."""
    nowhere = ready("db", "backup", str(tmp_path / "no" / "copy.db"))
    postgres = ready("db", "backup", str(tmp_path / "x"), "--set", "store.url=postgresql://h/d")

    assert (nowhere.code, postgres.code) == (3, 2)
    assert "pg_dump" in postgres.err


def test_doctor_finds_a_package_that_stands_in_the_place_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Plain names such as `web` are others' too; a library that is gone is told like it."""
    (tmp_path / "web.py").write_text("", "utf-8")
    found = importlib.util.spec_from_file_location("web", tmp_path / "web.py")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: found)
    monkeypatch.setattr("assay.cli.health.LIBRARIES", ("assay-no-such-library",))
    lines = {finding.name: finding for finding in examine_installation()}

    assert not lines["package web"].ok
    assert str(tmp_path / "web.py") in lines["package web"].detail
    assert lines["assay-no-such-library"].detail == "not installed"


@pytest.mark.usefixtures("meters")
def test_every_sort_of_field_is_an_option(ready: Program) -> None:
    """Flags, choices, whole numbers, lists and texts; what tests alone set is not offered."""

    class Many(BaseModel):
        words: tuple[str, ...] = ()
        quick: bool = True
        mode: Literal["a", "b"] | None = None
        host: str | None = Field(default=None, description="Tests only.")

    options = {option.name: option for option in options_of(Many)}

    assert options["words"].multiple
    assert options["quick"].opts == ["--quick"]
    assert options["quick"].secondary_opts == ["--no-quick"]
    assert isinstance(options["mode"].type, click.Choice)
    assert options["host"].hidden
    assert ready("connect", "tool", "--name", "shop", "--instance", "xy1").code == 0


def test_a_way_in_that_leads_to_nothing_needed_is_of_no_use() -> None:
    """A sign-in that succeeds reads nothing by itself; one needed part is enough."""
    sign_in = Finding("sign-in", ok=True, detail="answers")
    history, meter = (
        Finding(name, ok=readable, detail="", needed=True) for name, readable in (("A", False), ("B", True))
    )

    assert not Examined("acme", [sign_in]).useless
    assert Examined("acme", [sign_in, history]).useless
    assert not Examined("acme", [sign_in, history, meter]).useless
    assert Examined("acme", []).useless


@pytest.mark.parametrize(("kind", "option"), [("snowflake", "--export"), ("dbt", "--target")])
def test_a_folder_that_holds_nothing_needed_is_not_connected(
    ready: Program, tmp_path: Path, kind: str, option: str
) -> None:
    """What is not there is no tick: each line is told, nothing is written, and the exit code says so."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "data_0_0_0.csv.gz").write_bytes(b"")
    told = ready("connect", kind, "--name", "acme", option, str(tmp_path / "empty"))

    assert told.code == 4
    assert "✗ " in told.out
    assert "✓" not in told.out
    assert "\n  or save it all the same: --no-test" in told.err
    assert "acme]" not in (ready.folder / "assay.toml").read_text("utf-8")


def test_an_option_that_must_be_given_is_asked_for_as_it_is_given(ready: Program) -> None:
    """By its flag, and not by the key it has in the file; one that stands in the file need not be given again."""
    missing = ready("connect", "dbt", "--name", "shop", "--no-test")
    ready("connect", "dbt", "--name", "shop", "--target", "t", "--no-test")
    standing = ready("connect", "dbt", "--name", "shop", "--instance", "acme", "--no-test")

    assert missing.code == 2
    assert "--target is missing" in missing.err
    assert "→ Give --target: A target folder" in missing.err
    assert standing.code == 0


def test_a_remote_place_is_written_as_it_is(ready: Program) -> None:
    """A URL is no folder."""
    told = ready("connect", "dbt", "--name", "shop", "--target", "s3://bucket/target", "--no-test")

    assert told.code == 0
    assert 'target = "s3://bucket/target"' in (ready.folder / "assay.toml").read_text("utf-8")


def test_the_schema_does_without_a_kind_that_cannot_be_imported(
    ready: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note says which one is left out."""
    monkeypatch.setattr("assay.cli.config.Registry", fake_registry)
    told = ready("config", "schema")

    assert told.code == 0
    assert "connection.meter" in told.json["$defs"]
    assert "without the options of torn" in told.err


@pytest.mark.usefixtures("meters")
def test_an_option_said_by_set_is_tried_too(ready: Program) -> None:
    """What is wrong with the whole connection is told before anything is written."""
    told = ready("connect", "meter", "--name", "acme", "--set", "connections.acme.hour=3")

    assert told.code == 3
    assert "unknown key connections.acme.hour" in told.err


def test_a_damaged_store_is_not_backed_up(ready: Program, tmp_path: Path) -> None:
    """A copy that fails its check, and a store that is not there, leave no file."""
    store = ready.folder / ".assay" / "assay.db"
    store.write_bytes(store.read_bytes()[:4096] + b"x" * 40_000)
    damaged = ready("db", "backup", str(tmp_path / "copy.db"))
    for file in store.parent.glob("assay.db*"):
        file.unlink()
    missing = ready("db", "backup", str(tmp_path / "copy.db"))

    assert (damaged.code, missing.code) == (3, 3)
    assert "There is no store" in missing.err
    assert [path.name for path in tmp_path.iterdir()] == ["assay"]
