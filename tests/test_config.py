"""The settings: layers, origins, and what is said when something in them is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation of a test's model
from typing import TYPE_CHECKING

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from assay.config import FILE_NAME, Settings, add_connection, add_rules, change_connection, write_new
from assay.config.lines import key_lines
from assay.config.plain_secrets import hide_password, is_secret_key
from assay.config.settings import folder_fields
from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


def load(
    folder: Path,
    text: str = "",
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """The settings of a folder whose assay.toml holds `text`."""
    (folder / FILE_NAME).write_text(text, "utf-8")
    return Settings.load(folder, overrides, environ or {})


def refused(folder: Path, text: str = "", **layers: Mapping[str, str]) -> ConfigError:
    """The error such settings end in."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **layers)
    return caught.value


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    """A folder's store and facts are inside it unless said otherwise."""
    settings = Settings.load(tmp_path, environ={})

    assert settings.store.url == f"sqlite:///{tmp_path}/.assay/assay.db"
    assert settings.facts.root == f"{tmp_path}/.assay/facts"
    assert settings.money.price_per_credit is None
    assert not settings.exists


def test_flags_go_before_the_environment_before_the_file(tmp_path: Path) -> None:
    """Each layer covers the one below it, and each value knows its origin."""
    text = '[money]\ncurrency = "EUR"\nprice_per_credit = 2.5\nprice_per_terabyte_month = 20\n'
    environ = {"ASSAY_MONEY__CURRENCY": "GBP", "ASSAY_MONEY__PRICE_PER_CREDIT": "3.1", "ASSAY_DIR": "x"}
    settings = load(tmp_path, text, environ, {"money.currency": "USD"})

    assert settings.money.currency == "USD"
    assert settings.money.price_per_credit == Decimal("3.1")
    assert settings.money.price_per_terabyte_month == 20
    assert settings.origin("money.currency") == "command line"
    assert settings.origin("money.price_per_credit") == "environment ASSAY_MONEY__PRICE_PER_CREDIT"
    assert settings.origin("money.price_per_terabyte_month") == "assay.toml line 4"
    assert settings.origin("privacy.user_names") == "default"


def test_prices_are_read_as_decimals(tmp_path: Path) -> None:
    """A price in the file never passes through a float."""
    assert load(tmp_path, "[money]\nprice_per_credit = 2.68\n").money.price_per_credit == Decimal("2.68")


def test_a_variable_may_hold_rules_and_name_a_connection_with_a_dash(tmp_path: Path) -> None:
    """Lists are JSON; a variable's name can hold no dash, so an underscore stands for it."""
    environ = {
        "ASSAY_MAPPING__RULES": '[{"role": "LOADER", "asset": "db.raw.sync"}]',
        "ASSAY_CONNECTIONS__MY_SHOP__TARGET": "elsewhere",
    }
    settings = load(tmp_path, '[connections.my-shop]\nkind = "dbt"\n', environ)

    assert settings.mapping.rules[0].role == "LOADER"
    assert settings.connection("my-shop").options == {"target": "elsewhere"}


def test_an_unknown_key_is_told_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    """The message names key, file and line; the next step names what was probably meant."""
    error = refused(tmp_path, '\n[money]\ncurency = "EUR"\n')

    assert error.message == "assay.toml line 3: unknown key money.curency."
    assert error.hint.startswith("Did you mean currency?")
    assert error.exit_code == 3


