"""A folder of exported views: every form it may have, and every fault."""

from __future__ import annotations

import gzip
import io
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from fakes.snowflake import account
from fakes.snowflake.gathering import Gathered, gather, ids

from assay.errors import ConnectionFailedError, MalformedInputError
from assay.model.assets import Alias, Asset, AssetKind
from assay.model.runs import Measurement, Metric
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from collectors.base import Progress
from collectors.snowflake import SnowflakeCollector

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = floor_day_ms(to_ms(BEGIN))


def _collect(folder: Path, progress: Progress | None = None, **options: str) -> Gathered:
    config = SnowflakeCollector.config_class.model_validate({"export": folder, **options})
    return gather(SnowflakeCollector("Acme", config), NOW, progress)


def _csv(table: pa.Table) -> bytes:
    """As text, the way Snowflake unloads it: times with a blank before the offset, credits in full."""
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            columns[name] = pc.strftime(column, "%Y-%m-%d %H:%M:%S +0000")
        else:
            columns[name] = column.cast(pa.string())
    sink = io.BytesIO()
    pa_csv.write_csv(pa.table(columns), sink)
    return sink.getvalue()


@pytest.fixture
def whole(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """What a complete export in Parquet gives."""
    return _collect(account.write_parquet(tmp_path_factory.mktemp("whole"), account.views(BEGIN)))


def test_every_view_gives_its_facts(whole: Gathered) -> None:
    """No view is lost and none degrades."""
    assert whole.degraded == {}
    told_only = {"object_dependencies", "grants_to_shares", "task_versions"}
    streams = {stream.name for stream in SnowflakeCollector.streams}
    assert set(whole.facts) == streams - told_only | {"query_text"}
    assert {batch.stream for batch in whole.batches} == streams
    assert len(whole.facts["query_history"]) == 25


def test_a_query_tells_who_sent_it_and_keeps_no_literal(whole: Gathered) -> None:
    """The dbt comment is read, `*` inside it and all; the shape has no comment and no literal."""
    row = whole.facts["query_history"][3]

    assert (row["tool"], row["tool_use"], row["node_id"]) == ("dbt", "build", "model.shop.orders")
    assert row["tag"] == "nightly"
    assert row["user"].startswith("user-")
    assert {"insert into orders select ? from raw.orders"} == {
        row["shape"] for row in whole.facts["query_text"]
    }
    assert ids(whole.facts["query_text"], "parameterized_hash") == ["h0", "h1", "h2"]


def test_credits_are_exact(whole: Gathered) -> None:
    """A nano-credit in a decimal column is a nano-credit in the facts."""
    metered = {(row["warehouse"], row["start_ms"]): row for row in whole.facts["warehouse_metering_history"]}

    assert metered["LOAD", to_ms(BEGIN)]["compute_nano"] == 1_000_000_001
    assert metered["LOAD", to_ms(BEGIN)]["cloud_services_nano"] == 7
    assert whole.facts["rate_sheet_daily"][0]["rate_micro"] in {2_850_000, 23_000_000}


def test_access_history_is_taken_apart(whole: Gathered) -> None:
    """One row per statement and object, with how it was touched."""
    rows = {(r["query_id"], r["access"], r["object_name"]) for r in whole.facts["access_history"]}

    assert rows == {
        ("01b0-0000", "direct_read", "RAW.SHOP.ORDERS"),
        ("01b0-0000", "direct_read", "ANALYTICS.MARTS.ORDERS"),
        ("01b0-0000", "base_read", "RAW.SHOP.ORDERS"),
        ("01b0-0000", "write", "ANALYTICS.MARTS.ORDERS"),
        ("01b0-0001", "ddl", "ANALYTICS.MARTS.ORDERS"),
    }


def test_tables_give_assets_names_and_sizes(whole: Gathered) -> None:
    """Dropped tables and INFORMATION_SCHEMA are facts but no assets; a quoted mixed-case name stays apart."""
    assets = {str(r.key): r for r in whole.records if isinstance(r, Asset)}
    sizes = {(str(r.asset), r.metric): r for r in whole.records if isinstance(r, Measurement)}

    assert set(assets) == {
        "snowflake:acme:analytics.marts.orders",
        'snowflake:acme:analytics.marts."Mixed Case"',
    }
    orders = assets["snowflake:acme:analytics.marts.orders"]
    assert (orders.kind, orders.owner, orders.description) == (AssetKind.TABLE, "TRANSFORMER", "every order")
    assert orders.created_at == BEGIN
    assert Alias("relation", "analytics.marts.orders", orders.key) in whole.records
    assert sizes[str(orders.key), Metric.ROW_COUNT].value == 5
    assert len(whole.facts["tables"]) == 4


def test_a_snapshot_tells_of_the_exports_newest_day(whole: Gathered) -> None:
    """Its day is that of the newest time in the export, not of today; both snapshots agree."""
    assert {row["at_ms"] for name in ("tables", "table_storage_metrics") for row in whole.facts[name]} == {
        DAY
    }


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parts", "lower", "dotted", "shouting"])
def test_every_form_gives_the_same_facts(form: str, whole: Gathered, tmp_path: Path) -> None:
    """CSV, gzip, folders of parts, full names and any letter case say the same."""
    folder = tmp_path / "other"
    folder.mkdir()
    for name, table in account.views(BEGIN).items():
        _write(form, folder, name, table)

    assert _collect(folder).facts == whole.facts


def _write(form: str, folder: Path, name: str, table: pa.Table) -> None:
    if form == "csv":
        (folder / f"{name}.csv").write_bytes(_csv(table))
    elif form == "csv.gz":
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(_csv(table)))
    elif form == "parts":
        (folder / name).mkdir()
        half = len(table) // 2
        for i, part in enumerate((table.slice(0, half), table.slice(half))):
            pq.write_table(part, folder / name / f"data_0_{i}_0.parquet")
        (folder / name / "_SUCCESS").touch()
    elif form == "lower":
        pq.write_table(
            table.rename_columns([c.lower() for c in table.column_names]), folder / f"{name.lower()}.parquet"
        )
    elif form == "dotted":
        pq.write_table(table, folder / f"SNOWFLAKE.ACCOUNT_USAGE.{name}.parquet")
    else:
        (folder / "Account_Usage").mkdir(exist_ok=True)
        pq.write_table(table, folder / "Account_Usage" / f"{name}.PARQUET")


