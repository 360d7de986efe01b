"""A connection's options: an allow-list, no password, and secrets only by reference."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from assay.errors import UsageError
from assay.secrets import SecretRef
from collectors.snowflake import SnowflakeCollector
from collectors.snowflake.config import SnowflakeConfig
from collectors.snowflake.doctor import beyond_need
from collectors.snowflake.failures import of_connect, of_query
from collectors.snowflake.from_live import query_of
from collectors.snowflake.session import sign_in
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-s3cret-value"
LIVE = {"account": "org-acme", "user": "svc", "private_key": "env:K"}


@pytest.mark.parametrize(
    "options",
    [
        LIVE,
        {
            **LIVE,
            "private_key_passphrase": "file:/run/secrets/phrase",
            "role": "ASSAY",
            "warehouse": "ASSAY_WH",
        },
        {"user": "svc", "access_token": "env:PAT"},
        {"oauth_token": "env:T"},
        {
            "oauth_client_id": "c",
            "oauth_client_secret": "env:S",
            "oauth_token_url": "https://id.example/token",
        },
        {"workload_identity": "AWS"},
        {"export": "exports/acme"},
        {"kind": "snowflake", "export": "exports/acme", "user_names": "plain"},
    ],
)
def test_each_way_in_is_accepted(options: dict[str, Any]) -> None:
    """A folder, or one way to sign in."""
    assert SnowflakeConfig(**options)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "exactly one way to sign in"),
        ({**LIVE, "access_token": "env:T"}, "exactly one way to sign in"),
        ({"account": "a", "private_key": "env:K"}, "user is missing"),
        ({"oauth_client_id": "c"}, "oauth_client_secret"),
        ({**LIVE, "export": "x"}, "not both"),
        ({**LIVE, "password": CANARY}, "Extra inputs"),
        ({**LIVE, "proxy_host": "evil.example"}, "Extra inputs"),
        ({**LIVE, "private_key": CANARY}, "by reference"),
        ({**LIVE, "private_key": f"vault:{CANARY}"}, "by reference"),
        ({**LIVE, "host": "127.0.0.1"}, "ASSAY_ALLOW_INSECURE_TEST_HOSTS"),
        ({**LIVE, "account": "evil.example/path"}, "not an account"),
        ({**LIVE, "account": "acme.snowflakecomputing.com@evil"}, "not an account"),
        ({**LIVE, "role": 'x"; DROP'}, "not a plain name"),
        (
            {"oauth_client_id": "c", "oauth_client_secret": "env:S", "oauth_token_url": "http://id.example"},
            "https",
        ),
    ],
)
def test_what_is_not_allowed_is_told_without_its_value(options: dict[str, Any], why: str) -> None:
    """The sentence names the fault; a secret put in the wrong place is not repeated."""
    with pytest.raises(ValidationError, match=why) as caught:
        SnowflakeConfig(**options)

    assert CANARY not in str(caught.value)


def test_a_config_shows_references_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the config's repr nor its dump holds the value, even after it was used."""
    monkeypatch.setenv("TOKEN", CANARY)
    config = SnowflakeConfig.model_validate({"user": "svc", "access_token": "env:TOKEN"})
    options, secrets = sign_in(config)

    assert options["token"] == CANARY
    assert secrets == (CANARY,)
    assert CANARY not in f"{config!r} {config.model_dump_json()} {SnowflakeCollector('a', config)!r}"
    assert config.references() == (SecretRef("env", "TOKEN"),)


def test_the_drivers_words_are_struck_of_secrets() -> None:
    """Whatever the driver repeats, line by line of a key too, does not get into our message."""
    error = RuntimeError(f"login with {CANARY} and line-two failed\nsecond line")
    told = of_connect(error, "acme", (f"{CANARY}\nline-two",))

    assert "login with … and … failed" in told.message
    assert CANARY not in repr(of_query(error, VIEWS[0], "ASSAY", (CANARY,)))


