"""What refers to tables, is shared, or is read by tasks: edges and declared uses from three views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from fakes.snowflake import account
from fakes.snowflake.gathering import gather
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.assets import Asset, AssetKey, Edge, EdgeSource
from assay.model.decisions import DeclaredUse, UseKind, UsesTold
from assay.model.time import day_of, to_ms
from collectors.base import Progress
from collectors.snowflake import SnowflakeCollector
from collectors.snowflake.views.uses import is_relation, key_of, read_in

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.snowflake.gathering import Gathered

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ORDERS = AssetKey("snowflake", "acme", ("analytics", "marts", "orders"))
ITEMS = AssetKey("snowflake", "acme", ("raw", "shop", "items"))
MIXED = AssetKey("snowflake", "acme", ("analytics", "marts", "Mixed Case"))


def _collect(folder: Path, progress: Progress | None = None) -> Gathered:
    return gather(SnowflakeCollector("Acme", SnowflakeCollector.config_class(export=folder)), NOW, progress)


def test_views_are_made_of_and_others_use(tmp_path: Path) -> None:
    """A view is an edge, a stream, a standing share and a task's newest text are uses; the catalog's own is nothing."""
    found = _collect(account.write_parquet(tmp_path, account.views(BEGIN)))

    edges = [each for each in found.records if isinstance(each, Edge)]
    assert [(each.upstream, each.downstream, each.source) for each in edges] == [
        (ORDERS, MIXED, EdgeSource.DEPENDENCIES)
    ]
    uses = [each for each in found.records if isinstance(each, DeclaredUse)]
    assert [(each.asset, each.kind, each.name) for each in uses] == [
        (ORDERS, UseKind.STREAM, "ANALYTICS.MARTS.ORDERS_STREAM"),
        (ORDERS, UseKind.SHARE, "PARTNERS"),
        (ORDERS, UseKind.TASK, "ANALYTICS.MARTS.NIGHTLY"),
        (ITEMS, UseKind.TASK, "ANALYTICS.MARTS.NIGHTLY"),
    ]
    assert {each.source for each in found.records if isinstance(each, UsesTold)} == {
        f"SNOWFLAKE.ACCOUNT_USAGE.{name}"
        for name in ("OBJECT_DEPENDENCIES", "GRANTS_TO_SHARES", "TASK_VERSIONS")
    }
    assert {each.seen_at for each in uses} == {datetime(2026, 11, 1, tzinfo=UTC)}


def test_nothing_left_is_told_too(tmp_path: Path) -> None:
    """A view without rows says that no use is left."""
    for name, table in account.views(BEGIN).items():
        pq.write_table(table.slice(0, 0), tmp_path / f"{name}.parquet")

    assert len([each for each in _collect(tmp_path).records if isinstance(each, UsesTold)]) == 3


def test_parts_of_one_export_are_told_together(tmp_path: Path) -> None:
    """A new part is told with those read before: alone it would take their uses back."""
    (tmp_path / "GRANTS_TO_SHARES").mkdir()
    table = account.views(BEGIN)["GRANTS_TO_SHARES"]
    pq.write_table(table.slice(1, 1), tmp_path / "GRANTS_TO_SHARES" / "1.parquet")
    first = _collect(tmp_path)
    pq.write_table(table.slice(2, 1), tmp_path / "GRANTS_TO_SHARES" / "2.parquet")

    second = _collect(tmp_path, Progress(seen=first.seen))

    assert len([each for each in second.records if isinstance(each, DeclaredUse)]) == 1
    assert _collect(tmp_path, Progress(seen=second.seen)).records == []


def test_a_table_made_anew_is_as_old_as_its_first(tmp_path: Path) -> None:
    """TABLES has a row for each incarnation."""
    table = account.views(BEGIN)["TABLES"]
    names = table["TABLE_NAME"].to_pylist()
    names[1] = "ORDERS"  # the dropped one
    created = table["CREATED"].to_pylist()
    created[1] = datetime(2025, 3, 1, tzinfo=UTC)
    for column, values in (("TABLE_NAME", names), ("CREATED", created)):
        place = table.schema.get_field_index(column)
        table = table.set_column(place, table.schema.field(column), [values])
    pq.write_table(table, tmp_path / "TABLES.parquet")

    (orders,) = (
        each for each in _collect(tmp_path).records if isinstance(each, Asset) and each.key == ORDERS
    )

    assert orders.created_at is not None
    assert str(day_of(to_ms(orders.created_at))) == "2025-03-01"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("insert into t select * from a.b.c", [("a", "b", "c")]),
        ("merge into t using s.c x on x.a = t.a", [("DB", "s", "c")]),
        (
            "begin let n := 1; insert into t select * from c join B.D on true; end",
            [("DB", "S", "c"), ("DB", "b", "d")],
        ),
        ("with c as (select * from d) select * from c", [("DB", "S", "d")]),
        ('select * from "Db" . "S"."Odd name"', [("Db", "S", "Odd name")]),
        ("call refresh('from x')  -- from y", []),
        (
            "select extract(year from at_time), * from table(flatten(x)) /* from z */",
            [("DB", "S", "at_time")],
        ),
    ],
)
def test_a_tasks_text_names_what_it_reads(text: str, found: list[tuple[str, ...]]) -> None:
    """By its words, so a name too many is better than one too few; strings and comments say nothing."""
    assert list(read_in(text, "DB", "S")) == found


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=5), st.text(max_size=5))
def test_no_text_breaks_it(text: str, database: str, schema: str) -> None:
    """Whatever is there, keys can be read back."""
    for path in read_in(text, database, schema):
        key = key_of("acme", *path)
        assert key is None or AssetKey.parse(str(key)) == key


def test_which_objects_are_relations() -> None:
    """Tables and views of every sort."""
    words = (
        "TABLE",
        "VIEW",
        "MATERIALIZED VIEW",
        "Dynamic Table",
        "EXTERNAL_TABLE",
        "STREAM",
        "TABLE FUNCTION",
    )

    assert [is_relation(word) for word in words] == [True] * 5 + [False] * 2


def test_a_change_of_names_tells_both(tmp_path: Path) -> None:
    """The object of a rename or swap, and the name in its properties; other changes have none."""
    table = account.views(BEGIN)["ACCESS_HISTORY"].slice(0, 2)
    changes = [
        '{"objectDomain":"Table","objectId":1,"objectName":"D.S.A","properties":{"swapTargetName":{"value":"D.S.B"}}}',
        '{"objectDomain":"Table","objectId":1,"objectName":"D.S.A","properties":{"columns":{"x":"y"}}}',
    ]
    place = table.schema.get_field_index("OBJECT_MODIFIED_BY_DDL")
    pq.write_table(
        table.set_column(place, "OBJECT_MODIFIED_BY_DDL", [changes]), tmp_path / "ACCESS_HISTORY.parquet"
    )
    rows = _collect(tmp_path).facts["access_history"]

    assert [(row["query_id"], row["object_name"]) for row in rows if row["access"] == "ddl_target"] == [
        ("01b0-0000", "D.S.B")
    ]