def test_nested_columns_are_read_like_json(whole: Gathered, tmp_path: Path) -> None:
    """ACCESS_HISTORY's arrays as Arrow lists of structs give what their JSON gives."""
    item = {"objectDomain": "Table", "objectId": 99, "objectName": "RAW.SHOP.ORDERS"}
    own = {"objectDomain": "Table", "objectId": 101, "objectName": "ANALYTICS.MARTS.ORDERS"}
    table = account.views(BEGIN)["ACCESS_HISTORY"]
    nested = {
        "DIRECT_OBJECTS_ACCESSED": pa.array([[item, own], []]),
        "BASE_OBJECTS_ACCESSED": pa.array([[item], None]),
        "OBJECTS_MODIFIED": pa.array([[own], []]),
        "OBJECT_MODIFIED_BY_DDL": pa.array([None, own]),
    }
    for name, column in nested.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, tmp_path / "ACCESS_HISTORY.parquet")

    assert _collect(tmp_path).facts["access_history"] == whole.facts["access_history"]


def test_a_file_read_is_not_read_again_until_it_changes(tmp_path: Path) -> None:
    """Only new files are read; a file that was written anew is new."""
    folder = account.write_parquet(tmp_path, account.views(BEGIN))
    first = _collect(folder)
    again = _collect(folder, Progress(seen=first.seen))
    changed = folder / "ACCOUNT_USAGE" / "SESSIONS.parquet"
    os.utime(changed, ns=(0, changed.stat().st_mtime_ns + 1))
    third = _collect(folder, Progress(seen=first.seen))

    assert len(first.seen) == 14
    assert again.batches == []
    assert set(third.facts) == {"sessions"}