def test_an_unknown_key_of_a_layer_is_told_with_the_layer(tmp_path: Path) -> None:
    """Where no line is, the variable or flag is named."""
    variable = refused(tmp_path, environ={"ASSAY_STORE__ULR": "x"})
    flag = refused(tmp_path, overrides={"fact.root": "x"})

    assert variable.message == "environment ASSAY_STORE__ULR: unknown key store.ulr."
    assert flag.message == "command line: unknown key fact."
    assert flag.hint.startswith("Did you mean facts?")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[money]\ncurrency = 'euro'\n", "assay.toml line 2: money.currency"),
        ("[money]\nprice_per_credit = -1\n", "assay.toml line 2: money.price_per_credit"),
        ("money = 3\n", "assay.toml line 1: money"),
        ("[connections.acme]\nexport = 'x'\n", "connections.acme.kind is not set"),
        ("[connections.Acme]\nkind = 'dbt'\n", "lower-case letters"),
        (
            "[[mapping.rules]]\nasset = 'b:acme:x'\n",
            "a rule needs an application, tag, role, warehouse or user",
        ),
        ("[[mapping.rules]]\nuser = 'x'\nasset = 'y'\n", "an asset is named platform:account:path"),
        ("[[mapping.rules]]\nuser = 'x'\nasset = 'bi:acme'\n", "an asset is named platform:account:path"),
        ("[[mapping.rules]]\nuser = 'x'\nasset = 'bi::x.y.z'\n", "an asset is named platform:account:path"),
        ("[[mapping.rules]]\nusr = 'x'\nasset = 'y'\n", "assay.toml line 2: unknown key mapping.rules.0.usr"),
        ("[money\n", "is not valid TOML"),
        ("a.b = 1\n[store]\nx = 1\n", "(1 more after it)"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """Every mistake in the file is one error with the place, and a next step."""
    error = refused(tmp_path, text)

    assert told in error.message
    assert error.hint


def test_a_file_that_is_no_text_and_a_variable_that_is_no_json_are_told(tmp_path: Path) -> None:
    """They too end in a configuration error."""
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        Settings.load(tmp_path, environ={})

    assert "not valid JSON" in refused(tmp_path, environ={"ASSAY_MAPPING__RULES": "[{"}).message
    assert "holds a value" in refused(tmp_path, "money = 1\n", overrides={"money.currency": "EUR"}).message


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2-SECRET"',
        'oauth_token = "hunter2-SECRET"',
        'private_key = "hunter2-SECRET"',
        'note = "-----BEGIN RSA PRIVATE KEY-----hunter2-SECRET"',
        'note = "AKIAABCDEFGHIJKLMNOP hunter2-SECRET"',
        'keys = [{ api_key = "hunter2-SECRET" }]',
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path, line: str) -> None:
    """The error tells the form of a reference and holds nothing of the secret."""
    error = refused(tmp_path, f'[connections.acme]\nkind = "snowflake"\n{line}\n')

    assert "assay.toml line 3" in error.message
    assert "env:NAME" in error.hint
    assert "SECRET" not in str(error)


def test_a_secret_in_a_flag_is_refused(tmp_path: Path) -> None:
    """Flags are seen by everyone who lists processes."""
    assert "holds a secret" in refused(tmp_path, overrides={"connections.a.password": "hunter2"}).message


def test_references_and_places_are_no_secrets(tmp_path: Path) -> None:
    """What names a secret's place may stand in the file."""
    text = '[connections.acme]\nkind = "x"\nprivate_key = "env:KEY"\ntoken_url = "https://x"\n'

    assert load(tmp_path, text).connection("acme").options["private_key"] == "env:KEY"


def test_a_password_in_a_url_is_refused_in_the_file_and_hidden_when_shown(tmp_path: Path) -> None:
    """In the environment it may stand; shown, it is stars."""
    url = "postgresql://assay:hunter2@host/db"
    error = refused(tmp_path, f'[store]\nurl = "{url}"\n')
    settings = load(tmp_path, environ={"ASSAY_STORE__URL": url})

    assert "ASSAY_STORE__URL" in error.hint
    assert "hunter2" not in str(error)
    assert settings.store.url == url
    assert "hunter2" not in str({key: value for key, value, _ in settings.shown()})