def test_every_view_has_its_query_and_its_grant() -> None:
    """A query file for each view, of the view it names, within the columns it declares."""
    for view in VIEWS:
        text = query_of(view)
        assert view.source.lower() in text
        assert text.startswith("-- ")
        assert all(any(s.lower() in text for s in c.sources) for c in view.columns if c.required), view.name
        assert view.grant.format(role="X").endswith("TO ROLE X;")
        assert set(view.stream.schema.names) or view.optional


def test_the_grants_are_the_least_that_is_needed() -> None:
    """Each database role the views need is granted, and nothing like ownership or all privileges."""
    script = SnowflakeCollector.grants("WATCHER")

    assert all(view.grant.format(role="WATCHER") in script for view in VIEWS)
    assert "{role}" not in script
    code = "\n".join(line.partition("--")[0] for line in script.splitlines())
    assert not any(
        word in code.upper() for word in ("IMPORTED PRIVILEGES", "OWNERSHIP", "PASSWORD", "ALL ", "DROP")
    )
    with pytest.raises(UsageError):
        SnowflakeCollector.grants("x; DROP USER y")


def test_the_grants_are_run_as_the_one_role_that_may_make_all_of_it() -> None:
    """A resource monitor is the account administrator's alone to make, so the script begins by becoming it."""
    first, *rest = [
        line for line in SnowflakeCollector.grants("WATCHER").splitlines() if line[:2] not in {"--", ""}
    ]

    assert first == "USE ROLE ACCOUNTADMIN;"
    assert any(line.startswith("CREATE RESOURCE MONITOR") for line in rest)


@pytest.mark.parametrize(
    ("grant", "extra"),
    [
        ({"privilege": "USAGE", "granted_on": "WAREHOUSE", "name": "W"}, ""),
        ({"privilege": "USAGE", "granted_on": "DATABASE_ROLE", "name": "SNOWFLAKE.USAGE_VIEWER"}, ""),
        ({"privilege": "SELECT", "granted_on": "TABLE", "name": "SHOP.MARTS.ORDERS"}, ""),
        ({"privilege": "SELECT", "granted_on": "MATERIALIZED VIEW", "name": "SHOP.MARTS.V"}, ""),
        ({"privilege": "USAGE", "granted_on": "SCHEMA", "name": "SHOP.MARTS"}, ""),
        (
            {"privilege": "INSERT", "granted_on": "TABLE", "name": "SHOP.MARTS.ORDERS"},
            "INSERT ON TABLE SHOP.MARTS.ORDERS",
        ),
        ({"privilege": "OWNERSHIP", "granted_on": "TABLE", "name": "A.B.C"}, "OWNERSHIP ON TABLE A.B.C"),
        (
            {"privilege": "USAGE", "granted_on": "DATABASE", "name": "SNOWFLAKE"},
            "USAGE ON DATABASE SNOWFLAKE",
        ),
    ],
)
def test_a_privilege_beyond_need_is_named(grant: dict[str, str], extra: str) -> None:
    """What the role may do besides reading is a warning in doctor; checks of rows need to read tables."""
    assert extra == beyond_need(grant)


def test_the_connector_is_loaded_only_by_a_live_session() -> None:
    """Importing the collector stays light."""
    heavy = "{'snowflake.connector', 'pandas', 'boto3'}"
    code = f"import sys, collectors.snowflake; sys.exit(bool({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_key_file_others_may_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor's first line, with the command that mends it."""
    key = tmp_path / "key.p8"
    key.write_text(CANARY)
    key.chmod(0o644)
    monkeypatch.delenv("ASSAY_ALLOW_INSECURE_TEST_HOSTS", raising=False)
    config = SnowflakeConfig(account="org-acme", user="svc", private_key=f"file:{key}")
    lines = list(SnowflakeCollector("acme", config).examine())

    assert lines[0].fix == f"chmod 600 {key}"
    assert not lines[1].ok
    assert "PEM" in lines[1].detail
    assert CANARY not in repr(lines)