def test_rows_that_add_up_stay_in_one_batch(tmp_path: Path) -> None:
    """METERING_HISTORY's natural duplicates would replace each other if parts came as batches."""
    table = account.views(BEGIN)["METERING_HISTORY"]
    for i in range(3):
        pq.write_table(table, tmp_path / f"METERING_HISTORY.{i}.parquet")
    (tmp_path / "METERING_HISTORY.3.parquet").write_bytes(b"cut")
    found = _collect(tmp_path)

    assert [batch.rows_read for batch in found.batches] == [12]
    assert len(found.seen) == 3
    assert "METERING_HISTORY.3.parquet" in found.degraded["metering_history"].error.message


def test_a_large_file_comes_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is never held whole; only its last page says that it was read to the end."""
    monkeypatch.setattr("collectors.snowflake.files.PAGE_ROWS", 10)
    pq.write_table(
        account.views(BEGIN)["QUERY_HISTORY"], tmp_path / "QUERY_HISTORY.parquet", row_group_size=7
    )
    found = _collect(tmp_path)

    assert sum(batch.rows_read for batch in found.batches) == 25
    assert len(found.batches) > 2
    assert [bool(batch.seen) for batch in found.batches] == [False] * (len(found.batches) - 1) + [True]
    assert found.watermarks["query_history"] == max(row["end_ms"] for row in found.facts["query_history"])
    assert ids(found.facts["query_text"], "parameterized_hash") == ["h0", "h1", "h2"]


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_cut_file_is_named_and_the_others_go_on(cut: int, tmp_path: Path) -> None:
    """Empty or truncated Parquet: one clear error with the file's name; every other view is read."""
    folder = account.write_parquet(tmp_path, account.views(BEGIN))
    broken = folder / "ACCOUNT_USAGE" / "QUERY_HISTORY.parquet"
    broken.write_bytes(broken.read_bytes()[:cut])
    found = _collect(folder)

    assert set(found.degraded) == {"query_history"}
    fault = found.degraded["query_history"]
    assert not fault.expected
    assert isinstance(fault.error, MalformedInputError)
    assert "ACCOUNT_USAGE/QUERY_HISTORY.parquet" in fault.error.message
    assert "export" in fault.error.hint
    assert len(found.facts) == 10


@pytest.mark.parametrize(
    "text",
    [
        b"\x00\xff\xfe rubbish",
        b'QUERY_ID,START_TIME,END_TIME,WAREHOUSE_NAME\n"a,2026',
        b"QUERY_ID,START_TIME,END_TIME,WAREHOUSE_NAME\na,b\n",
        b"QUERY_ID,START_TIME,END_TIME,WAREHOUSE_NAME\na,yesterday,2026-01-01,W\n",
    ],
)
def test_a_broken_csv_is_named(text: bytes, tmp_path: Path) -> None:
    """What is no CSV, or holds what is no time, is told with the file's name."""
    (tmp_path / "QUERY_HISTORY.csv").write_bytes(text)
    fault = _collect(tmp_path).degraded["query_history"]

    assert not fault.expected
    assert "QUERY_HISTORY.csv" in fault.error.message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """View, file, column and what to do; a column that only adds to the picture may be missing."""
    table = account.views(BEGIN)["WAREHOUSE_METERING_HISTORY"]
    pq.write_table(
        table.drop_columns(["CREDITS_USED_COMPUTE"]), tmp_path / "WAREHOUSE_METERING_HISTORY.parquet"
    )
    pq.write_table(
        account.views(BEGIN)["QUERY_HISTORY"].drop_columns(["QUERY_TAG", "QUERY_TEXT", "USER_TYPE"]),
        tmp_path / "QUERY_HISTORY.parquet",
    )
    found = _collect(tmp_path)
    error = found.degraded["warehouse_metering_history"].error

    assert "CREDITS_USED_COMPUTE" in error.message
    assert "WAREHOUSE_METERING_HISTORY.parquet" in error.message
    assert "SELECT *" in error.hint
    assert {row["tool"] for row in found.facts["query_history"]} == {None}