@given(st.from_regex(r"[a-zA-Z0-9._~-]{1,20}", fullmatch=True))
def test_hidden_is_the_password_whatever_it_is(password: str) -> None:
    """User, host and database stay; the password goes."""
    assert hide_password(f"postgresql://u:{password}@h/d") == "postgresql://u:***@h/d"


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("a.password", True),
        ("a.oauth_token", True),
        ("private_key", True),
        ("token_url", False),
        ("user", False),
    ],
)
def test_a_secret_is_known_by_its_key(key: str, *, secret: bool) -> None:
    """Names that end in where it is kept are none."""
    assert is_secret_key(key) is secret


def test_relative_places_are_taken_from_the_folder(tmp_path: Path) -> None:
    """A folder may move as a whole; what is elsewhere or remote stays."""
    here = load(tmp_path, '[store]\nurl = "sqlite:///x.db"\n[facts]\nroot = "f"\n')
    there = load(tmp_path, '[store]\nurl = "sqlite:////x.db"\n[facts]\nroot = "s3://bucket/f"\n')

    assert (here.store.url, here.facts.root) == (f"sqlite:///{tmp_path}/x.db", f"{tmp_path}/f")
    assert (there.store.url, there.facts.root) == ("sqlite:////x.db", "s3://bucket/f")


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid")

    export: Path | None = None
    user: str = ""
    user_names: str = "hashed"


def test_a_connections_options_become_its_kinds_config(tmp_path: Path) -> None:
    """Folders are taken from the settings' folder, and privacy holds unless the connection says otherwise."""
    text = '[privacy]\nuser_names = "plain"\n[connections.acme]\nkind = "x"\nexport = "e"\nuser = "u"\n'
    config = load(tmp_path, text).connection_config("acme", _Kind)

    assert (config.export, config.user, config.user_names) == (tmp_path / "e", "u", "plain")
    assert folder_fields(_Kind) == {"export"}


def test_an_option_its_kind_does_not_know_is_told_like_any_key(tmp_path: Path) -> None:
    """Place, key and the nearest one."""
    settings = load(tmp_path, '[connections.acme]\nkind = "x"\nexprot = "e"\n')
    with pytest.raises(ConfigError) as caught:
        settings.connection_config("acme", _Kind)

    assert caught.value.message == "assay.toml line 3: unknown key connections.acme.exprot."
    assert caught.value.hint.startswith("Did you mean export?")


