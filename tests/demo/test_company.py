"""The synthetic company keeps its promises: the same twice, exact, and with every peculiarity."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assay.demo.company import Demo, build
from assay.demo.scale import scaled

if TYPE_CHECKING:
    from pathlib import Path

HOUR_MS = 3_600_000
KINDS = ("busy", "keeper_idle", "startup", "no_query", "min_60s", "resize")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A company of thirty days."""
    return build(tmp_path_factory.mktemp("company"), days=30, queries=60_000)


def view(demo: Demo, name: str) -> pa.Table:
    """A view of the export."""
    return pq.read_table(demo.export / f"{name}.parquet")


def truth(demo: Demo, name: str) -> pa.Table:
    """A table of the truth."""
    return pq.read_table(demo.truth / f"{name}.parquet")


def ms(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    """A column of times as epoch milliseconds."""
    return np.asarray(table.column(name).cast(pa.int64()), dtype=np.int64)


def fingerprint(folder: Path) -> str:
    """A hash of every table and document under a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.parquet")):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(str(pq.read_table(path).to_pydict()).encode())
    for path in sorted(folder.rglob("*.json")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_company(tmp_path: Path) -> None:
    """Two builds differ only by their seed."""
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        build(tmp_path / name, days=3, queries=1500, seed=seed)

    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")
    assert fingerprint(tmp_path / "a") != fingerprint(tmp_path / "c")


def test_a_small_company_works(tmp_path: Path) -> None:
    """Two days and five hundred statements are a company too."""
    small = build(tmp_path, days=2, queries=500)

    assert 500 <= view(small, "QUERY_HISTORY").num_rows <= 510
    assert len(list(small.export.glob("*.parquet"))) == 14


def test_the_truth_adds_up_to_the_meter(demo: Demo) -> None:
    """In every warehouse-hour the kinds are the metered credits, to the nano-credit."""
    hours = truth(demo, "hours")
    parts = sum(hours.column(f"{kind}_nano").to_numpy() for kind in KINDS)
    keys = zip(hours.column("warehouse").to_pylist(), ms(hours, "start_time").tolist(), strict=True)
    true = dict(zip(keys, hours.column("total_nano").to_pylist(), strict=True))
    metered = view(demo, "WAREHOUSE_METERING_HISTORY")
    seen = {
        (name, start): int(credit.scaleb(9))
        for name, start, credit in zip(
            metered.column("WAREHOUSE_NAME").to_pylist(),
            ms(metered, "START_TIME").tolist(),
            metered.column("CREDITS_USED_COMPUTE").to_pylist(),
            strict=True,
        )
        if credit
    }

    assert np.array_equal(parts, hours.column("total_nano").to_numpy())
    assert true == seen


def test_the_statements_truth_adds_up_to_the_hours(demo: Demo) -> None:
    """Busy and idle of all statements are those of all hours, up to the rounding of hours."""
    hours, queries = truth(demo, "hours"), truth(demo, "queries")
    for kind, column in (("busy_nano", "busy_nano"), ("keeper_idle_nano", "idle_nano")):
        assert pc.sum(hours.column(kind)).as_py() == pytest.approx(
            pc.sum(queries.column(column)).as_py(), abs=20_000
        )


def test_every_kind_of_cost_occurs(demo: Demo) -> None:
    """Each kind of the meter is charged somewhere."""
    hours = truth(demo, "hours")

    assert all(pc.sum(hours.column(f"{kind}_nano")).as_py() > 0 for kind in KINDS)


def test_the_meter_agrees_with_a_simple_one(tmp_path: Path) -> None:
    """What the events say was on, second by second and by hand, is what was metered beside the minimums."""
    small = build(tmp_path, days=2, queries=900)
    events = view(small, "WAREHOUSE_EVENTS_HISTORY")
    rows = sorted(
        (row["TIMESTAMP"], row["EVENT_NAME"], row["CLUSTER_NUMBER"])
        for row in events.filter(pc.equal(events["WAREHOUSE_NAME"], "BI")).to_pylist()
        if row["EVENT_STATE"] == "STARTED" and row["CLUSTER_NUMBER"]
    )
    on = {}
    total = 0
    for at, event, cluster in rows:
        if event == "RESUME_CLUSTER":
            on[cluster] = at
        else:
            total += (at - on.pop(cluster)).total_seconds()
    hours = truth(small, "hours")
    bi = hours.filter(pc.equal(hours["warehouse"], "BI"))
    metered = sum(pc.sum(bi.column(f"{kind}_nano")).as_py() for kind in KINDS[:4])

    assert metered / 1e9 == pytest.approx(total * 2 / 3600, abs=1e-7)


def test_the_history_has_the_peculiarities_of_a_real_one(demo: Demo) -> None:
    """Doubled, late and failed rows, statements without warehouse, waits, straddlers and second clusters."""
    history = view(demo, "QUERY_HISTORY")
    start, end = ms(history, "START_TIME"), ms(history, "END_TIME")
    doubled = history.num_rows - len(pc.unique(history["QUERY_ID"]))

    assert 0.003 < doubled / history.num_rows < 0.007
    assert truth(demo, "late").num_rows > 20
    assert pc.sum(pc.equal(history["EXECUTION_STATUS"], "FAIL")).as_py() > 50
    assert history["WAREHOUSE_NAME"].null_count > 1000
    assert pc.sum(pc.greater(history["QUEUED_PROVISIONING_TIME"], 0)).as_py() > 1000
    assert pc.sum(pc.greater(history["QUEUED_OVERLOAD_TIME"], 0)).as_py() > 100
    assert pc.max(history["CLUSTER_NUMBER"]).as_py() == 3
    assert (start // HOUR_MS != end // HOUR_MS).sum() > 100
    assert (start // HOUR_MS // 24 != end // HOUR_MS // 24).sum() >= 30
    assert not np.all(np.diff(start) >= 0)
    assert pc.sum(pc.greater(history["QUERY_ACCELERATION_BYTES_SCANNED"], 0)).as_py() > 10
    assert pc.any(pc.match_substring(history["QUERY_TEXT"], "--select models/*")).as_py()
    assert len(pc.unique(pc.drop_null(history["WAREHOUSE_SIZE"]))) >= 4


def test_a_procedures_parents_stand_only_where_the_warehouse_tells_them(demo: Demo) -> None:
    """Parent ids are in the attribution and access views, and name a call of the history."""
    history, attribution = view(demo, "QUERY_HISTORY"), view(demo, "QUERY_ATTRIBUTION_HISTORY")
    parents = pc.unique(pc.drop_null(attribution["PARENT_QUERY_ID"]))
    calls = history.filter(pc.is_in(history["QUERY_ID"], value_set=parents))

    assert len(parents) == 30
    assert pc.unique(calls["QUERY_TYPE"]).to_pylist() == ["CALL"]
    assert "PARENT_QUERY_ID" not in history.schema.names
    assert view(demo, "ACCESS_HISTORY")["PARENT_QUERY_ID"].null_count < view(demo, "ACCESS_HISTORY").num_rows


def test_short_statements_get_no_credits_of_the_warehouses_own(demo: Demo) -> None:
    """Up to 100 ms of execution a statement is not in the attribution view."""
    history = view(demo, "QUERY_HISTORY").select(["QUERY_ID", "EXECUTION_TIME", "WAREHOUSE_NAME"])
    short = history.filter(
        pc.and_(pc.less_equal(history["EXECUTION_TIME"], 100), pc.is_valid(history["WAREHOUSE_NAME"]))
    )
    known = view(demo, "QUERY_ATTRIBUTION_HISTORY")["QUERY_ID"]

    assert short.num_rows > 500
    assert not pc.any(pc.is_in(short["QUERY_ID"], value_set=known.combine_chunks())).as_py()


def test_size_and_count_stand_on_consistent_events_only(demo: Demo) -> None:
    """As in the view: cluster numbers on cluster events, sizes on WAREHOUSE_CONSISTENT."""
    events = view(demo, "WAREHOUSE_EVENTS_HISTORY")
    consistent = pc.equal(events["EVENT_NAME"], "WAREHOUSE_CONSISTENT")

    assert pc.all(pc.equal(consistent, pc.is_valid(events["SIZE"]))).as_py()
    assert pc.all(pc.equal(consistent, pc.is_valid(events["CLUSTER_COUNT"]))).as_py()
    assert pc.all(
        pc.equal(pc.ends_with(events["EVENT_NAME"], "CLUSTER"), pc.is_valid(events["CLUSTER_NUMBER"]))
    ).as_py()
    assert pc.any(pc.equal(events["EVENT_NAME"], "RESIZE_WAREHOUSE")).as_py()
    assert pc.any(pc.equal(events["EVENT_REASON"], "WAREHOUSE_RESUME")).as_py()


def test_days_lie_on_both_sides_of_the_tenth(demo: Demo) -> None:
    """Cloud services are below a tenth of compute on some days and above on others; the rest is billed."""
    daily = view(demo, "METERING_DAILY_HISTORY")
    daily = daily.filter(pc.equal(daily["SERVICE_TYPE"], "WAREHOUSE_METERING"))
    left = [
        row["CREDITS_USED_CLOUD_SERVICES"] + row["CREDITS_ADJUSTMENT_CLOUD_SERVICES"]
        for row in daily.to_pylist()
    ]

    assert any(credit == 0 for credit in left)
    assert any(credit > 0 for credit in left)


def test_serverless_services_are_metered_by_object(demo: Demo) -> None:
    """A pipe (with two rows of one hour), a clustered table, a task, and query acceleration."""
    metering = view(demo, "METERING_HISTORY")
    pipe = metering.filter(pc.equal(metering["SERVICE_TYPE"], "PIPE"))

    assert set(pc.unique(metering["SERVICE_TYPE"]).to_pylist()) == {
        "WAREHOUSE_METERING", "QUERY_ACCELERATION", "PIPE", "AUTO_CLUSTERING", "SERVERLESS_TASK",
    }  # fmt: skip
    assert len(pc.unique(pipe["START_TIME"])) < pipe.num_rows


def test_storage_has_every_sort_of_byte(demo: Demo) -> None:
    """Time travel, fail-safe, clones and a dropped table."""
    storage = view(demo, "TABLE_STORAGE_METRICS")

    for name in ("ACTIVE_BYTES", "TIME_TRAVEL_BYTES", "FAILSAFE_BYTES", "RETAINED_FOR_CLONE_BYTES"):
        assert pc.sum(storage[name]).as_py() > 0
    assert pc.any(storage["DELETED"]).as_py()
    assert "Budget 2026" in storage["TABLE_NAME"].to_pylist()


def test_credits_and_times_have_the_types_of_the_views(demo: Demo) -> None:
    """Credits are NUMBER(38, 9), times are UTC, texts are VARCHAR."""
    history = view(demo, "QUERY_HISTORY").schema

    assert history.field("CREDITS_USED_CLOUD_SERVICES").type == pa.decimal128(38, 9)
    assert history.field("START_TIME").type == pa.timestamp("ms", tz="UTC")
    assert history.field("QUERY_TEXT").type == pa.string()
    assert view(demo, "RATE_SHEET_DAILY").schema.field("EFFECTIVE_RATE").type == pa.decimal128(38, 2)


def test_dbt_tells_of_queries_that_the_history_has(demo: Demo) -> None:
    """Every result that ran names a statement of the history; one build failed and was retried."""
    known = set(view(demo, "QUERY_HISTORY")["QUERY_ID"].to_pylist())
    files = sorted(demo.dbt.glob("*/run_results.json"))
    results = [entry for path in files for entry in json.loads(path.read_text())["results"]]
    answers = [entry["adapter_response"] for entry in results if entry["adapter_response"]]

    assert len(files) == 31
    assert all(answer["query_id"] in known and answer["rows_affected"] == 1 for answer in answers)
    assert {entry["status"] for entry in results} == {"success", "pass", "fail", "error", "skipped"}


def test_the_last_day_has_its_troubles(demo: Demo) -> None:
    """In the last build a key is double, a source is stale, which its loader forgot, and one has lost a column."""
    first, *_, last = sorted(path.parent for path in demo.dbt.glob("*/catalog.json"))

    def results(place: Path, name: str) -> list[dict[str, Any]]:
        return list(json.loads((place / f"{name}.json").read_text())["results"])

    def columns(place: Path) -> set[str]:
        found = json.loads((place / "catalog.json").read_text())["sources"]
        return set(found["source.nordlicht.ads.ad_spend"]["columns"])

    double = [entry for entry in results(last, "run_results") if entry["failures"]]
    assert [entry["failures"] for entry in double] == [12]
    assert "unique_mart_customer_value_id" in double[0]["unique_id"]
    assert columns(first) - columns(last) == {"DAY"}
    assert [entry["status"] for entry in results(first, "sources")].count("error") == 0
    stale = {entry["unique_id"] for entry in results(last, "sources") if entry["status"] == "error"}
    assert stale == {"source.nordlicht.ads.campaigns"}
    history = view(demo, "QUERY_HISTORY")
    loads = history.filter(pc.match_substring(history["QUERY_TEXT"], "RAW.ADS.CAMPAIGNS"))
    copied = loads.filter(pc.equal(loads["USER_NAME"], "LOADER_SVC"))
    assert ms(view(demo, "QUERY_HISTORY"), "START_TIME").max() - ms(copied, "START_TIME").max() > 71 * HOUR_MS


def test_the_story_is_told(demo: Demo) -> None:
    """One model creeps, and one table loses half its rows on a Tuesday."""
    history = view(demo, "QUERY_HISTORY").select(
        ["QUERY_TEXT", "START_TIME", "EXECUTION_TIME", "ROWS_INSERTED", "USER_NAME"]
    )
    dbt = history.filter(pc.equal(history["USER_NAME"], "DBT_SVC")).sort_by("START_TIME")
    creep = dbt.filter(pc.match_substring(dbt["QUERY_TEXT"], '"model.nordlicht.fct_sessions"'))[
        "EXECUTION_TIME"
    ].to_pylist()
    orders = dbt.filter(pc.match_substring(dbt["QUERY_TEXT"], '"model.nordlicht.fct_orders"'))
    rows = orders["ROWS_INSERTED"].to_numpy()
    day = orders["START_TIME"].to_pylist()[int(rows.argmin())]

    assert creep[-1] > 2 * creep[0]
    assert rows.min() < 0.6 * np.median(rows)
    assert day.weekday() == 1


def test_a_scaled_load_adds_up_too(tmp_path: Path) -> None:
    """The benchmark's load is written in stretches, each whole: no on-time is charged twice."""
    made = scaled(tmp_path, queries=4000, days=3)
    hours = pq.read_table(made.truth / "hours")

    assert pq.read_table(made.export / "QUERY_HISTORY").num_rows == 4000
    assert len({(r["warehouse"], r["start_time"]) for r in hours.to_pylist()}) == hours.num_rows