def test_a_view_left_out_is_expected(tmp_path: Path) -> None:
    """An export may hold a single view; the others are shown as absent, which is no error."""
    pq.write_table(account.views(BEGIN)["QUERY_HISTORY"], tmp_path / "QUERY_HISTORY.parquet")
    (tmp_path / "notes.txt").write_text("hello")
    config = SnowflakeCollector.config_class(export=tmp_path)
    found = _collect(tmp_path)
    lines = {line.name: line for line in SnowflakeCollector("acme", config).examine()}

    assert len(found.degraded) == 13
    assert all(fault.expected for fault in found.degraded.values())
    assert (lines["QUERY_HISTORY"].ok, lines["QUERY_HISTORY"].warning) == (True, False)
    assert (lines["SESSIONS"].ok, lines["SESSIONS"].warning) == (True, True)
    assert not lines["WAREHOUSE_METERING_HISTORY"].ok
    assert "13 of 14" in lines["export"].detail
    assert "assay grants snowflake --export" in lines["export"].fix
    assert "not read" in lines["notes.txt"].detail


def test_a_part_whose_view_nothing_tells_is_a_warning(tmp_path: Path) -> None:
    """Parts laid side by side in one folder are named alike: the doctor says where they belong."""
    for name in ("data_0_0_0.csv.gz", "README.md"):
        (tmp_path / name).touch()
    config = SnowflakeCollector.config_class(export=tmp_path)
    lines = {line.name: line for line in SnowflakeCollector("acme", config).examine()}

    assert (lines["data_0_0_0.csv.gz"].warning, lines["README.md"].warning) == (True, False)
    assert "QUERY_HISTORY/" in lines["data_0_0_0.csv.gz"].fix


def test_a_form_that_is_not_read_is_told(tmp_path: Path) -> None:
    """A view unloaded as JSON is not simply absent: the file is named, with the form to export it in."""
    (tmp_path / "QUERY_HISTORY.json.gz").write_bytes(b"{}")
    (tmp_path / "SESSIONS.sql").write_text("select * from sessions")
    degraded = _collect(tmp_path).degraded

    assert not degraded["query_history"].expected
    assert "QUERY_HISTORY.json.gz" in degraded["query_history"].error.message
    assert degraded["sessions"].expected


@pytest.mark.parametrize(
    ("view", "column", "value"),
    [
        ("QUERY_HISTORY", "START_TIME", pa.scalar(None, pa.timestamp("ms", "UTC"))),
        ("QUERY_HISTORY", "START_TIME", pa.scalar(-4_517_661_164_919, pa.timestamp("ms", "UTC"))),
        ("QUERY_HISTORY", "EXECUTION_TIME", pa.scalar(2**63 - 1, pa.int64())),
        ("WAREHOUSE_METERING_HISTORY", "CREDITS_USED_COMPUTE", pa.scalar(9e9, pa.float64())),
        ("WAREHOUSE_METERING_HISTORY", "START_TIME", pa.scalar(None, pa.timestamp("ms", "UTC"))),
        ("METERING_DAILY_HISTORY", "CREDITS_ADJUSTMENT_CLOUD_SERVICES", pa.scalar(-9e9, pa.float64())),
        ("RATE_SHEET_DAILY", "EFFECTIVE_RATE", pa.scalar(9e12, pa.float64())),
        ("TABLE_STORAGE_METRICS", "ACTIVE_BYTES", pa.scalar(-(2**63), pa.int64())),
        ("ACCESS_HISTORY", "OBJECTS_MODIFIED", pa.scalar("{nope", pa.string())),
    ],
)
def test_a_value_beyond_reason_is_told_of_its_view(
    view: str, column: str, value: pa.Scalar, tmp_path: Path
) -> None:
    """No time, a time outside the calendar, or more than any account has: one error, and every other view is read."""
    views = account.views(BEGIN)
    at = views[view].schema.get_field_index(column)
    views[view] = views[view].set_column(at, column, pa.repeat(value, views[view].num_rows))
    found = _collect(account.write_parquet(tmp_path, views))

    (fault,) = found.degraded.values()
    assert not fault.expected
    assert isinstance(fault.error, MalformedInputError)
    assert view in fault.error.message


