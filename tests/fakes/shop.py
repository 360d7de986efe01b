"""A small synthetic company in a store, as a cycle would leave it: assets, runs, readers, costs, a log.

Some names in it are hostile on purpose: every page must show them as the text they are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.model.assets import Alias, Asset, AssetKey, AssetKind, Column, Edge, EdgeSource
from assay.model.runs import Measurement, Metric, Run, RunStatus
from assay.model.time import DAY_MS, HOUR_MS, from_ms, to_ms
from assay.store import collections, costs, records, summaries, usage
from assay.store.engine import Store
from assay.store.keys import find_ids
from assay.store.tables import CellRow, CollectionRow, CostRow, RestatementRow, UsageRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

NOW_MS = to_ms(datetime(2026, 6, 1, 12, tzinfo=UTC))
LAST_DAY_MS = to_ms(datetime(2026, 5, 31, tzinfo=UTC))
DAYS = 70
CREDIT = 1_000_000_000
PRICE = 3_000_000
"""Micro-currency of a credit."""

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "</script><svg onload=alert(3)>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eexe.gnp\u202c",
    "bell\x07 escape\x1b[31m unit\x1f",
    "=HYPERLINK(1)",
    "'; DROP TABLE asset; --",
    "a//b/../../c?d=e&f#g%2F%00",
    "javascript:alert(4)",
    "x" * 5000,
)
"""Names nobody should choose."""

NAMES = ("wh", *HOSTILE)
"""What warehouses, users and tags are called, with a number after."""


def key(name: str, schema: str = "marts") -> AssetKey:
    """The key of a relation of the company."""
    return AssetKey("snowflake", "acme", ("shop", schema, name))


def keys(plain: int = 12) -> list[AssetKey]:
    """Every asset of the company: plain ones, then the hostile ones."""
    return [*(key(f"table_{i}", f"schema_{i % 3}") for i in range(plain)), *map(key, HOSTILE)]


def url_of(folder: Path) -> str:
    """The URL of a folder's store, where `assay serve` looks for it."""
    return f"sqlite:///{folder / '.assay' / 'assay.db'}"


def folder(at: Path, *, plain: int = 12, days: int = DAYS, filled: bool = True) -> Path:
    """A folder as a user has it: with an empty store, or with the company in it."""
    (at / ".assay").mkdir()
    with Store.create(url_of(at)) as store:
        if filled:
            fill(store, plain=plain, days=days)
    return at


def fill(store: Store, *, plain: int = 12, days: int = DAYS) -> None:
    """Save the company through the repositories."""
    with store.write() as session:
        everything = keys(plain)
        records.save_records(session, [*_assets(everything), *_joined(everything)], NOW_MS)
        ids = _save_usage(session, everything)
        assert len(ids) == len(everything)
        for day_ms in range(LAST_DAY_MS - (days - 1) * DAY_MS, LAST_DAY_MS + DAY_MS, DAY_MS):
            costs.replace_day(session, "acme", day_ms, _cells(day_ms), list(_costs(day_ms, everything)))
        costs.restate(session, [_restatement(reason) for reason in ("late_rows", HOSTILE[0])])
        _save_log(session)
        summaries.refresh(session, NOW_MS)


def _assets(everything: list[AssetKey]) -> Iterator[Asset]:
    for i, one in enumerate(everything):
        nasty = HOSTILE[i % len(HOSTILE)]
        yield Asset(
            one,
            list(AssetKind)[i % 4],
            owner=nasty if i % 2 else f"team {i % 4}",
            description=f"About {nasty}",
            tags=("daily", nasty),
            columns=(Column("id", "NUMBER"), Column(nasty, nasty, nasty)),
        )


