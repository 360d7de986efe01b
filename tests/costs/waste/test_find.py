"""Looking for waste in a whole account: gathered, judged, priced, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from assay.config import Settings
from assay.facts.engine import Engine
from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY
from assay.model.assets import Alias, AssetKey, Edge, EdgeSource
from assay.model.decisions import FindingState
from assay.model.time import DAY_MS, HOUR_MS, from_ms
from assay.model.waste import WasteKind
from assay.store import findings
from assay.store.assets import asset_ids, save_aliases, save_edges
from assay.store.tables import CostRow, UsageRow
from costs.waste.find import find, keep, known_states, look

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from assay.facts.files import FactFiles
    from assay.facts.streams import FactStream
    from assay.model.waste import Finding
    from assay.store.engine import Store
    from costs.waste.find import Looked

CREDIT = 1_000_000_000
RAW = "snowflake:acme:raw.shop.orders"
MART = "snowflake:acme:shop.marts.orders"
FIRST, DAYS = 100, 10
NOW = from_ms((FIRST + DAYS) * DAY_MS + 6 * HOUR_MS)


def _table(stream: FactStream, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{n: row.get(n) for n in stream.schema.names} for row in rows], stream.schema)


def _build(name: str, at_ms: int, kind: str, **more: object) -> dict[str, Any]:
    return {
        "query_id": name, "start_ms": at_ms, "end_ms": at_ms + 60_000, "warehouse": "WH", "warehouse_size": "X-Small",
        "query_type": kind, "status": "SUCCESS", "bytes_scanned": 10**12, **more,
    }  # fmt: skip


@pytest.fixture
def account(sqlite_store: Store, fact_files: FactFiles) -> Store:
    """Ten days of a source loaded at midnight and a mart made anew every hour, a tenth of a credit each time.

    The mart is read once, on the first day. A credit costs 2 EUR.
    """
    hours = range(FIRST * DAY_MS, (FIRST + DAYS) * DAY_MS, HOUR_MS)
    loads = [_build(f"load{at}", at, "COPY", rows_inserted=5) for at in hours if at % DAY_MS == 0]
    marts = [_build(f"mart{at}", at + 600_000, "CREATE_TABLE_AS_SELECT", rows_inserted=900) for at in hours]
    owners = [(row, RAW) for row in loads] + [(row, MART) for row in marts]
    charges = [
        {
            "hour_ms": row["start_ms"] // HOUR_MS * HOUR_MS, "nano_credits": CREDIT // 10, "bytes": 0,
            "known_at_ms": 1, "resource": "WH", "service": "compute", "kind": "busy", "query_id": row["query_id"],
            "asset_key": key, "account": "acme", "rung": "tag",
        }
        for row, key in owners
    ]  # fmt: skip
    claims = [
        {"query_id": r["query_id"], "asset_key": k, "start_ms": r["start_ms"], "weight": 1} for r, k in owners
    ]
    with sqlite_store.write() as session:
        for stream, rows in ((QUERY_HISTORY, [*loads, *marts]), (QUERY_ASSETS, claims), (CHARGES, charges)):
            fact_files.publish(session, fact_files.write("acme", stream, _table(stream, rows)), now_ms=0)
        _surround(session)
    return sqlite_store


def _surround(session: Session) -> None:
    """The lineage, one read, and the roll-up of costs."""
    ids = asset_ids(session, [RAW, MART])
    save_aliases(session, [Alias("dbt", "model.shop.orders", AssetKey.parse(MART))], 1)
    flow = Edge(AssetKey.parse(RAW), AssetKey.parse(MART), EdgeSource.DBT, from_ms(1))
    save_edges(session, [flow], 1)
    session.add(
        UsageRow(
            asset_id=ids[MART], day_ms=FIRST * DAY_MS, connection="acme", reader_class="person", tool="",
            reads=1, readers=1, last_read_ms=FIRST * DAY_MS,
        )
    )  # fmt: skip
    session.add_all(
        CostRow(
            connection="acme", dimension="warehouse", day_ms=day * DAY_MS, value="WH", service="compute", kind="busy",
            nano_credits=25 * CREDIT // 10, micro_currency=5_000_000, currency="EUR", queries=25, provisional=False,
        )
        for day in range(FIRST, FIRST + DAYS)
    )  # fmt: skip


def _looked(store: Store, files: FactFiles, folder: Path, settings: str = "", **more: Any) -> Looked:  # noqa: ANN401 - look's own
    (folder / "assay.toml").write_text(f"[waste]\n{settings}\n")
    engine = lambda: Engine.open([str(folder / "facts")])  # noqa: E731 - a factory
    return look(store, files, engine, Settings.load(folder, environ={}), NOW, **more)


def _by_kind(looked: Looked, subject: str) -> dict[WasteKind, Finding]:
    return {one.kind: one for one in looked.findings if one.subject == subject}


def test_a_whole_account(account: Store, fact_files: FactFiles, tmp_path: Path) -> None:
    """Of 240 builds 239 served nobody and 230 found no new orders: 71.7 and 69 credits in 30 days, at 2 EUR each.

    Of the ten loads nine served no build that did: 2.7 credits.
    """
    looked = _looked(account, fact_files, tmp_path)
    found, loads = _by_kind(looked, MART), _by_kind(looked, RAW)

    assert {WasteKind.REBUILT_UNREAD, WasteKind.REBUILT_UNCHANGED} == found.keys()
    unread, unchanged = found[WasteKind.REBUILT_UNREAD], found[WasteKind.REBUILT_UNCHANGED]
    assert (MART, 71_700_000_000, 143_400_000) == (
        unread.subject,
        unread.nano_per_month,
        unread.micro_per_month,
    )
    assert (69 * CREDIT, 138_000_000, "EUR") == (
        unchanged.nano_per_month,
        unchanged.micro_per_month,
        unchanged.currency,
    )
    assert (FIRST * DAY_MS, (FIRST + DAYS) * DAY_MS) == (unread.from_ms, unread.until_ms)
    assert "dbt build" in unchanged.change
    assert [2_700_000_000] == [one.nano_per_month for one in loads.values()]


@pytest.mark.parametrize("settings", ['ignore = ["*:shop.marts.*", "*:raw.*"]', "min_credits_per_month = 72"])
def test_what_is_not_wanted_or_small_is_not_told(
    account: Store, fact_files: FactFiles, tmp_path: Path, settings: str
) -> None:
    """By glob over keys, and by what it saves."""
    assert [] == list(_looked(account, fact_files, tmp_path, settings).findings)


def test_an_account_is_looked_at_again_when_something_is_told_anew(
    account: Store, fact_files: FactFiles, tmp_path: Path
) -> None:
    """The same facts give the same findings and are not read again; a new file of them is."""
    first = _looked(account, fact_files, tmp_path)
    with account.write() as session:
        keep(session, first, 1)
    again = _looked(account, fact_files, tmp_path, known=known_states(account))
    with account.write() as session:
        keep(session, again, 2)
        assert [FindingState.OPEN.value] * 3 == [row.state for row in findings.listed(session)]
    assert ([], {}) == (list(again.findings), dict(again.states))
    late = _table(QUERY_HISTORY, [_build("late", FIRST * DAY_MS, "SELECT")])
    with account.write() as session:
        fact_files.publish(session, fact_files.write("acme", QUERY_HISTORY, late), now_ms=0)

    assert {"acme"} == _looked(account, fact_files, tmp_path, known=known_states(account)).states.keys()


def test_a_few_days_say_nothing(account: Store, fact_files: FactFiles, tmp_path: Path) -> None:
    """Six whole days are no week; the day under way does not count."""
    settings = Settings.load(tmp_path, environ={})
    young = from_ms((FIRST + 6) * DAY_MS + HOUR_MS)

    assert [] == find(account, fact_files, lambda: Engine.open([str(tmp_path / "facts")]), settings, young)


def test_an_empty_store_has_no_waste(sqlite_store: Store, fact_files: FactFiles, tmp_path: Path) -> None:
    """Before the first cycle there is nothing to look at."""
    assert ([], {}) == (
        list((told := _looked(sqlite_store, fact_files, tmp_path)).findings),
        dict(told.states),
    )