def test_a_view_without_rows_is_read(tmp_path: Path) -> None:
    """Nothing happened: no fault, and the file counts as read."""
    for name, table in account.views(BEGIN).items():
        pq.write_table(table.slice(0, 0), tmp_path / f"{name}.parquet")
    found = _collect(tmp_path)

    assert found.degraded == {}
    assert len(found.seen) == 14
    assert not any(found.facts.values())


def test_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    """Collecting raises it, examining tells it."""
    config = SnowflakeCollector.config_class(export=tmp_path / "nowhere")

    with pytest.raises(ConnectionFailedError, match="nowhere"):
        _collect(tmp_path / "nowhere")
    assert [line.ok for line in SnowflakeCollector("acme", config).examine()] == [False]


def test_user_names_are_plain_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain, hashed, and hashed with a salt are three different things; the same name is the same text."""
    monkeypatch.setenv("TEST_SALT", "salt")
    pq.write_table(account.views(BEGIN)["SESSIONS"], tmp_path / "SESSIONS.parquet")
    plain, hashed, salted = (
        ids(_collect(tmp_path, **options).facts["sessions"], "user")
        for options in ({"user_names": "plain"}, {}, {"user_names_salt": "env:TEST_SALT"})
    )

    assert plain == ["ANNA@SHOP.EXAMPLE", "LOADER"]
    assert len({*plain, *hashed, *salted}) == 6


def test_the_rate_sheet_of_an_organisation_gives_this_accounts_rows(tmp_path: Path) -> None:
    """Several accounts: ours by its name; none of ours: told, not guessed."""
    sheet = account.views(BEGIN)["RATE_SHEET_DAILY"].set_column(
        1, "ACCOUNT_NAME", pa.array(["ACME", "OTHER"])
    )
    pq.write_table(
        sheet.set_column(2, "ACCOUNT_LOCATOR", pa.array(["XY1", "XY2"])),
        tmp_path / "RATE_SHEET_DAILY.parquet",
    )

    assert [r["rate_micro"] for r in _collect(tmp_path, account="org-acme").facts["rate_sheet_daily"]] == [
        2_850_000
    ]
    assert "third" in _collect(tmp_path, account="third").degraded["rate_sheet_daily"].error.message


def test_a_snapshot_alone_takes_its_own_times_or_the_files(tmp_path: Path) -> None:
    """Without any other view the newest row tells the day; without any time in it, the file's own does."""
    timeless = ["CREATED", "LAST_ALTERED", "DELETED"]
    table = account.views(BEGIN)["TABLES"]
    file = tmp_path / "TABLES.parquet"
    pq.write_table(table, file)
    of_rows = {row["at_ms"] for row in _collect(tmp_path).facts["tables"]}
    pq.write_table(table.drop_columns(timeless), file)
    os.utime(file, (0, (BEGIN + timedelta(days=3)).timestamp()))
    of_file = {row["at_ms"] for row in _collect(tmp_path).facts["tables"]}

    assert (of_rows, of_file) == ({DAY}, {DAY + 3 * DAY_MS})