def test_an_unknown_connection_is_told_with_the_nearest(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(ConfigError, match="There is no connection acne") as caught:
        load(tmp_path, '[connections.acme]\nkind = "x"\n').connection("acne")

    assert "Did you mean acme?" in caught.value.hint


def test_a_name_that_is_far_from_all_is_answered_with_the_valid_ones_alone(tmp_path: Path) -> None:
    """A guess that is none would mislead."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '[connections.acme]\nkind = "x"\n[connections.shop]\nkind = "x"\n').connection("nope")

    assert caught.value.hint == "Valid: acme, shop."


def test_init_writes_settings_that_say_what_could_be_said(tmp_path: Path) -> None:
    """The new file changes no default, and what its comments offer is valid; it is never written over."""
    assert write_new(tmp_path)
    assert not write_new(tmp_path)
    text = (tmp_path / FILE_NAME).read_text("utf-8")
    settings = Settings.load(tmp_path, environ={})
    spoken = "\n".join(line.removeprefix("# ") if _is_setting(line) else line for line in text.splitlines())

    assert {origin for _, _, origin in settings.shown()} == {"default"}
    assert load(tmp_path, spoken).money.price_per_terabyte_month == 23


def _is_setting(line: str) -> bool:
    return line.startswith(("# [[", "# url =", "# root =", "# role =", "# asset =")) or (
        line.startswith("# ") and " = " in line
    )


def test_a_connection_is_added_and_changed_without_losing_a_comment(tmp_path: Path) -> None:
    """People's own words in the file stay; only the connection's table changes."""
    write_new(tmp_path)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8") + "\n# mine\n", "utf-8")
    file.chmod(0o600)
    add_connection(tmp_path, "acme", "snowflake", {"export": "a", "history_days": 30})
    add_connection(tmp_path, "shop", "dbt", {"target": "t"})
    add_connection(tmp_path, "acme", "snowflake", {"export": "b"})

    text = file.read_text("utf-8")
    assert "# mine" in text
    assert tomlkit.parse(text)["connections"] == {
        "acme": {"kind": "snowflake", "export": "b"},
        "shop": {"kind": "dbt", "target": "t"},
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_connection_that_is_changed_keeps_its_other_options(tmp_path: Path) -> None:
    """Only what is given is set, with the words people wrote beside it; one that is not there is added."""
    write_new(tmp_path)
    file = tmp_path / FILE_NAME
    change_connection(tmp_path, "acme", "snowflake", {"export": "a", "history_days": 30})
    file.write_text(file.read_text("utf-8").replace('"a"', '"a"  # mine'), "utf-8")
    change_connection(tmp_path, "acme", "snowflake", {"account": "org-acme"})

    assert Settings.load(tmp_path, environ={}).connection("acme").options == {
        "export": "a",
        "history_days": 30,
        "account": "org-acme",
    }
    assert '"a"  # mine' in file.read_text("utf-8")


def test_rules_are_added_after_those_that_stand(tmp_path: Path) -> None:
    """A rule of the demo, or of a person, comes last and is read back; comments stay."""
    write_new(tmp_path)
    add_rules(tmp_path, [{"role": "A", "asset": "x:y:a"}])
    add_rules(tmp_path, [{"application": "Looker*", "asset": "x:y:b"}])

    assert ["x:y:a", "x:y:b"] == [rule.asset for rule in Settings.load(tmp_path).mapping.rules]
    assert "# Connections follow" in (tmp_path / FILE_NAME).read_text("utf-8")


def test_a_connection_needs_a_file_that_can_be_read(tmp_path: Path) -> None:
    """No file, a torn file and a file where connections is no table are each told."""
    with pytest.raises(ConfigError, match="There is no") as missing:
        add_connection(tmp_path, "a", "dbt", {})
    (tmp_path / FILE_NAME).write_text("[money\n", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        add_connection(tmp_path, "a", "dbt", {})
    (tmp_path / FILE_NAME).write_text("connections = 3\n", "utf-8")
    with pytest.raises(ConfigError, match="not a table"):
        add_connection(tmp_path, "a", "dbt", {})

    assert "assay init" in missing.value.hint


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the old file as it was, and nothing beside it."""
    write_new(tmp_path)
    before = (tmp_path / FILE_NAME).read_text("utf-8")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        add_connection(tmp_path, "a", "dbt", {})

    assert (tmp_path / FILE_NAME).read_text("utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_lines_of_keys_are_found_in_tables_arrays_and_dotted_keys() -> None:
    """Headers count as keys; the tables of an array are told apart by their place."""
    lines = key_lines('a = 1\n[b]\nc.d = 2\n[[e]]\nf = 3\n[[e]]\nf = 4\n"g h" = 5\n')

    assert lines["a"] == 1
    assert (lines["b"], lines["b.c.d"]) == (2, 3)
    assert (lines["e"], lines["e.0.f"], lines["e.1.f"], lines["e.1.g h"]) == (4, 5, 7, 8)


@given(st.text())
def test_looking_for_lines_never_fails(text: str) -> None:
    """Whatever stands in the file, the search for places is no error of its own."""
    assert all(line >= 1 for line in key_lines(text).values())


def test_a_name_without_an_end_is_cut(tmp_path: Path) -> None:
    """In the error as in its next step."""
    (tmp_path / "assay.toml").write_text(f"[money]\n{'x' * 10_000} = 1\n")
    with pytest.raises(ConfigError) as caught:
        Settings.load(tmp_path, environ={})
    assert "unknown key money.xxx" in caught.value.message
    assert len(str(caught.value)) < 500
