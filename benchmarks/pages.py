"""Server time and size of every page over a store of 10,000 assets, a million runs and 13 months of roll-ups."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from multiprocessing import get_context
from statistics import quantiles
from typing import TYPE_CHECKING

from sqlalchemy import text

from assay.config import write_new
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from assay.store import summaries
from assay.store.engine import Store
from benchmarks.report import Figure, show
from web import create_app

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from flask.testing import FlaskClient

ASSETS, RUNS_EACH, DAYS = 10_000, 100, 395
ROUNDS = 20
ASSET = "snowflake:acme:shop.s7.table_7"
PAGES = (
    "/", "/?days=7", "/assets", "/assets?sort=name&page=90", "/assets?q=table_77", "/costs?by=asset",
    "/costs?by=warehouse&days=365", "/costs?by=day&days=365", f"/assets/{ASSET}", "/connections",
)  # fmt: skip

FILL = (
    """
    INSERT INTO asset (id, key, platform, name, container, kind, owner, description, tags, columns, meta,
        first_seen_ms, last_seen_ms)
    SELECT n, 'snowflake:acme:shop.s' || (n % 40) || '.table_' || n, 'snowflake', 'table_' || n, 'shop.s' || (n % 40),
        CASE n % 3 WHEN 0 THEN 'view' ELSE 'table' END, 'team ' || (n % 12), 'About table ' || n, '[]', '[]', '{}',
        :now - 400 * :day, :now
    FROM numbers WHERE n <= :assets
    """,
    """
    INSERT INTO run (system, external_id, asset_id, kind, status, started_ms, ended_ms, duration_ms, invocation_id,
        rows, message)
    SELECT 'dbt', a.n || '-' || r.n, a.n, 'build', CASE (a.n + r.n) % 29 WHEN 0 THEN 'error' ELSE 'success' END,
        :now - r.n * :day, :now - r.n * :day + 60000, 60000 + a.n % 977, 'i' || r.n, a.n, ''
    FROM numbers a, numbers r WHERE a.n <= :assets AND r.n <= :runs
    """,
    """
    INSERT INTO edge (upstream_id, downstream_id, source, first_seen_ms, last_seen_ms)
    SELECT n, n * 2 + k.k, 'dbt', :now, :now FROM numbers, (SELECT 0 AS k UNION ALL SELECT 1) k
    WHERE n * 2 + k.k <= :assets AND n < n * 2 + k.k
    """,
    """
    INSERT INTO usage_daily (connection, asset_id, day_ms, reader_class, tool, reads, readers, last_read_ms)
    SELECT 'acme', a.n, :now - r.n * :day, 'bi_tool', 'Looker', a.n % 50 + 1, 3, :now - r.n * :day
    FROM numbers a, numbers r WHERE a.n <= :assets AND a.n % 2 = 0 AND r.n <= 60
    """,
    """
    INSERT INTO cost_daily (connection, day_ms, dimension, value, service, kind, nano_credits, bytes, micro_currency,
        currency, queries, provisional)
    SELECT 'acme', :now - d.n * :day, 'asset', 'snowflake:acme:shop.s' || (a.n % 40) || '.table_' || a.n, 'compute',
        'busy', 1000000 * (a.n % 811 + 1), 0, 3000 * (a.n % 811 + 1), 'USD', 3, false
    FROM numbers a, numbers d WHERE a.n <= :assets AND d.n <= :days
    """,
    """
    INSERT INTO cost_daily (connection, day_ms, dimension, value, service, kind, nano_credits, bytes, micro_currency,
        currency, queries, provisional)
    SELECT 'acme', :now - d.n * :day, g.dimension, g.dimension || a.n, 'compute', k.kind, 10000000 * a.n, 0,
        30000 * a.n, 'USD', 100, d.n < 3
    FROM numbers a, numbers d, (SELECT 'warehouse' AS dimension, 12 AS most UNION ALL SELECT 'user', 200
        UNION ALL SELECT 'tag', 50) g, (SELECT 'busy' AS kind UNION ALL SELECT 'keeper_idle') k
    WHERE a.n <= g.most AND d.n <= :days
    """,
    """
    INSERT INTO cell (connection, account, resource, hour_ms, service, day_ms, metered_nano, attributed_nano,
        provisional)
    SELECT 'acme', 'acme', 'warehouse' || a.n, :now - h.n * 3600000, 'compute', (:now - h.n * 3600000) / :day * :day,
        1000000000, 1000000000, h.n < 72
    FROM numbers a, numbers h WHERE a.n <= 12 AND h.n <= :days * 24
    """,
    """
    INSERT INTO collection_log (connection, stream, started_ms, ended_ms, status, rows, message, hint)
    SELECT 'acme', 'stream ' || n, :now, :now, 'ok', 1000, '', '' FROM numbers WHERE n <= 11
    """,
    """
    INSERT INTO watermark (connection, stream, value_ms, updated_ms) VALUES ('acme', 'query_history', :now, :now)
    """,
)


def run(folder: Path) -> None:
    """Fill the store, ask every page while another process writes, and print."""
    folder.mkdir(parents=True)
    write_new(folder)
    url = f"sqlite:///{folder}/.assay/assay.db"
    with Store.create(url) as store:
        _fill(store)
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    stop = get_context("spawn").Event()
    writer = get_context("spawn").Process(target=_write, args=(url, stop))
    writer.start()
    try:
        figures = [figure for page in PAGES for figure in _asked(client, page)]
    finally:
        stop.set()
        writer.join()
    show(
        f"pages over {ASSETS:,} assets, {ASSETS * RUNS_EACH:,} runs, {DAYS} days, while a cycle writes",
        figures,
    )


def _fill(store: Store) -> None:
    now_ms = floor_day_ms(to_ms(datetime.now(UTC)))
    values = {"now": now_ms, "day": DAY_MS, "assets": ASSETS, "runs": RUNS_EACH, "days": DAYS}
    with store.write() as session:
        session.execute(text("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)"))
        session.execute(text("INSERT INTO numbers VALUES (:n)"), [{"n": n} for n in range(1, 20_001)])
        for statement in FILL:
            known = {name: value for name, value in values.items() if f":{name}" in statement}
            session.execute(text(statement), known)
        summaries.refresh(session, now_ms)
        session.execute(text("ANALYZE"))


def _write(url: str, stop: Event) -> None:
    """What a cycle does to the store beside its readers, in a process of its own: short transactions in a row."""
    number = 0
    with Store.open(url) as store:
        while not stop.wait(0.01):
            number += 1
            with store.write() as session:
                session.execute(
                    text("UPDATE watermark SET value_ms = value_ms + 1 WHERE stream = :name"),
                    {"name": "query_history"},
                )
                session.execute(
                    text(
                        "INSERT INTO measurement (asset_id, metric, at_ms, value, source)"
                        " SELECT id, 'row_count', :at, 1, 'bench' FROM asset WHERE id <= 500"
                    ),
                    {"at": number},
                )


def _asked(client: FlaskClient, page: str) -> list[Figure]:
    """The page's 95th percentile and size; what it says must be a page."""
    took, size = [], 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = client.get(page)
        took.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == 200, f"{page}: {answer.status}"
        size = len(answer.data)
    return [Figure(page, quantiles(took, n=20)[-1], "ms p95", 150), Figure("", size / 1024, "KB", 60)]
