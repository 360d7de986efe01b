"""A live account, through the real connector and a key pair, against the double."""

from __future__ import annotations

import contextlib
import socket
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fakes.snowflake import account, double
from fakes.snowflake.gathering import gather, ids

from assay.errors import ConfigError, ConnectionFailedError, MissingGrantError
from assay.model.assets import AssetKey
from assay.model.time import DAY_MS, to_ms
from collectors.base import Progress
from collectors.one_select import NotReadOnlyError
from collectors.snowflake import SnowflakeCollector
from collectors.snowflake.asking import SnowflakeWarehouse
from collectors.snowflake.session import _fixed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABSENT = "RATE_SHEET_DAILY"


def _pem(passphrase: bytes | None = None) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small account's views in files; the account has no rate sheet."""
    tables = account.views(account.some_days_ago())
    del tables[ABSENT]
    return account.write_parquet(tmp_path_factory.mktemp("account"), tables)


@pytest.fixture(scope="module")
def port(export: Path) -> Iterator[int]:
    """The double serves the same views."""
    with double.serve(export) as port:
        yield port


@pytest.fixture
def options(port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options that sign in at the double with a fresh key pair."""
    monkeypatch.setenv("ASSAY_ALLOW_INSECURE_TEST_HOSTS", "1")
    monkeypatch.setenv("TEST_PRIVATE_KEY", _pem())
    return {
        "account": "fakesnow",
        "user": "svc",
        "role": "ASSAY",
        "private_key": "env:TEST_PRIVATE_KEY",
        "host": "127.0.0.1",
        "port": port,
        "protocol": "http",
    }


def _collector(**options: object) -> SnowflakeCollector:
    return SnowflakeCollector("fakesnow", SnowflakeCollector.config_class.model_validate(options))


def test_live_gives_the_same_facts_as_the_export(options: dict[str, Any], export: Path) -> None:
    """Page by page or file by file, typed by the driver or by Parquet: the facts are the same."""
    now = datetime.now(UTC)
    live = gather(_collector(**options, page_rows=7), now)
    told = gather(_collector(account="fakesnow", export=export), now)

    snapshots = {"tables", "table_storage_metrics"}
    assert set(live.facts) == set(told.facts)
    for stream in set(live.facts) - snapshots:
        assert live.facts[stream] == told.facts[stream], stream
    for stream in snapshots:
        without_day = [[{**row, "at_ms": 0} for row in found.facts[stream]] for found in (live, told)]
        assert without_day[0] == without_day[1]
    assert [type(r) for r in live.records] == [type(r) for r in told.records]


@pytest.mark.parametrize("page_rows", [1, 4, 5, 25, 1000])
def test_no_row_is_lost_or_doubled_whatever_the_page(options: dict[str, Any], page_rows: int) -> None:
    """Rows that end in the same moment are parted by their key, not left out."""
    found = gather(_collector(**options, page_rows=page_rows), datetime.now(UTC))

    assert ids(found.facts["query_history"]) == [f"01b0-{i:04d}" for i in range(25)]


def test_a_view_is_read_up_to_its_lag_by_the_source_clock(options: dict[str, Any]) -> None:
    """The watermark is the source's now less what the view may lag; a snapshot's is today's midnight."""
    before = to_ms(datetime.now(UTC))
    found = gather(_collector(**options), datetime(2030, 1, 1, tzinfo=UTC))

    assert 0 <= found.watermarks["query_history"] - (before - 45 * 60_000) < 60_000
    assert 0 <= found.watermarks["query_attribution_history"] - (before - 8 * 3_600_000) < 60_000
    assert found.watermarks["tables"] % DAY_MS == 0


def test_what_was_read_is_read_again_only_as_far_as_it_may_change(options: dict[str, Any]) -> None:
    """A second cycle looks back two days for queries, so those of ten days ago do not come again."""
    now = datetime.now(UTC)
    first = gather(_collector(**options), now)
    second = gather(_collector(**options), now, Progress(watermarks=first.watermarks))

    assert second.facts.get("query_history", []) == []
    assert second.facts["tables"] == first.facts["tables"]


def test_a_view_that_is_not_there_degrades_and_the_others_go_on(options: dict[str, Any]) -> None:
    """No rate sheet: expected, with the grant that would open it."""
    found = gather(_collector(**options), datetime.now(UTC))

    assert set(found.degraded) == {"rate_sheet_daily"}
    absent = found.degraded["rate_sheet_daily"]
    assert absent.expected
    assert isinstance(absent.error, MissingGrantError)
    assert absent.error.hint == "GRANT DATABASE ROLE SNOWFLAKE.ORGANIZATION_BILLING_VIEWER TO ROLE ASSAY;"


def test_doctor_tries_every_view(options: dict[str, Any]) -> None:
    """The sign-in and each view have their line; what is missing comes with its grant."""
    lines = {finding.name: finding for finding in _collector(**options).examine()}

    assert lines["sign-in"].ok
    assert lines["QUERY_HISTORY"].detail == "may be read"
    assert lines["QUERY_HISTORY"].needed
    assert (lines[ABSENT].ok, lines[ABSENT].warning) == (True, True)
    assert "ORGANIZATION_BILLING_VIEWER" in lines[ABSENT].fix
    assert len(lines) == 1 + len(SnowflakeCollector.streams) + 1


def test_an_encrypted_key_signs_in(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key from a file, its passphrase from the environment."""
    key = tmp_path / "key.p8"
    key.write_text(_pem(b"phrase"))
    key.chmod(0o600)
    monkeypatch.setenv("TEST_PHRASE", "phrase")
    options |= {"private_key": f"file:{key}", "private_key_passphrase": "env:TEST_PHRASE"}

    assert gather(_collector(**options), datetime.now(UTC)).facts["query_history"]


def test_a_wrong_key_is_one_clear_error_without_the_key(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken key ends the connection's cycle with a next step; the key is in no message and no trace."""
    canary = "Y2FuYXJ5LXNlY3JldC1jYW5hcnk"
    monkeypatch.setenv(
        "TEST_PRIVATE_KEY", f"-----BEGIN PRIVATE KEY-----\n{canary}\n-----END PRIVATE KEY-----"
    )

    with pytest.raises(ConnectionFailedError) as caught:
        gather(_collector(**options), datetime.now(UTC))

    assert "public key" in caught.value.hint
    assert canary not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


def test_what_is_no_key_at_all_is_a_configuration_error(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told before anything is sent, by the name of the reference and not by the value."""
    monkeypatch.setenv("TEST_PRIVATE_KEY", "canary-secret")

    with pytest.raises(ConfigError, match="env:TEST_PRIVATE_KEY") as caught:
        gather(_collector(**options), datetime.now(UTC))

    assert "canary-secret" not in str(caught.value)


def test_a_dead_host_is_one_clear_error(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens: the account is named, and what to check."""
    monkeypatch.setattr("collectors.snowflake.session.LOGIN_TIMEOUT_S", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        options |= {"port": held.getsockname()[1]}
        with pytest.raises(ConnectionFailedError, match="account fakesnow") as caught:
            gather(_collector(**options), datetime.now(UTC))

    assert caught.value.hint
    assert [finding.ok for finding in _collector(**options).examine()] == [False]


def test_a_live_account_answers_queries(options: dict[str, Any]) -> None:
    """Rows in Python's types, no more than asked for, by the asset's name as Snowflake made it."""
    key = AssetKey("snowflake", "fakesnow", ("snowflake", "account_usage", "query_history"))
    opening = _collector(**options).warehouse()
    assert opening is not None
    with opening as warehouse:
        relation = warehouse.relation(key)
        assert '"SNOWFLAKE"."ACCOUNT_USAGE"."QUERY_HISTORY"' == relation
        assert [(25,)] == warehouse.query(f"SELECT COUNT(*) FROM {relation}")
        assert 3 == len(warehouse.query(f"SELECT QUERY_ID FROM {relation}", limit=3))
        assert warehouse.query("SELECT 1.5::NUMBER(10, 2), NULL, 'x'") == [(Decimal("1.5"), None, "x")]


def test_a_query_that_writes_never_reaches_the_account(options: dict[str, Any]) -> None:
    """It is refused before it is sent; one that fails there is told with the next step."""
    with contextlib.ExitStack() as stack:
        warehouse = stack.enter_context(_collector(**options).warehouse())  # type: ignore[arg-type] # a live account has one
        with pytest.raises(NotReadOnlyError):
            warehouse.query("DROP TABLE SNOWFLAKE.ACCOUNT_USAGE.SESSIONS")
        with pytest.raises(MissingGrantError, match="NOWHERE") as caught:
            warehouse.query("SELECT * FROM SNOWFLAKE.PUBLIC.NOWHERE")
        assert "GRANT SELECT" in caught.value.hint
        assert warehouse.query("SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.SESSIONS") == [(2,)]


def test_every_query_has_the_tag_and_the_time_limit(options: dict[str, Any]) -> None:
    """What checks cost is told as a cost of Assay's own, and none runs for ever."""
    config = _collector(**options, statement_timeout_s=77).config

    given = _fixed(config, "fakesnow")["session_parameters"]
    assert {"TIMEZONE": "UTC", "QUERY_TAG": '{"app":"assay"}', "STATEMENT_TIMEOUT_IN_SECONDS": 77} == given


def test_an_export_answers_no_queries(export: Path) -> None:
    """A check that needs its asset's rows is then told that no connection answers."""
    assert _collector(account="fakesnow", export=export).warehouse() is None


def test_a_mixed_case_name_is_kept_as_it_was_quoted() -> None:
    """Only a name of a single case was written without quotes."""
    key = AssetKey("snowflake", "acme", ("shop", "Raw", 'odd"name'))
    assert '"SHOP"."Raw"."ODD""NAME"' == SnowflakeWarehouse(None, "R").relation(key)  # type: ignore[arg-type] # no session is asked