def _joined(everything: list[AssetKey]) -> Iterator[Any]:
    seen = from_ms(NOW_MS)
    for i, one in enumerate(everything):
        yield Alias("dbt", f"model.shop.{i}.{HOSTILE[i % len(HOSTILE)]}", one)
        yield Measurement(one, Metric.BYTES, seen, 1_000_000 * i, "catalog")
        for n in range(5):
            yield _run(one, i, n)
            yield Measurement(
                one, Metric.ROW_COUNT, from_ms(LAST_DAY_MS - n * DAY_MS), 1000 * i + n, "catalog"
            )
        if i:
            yield Edge(everything[0], one, EdgeSource.DBT, seen)
            yield Edge(one, everything[(i + 1) % len(everything)], EdgeSource.PARSED_SQL, seen)


def _run(one: AssetKey, i: int, n: int) -> Run:
    started = LAST_DAY_MS - n * DAY_MS + i * 1000
    status = list(RunStatus)[(i + n) % 3]
    ended = from_ms(started + 61_000)
    message = HOSTILE[i % len(HOSTILE)] if status is RunStatus.ERROR else ""
    return Run("dbt", f"{one}-{n}", one, status, from_ms(started), ended, rows=n, message=message)


def _save_usage(session: Session, everything: list[AssetKey]) -> dict[str, int]:
    ids = find_ids(session, map(str, everything))
    days = [LAST_DAY_MS - n * DAY_MS for n in range(3)]
    rows = [
        UsageRow(
            asset_id=asset_id, day_ms=day_ms, connection="acme", reader_class=reader, tool=HOSTILE[i % 4],
            reads=3, readers=2, last_read_ms=day_ms + HOUR_MS,
        )
        for i, asset_id in enumerate(ids.values()) if i % 3
        for day_ms in days
        for reader in ("bi_tool", "pipeline")
    ]  # fmt: skip
    usage.replace_days(session, "acme", days, rows)
    return ids


def _cells(day_ms: int) -> list[CellRow]:
    newest = day_ms == LAST_DAY_MS
    return [
        CellRow(
            connection="acme", account="acme", resource="WH", hour_ms=day_ms + hour * HOUR_MS, service="compute",
            day_ms=day_ms, metered_nano=CREDIT, attributed_nano=CREDIT, provisional=newest,
        )
        for hour in range(3)
    ]  # fmt: skip


def _costs(day_ms: int, everything: list[AssetKey]) -> Iterator[CostRow]:
    """Every dimension adds up to the same: one credit per asset busy, half of one idle, one nobody's."""
    for dimension in costs.DIMENSIONS:
        for i, one in enumerate(everything):
            value = str(one) if dimension == "asset" else f"{NAMES[i % len(NAMES)]}{i}"
            yield _cost(day_ms, dimension, value, "busy", CREDIT + i)
            yield _cost(day_ms, dimension, value, "keeper_idle", CREDIT // 2)
        yield _cost(day_ms, dimension, "", "storage", CREDIT)


def _cost(day_ms: int, dimension: str, value: str, kind: str, nano: int) -> CostRow:
    return CostRow(
        connection="acme", dimension=dimension, day_ms=day_ms, value=value, service="compute", kind=kind,
        nano_credits=nano, micro_currency=nano * PRICE // CREDIT, currency="USD", queries=2,
        provisional=day_ms == LAST_DAY_MS,
    )  # fmt: skip


def _restatement(reason: str) -> RestatementRow:
    return RestatementRow(
        connection="acme", day_ms=LAST_DAY_MS, known_at_ms=NOW_MS, reason=reason, rows=3, moved_nano=CREDIT,
        delta_nano=-CREDIT,
    )  # fmt: skip


def _save_log(session: Session) -> None:
    streams = (("query_history", "ok"), ("access", "degraded"), ("storage", "failed"), (HOSTILE[1], "failed"))
    for stream, status in streams:
        said = "" if status == "ok" else HOSTILE[0]
        collections.log(
            session,
            CollectionRow(
                connection="acme", stream=stream, started_ms=NOW_MS - HOUR_MS, ended_ms=NOW_MS, status=status,
                rows=7, message=said, hint=said and HOSTILE[2],
            ),
        )  # fmt: skip
        collections.advance(session, "acme", stream, LAST_DAY_MS, NOW_MS)
