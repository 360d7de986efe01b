"""What comes at all hours: loads, dashboards, people, data scientists, the monitor and housekeeping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from assay.demo import people
from assay.demo.assets import BY_NAME, SOURCES, STALE, STALE_DAYS, TABLES, UNREAD
from assay.demo.calendar import EVERY_DAY, OFFICE, ROUND_THE_CLOCK, WORK_DAYS, WORK_WEEK, Calendar
from assay.demo.load import Book, Load, Statement
from assay.demo.warehouses import ADHOC, BI, DATASCIENCE, DAY_MS, LOADING, MINUTE_MS

if TYPE_CHECKING:
    from assay.demo.power import Ints

CACHED, TRIVIAL = 0.2, 0.08
"""The share of tiles and of people's statements that take less than a tenth of a second."""
HELPED, HELPED_FROM_MS = 0.05, 8000
"""The share of people's long statements that query acceleration helps, and how long is long."""
SHARES = {
    "loader": 0.14,
    "dashboards": 0.62,
    "people": 0.115,
    "science": 0.005,
    "monitor": 0.03,
    "housekeeping": 0.09,
}


def traffic(calendar: Calendar, queries: int, book: Book, rng: np.random.Generator) -> list[Load]:
    """About `queries` statements of every sort that is not a build."""
    made = {
        "loader": _loader, "dashboards": _dashboards, "people": _people, "science": _science,
        "monitor": _monitor,
        "housekeeping": _housekeeping,
    }  # fmt: skip
    counts = {name: int(queries * share) for name, share in SHARES.items()}
    counts["dashboards"] += queries - sum(counts.values())
    return [made[name](calendar, count, book, rng) for name, count in counts.items() if count]


def _lengths(rows: int, median_ms: float, spread: float, rng: np.random.Generator) -> Ints:
    """Log-normal lengths, at least a millisecond and at most two hours."""
    return np.clip(rng.lognormal(np.log(median_ms), spread, rows), 1, 7_200_000).astype(np.int64)


def _some(numbers: list[int], rows: int, rng: np.random.Generator) -> Ints:
    return np.asarray(numbers, dtype=np.int64)[rng.integers(0, len(numbers), rows)]


def _failures(rows: int, share: float, rng: np.random.Generator) -> Ints:
    return (rng.random(rows) < share).astype(np.int64)


def _loader(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """Every quarter of an hour the loader copies what is new into the sources; at the end one is forgotten."""
    texts: list[int] = []
    forgotten: list[int] = []
    for table in SOURCES:
        copy = f"COPY INTO {table.sql} FROM @RAW.STAGES.{table.name}/ FILE_FORMAT = (TYPE = PARQUET)"
        merge = (
            f"MERGE INTO {table.sql} t USING RAW.TEMP.{table.name}_NEW s ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET t.loaded_at = s.loaded_at"
        )
        texts += [
            book.add(Statement("COPY", copy, table.schema, (), table.name)),
            book.add(Statement("MERGE", merge, table.schema, (), table.name)),
        ]
        forgotten += texts[-2:] if table.name == STALE else []
    moments = calendar.moments(count, EVERY_DAY, ROUND_THE_CLOCK, rng)
    quarter = 15 * MINUTE_MS
    rows, text = rng.integers(200, 40_000, count), _some(texts, count, rng)
    is_late = moments >= calendar.start_ms + (calendar.days - STALE_DAYS) * DAY_MS
    late = is_late & np.isin(text, forgotten)
    text[late] = np.resize(sorted(set(texts) - set(forgotten)), int(late.sum()))
    return Load.of(
        start_ms=moments - moments % quarter + rng.integers(0, 40_000, count), text=text,
        run_ms=_lengths(count, 2500, 0.8, rng), user=people.LOADER, warehouse=LOADING, rows=rows,
        written=rows * 90,
        scanned=rows * 110, failed=_failures(count, 0.004, rng),
    )  # fmt: skip


def _signed(dashboard: people.Dashboard, number: int, tile: int, sql: str) -> tuple[str, str]:
    """A tile's statement as its tool sends it: text and query tag."""
    if dashboard.tool == people.LOOKER:
        context = json.dumps(
            {"user_id": 10 + tile, "history_slug": f"h{number}{tile:02}", "instance_slug": "nordlicht"}
        )
        return f"{sql}\n-- Looker Query Context '{context}'", ""
    if dashboard.tool == people.TABLEAU:
        origin = {
            "workbook-luid": f"wb-{number}",
            "dashboard-luid": f"db-{number}",
            "worksheet-luid": f"ws-{number}-{tile}",
        }
        return sql, json.dumps({"tableau-query-origins": {**origin, "query-category": "Data"}})
    card = {"userId": 3 + tile, "dashboardId": number, "cardId": 100 * number + tile}
    return f"{sql}\n-- {json.dumps({'client': 'Metabase', 'context': 'dashboard', **card})}", ""


def _tiles(book: Book) -> list[list[int]]:
    """The texts of each dashboard's tiles."""
    found = []
    for number, dashboard in enumerate(people.DASHBOARDS):
        tiles = []
        for tile in range(dashboard.tiles):
            table = BY_NAME[dashboard.tables[tile % len(dashboard.tables)]]
            sql = f"SELECT day, SUM(m_{tile}) FROM {table.sql} GROUP BY 1"  # noqa: S608 -- written, never run
            statement = Statement("SELECT", sql, table.schema, (table.name,))
            tiles.append(book.add(statement, *_signed(dashboard, number, tile, sql)))
        found.append(tiles)
    return found


def _dashboards(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """People open dashboards; each sends all its tiles within two seconds."""
    tiles = _tiles(book)
    weight = np.array([dashboard.popularity for dashboard in people.DASHBOARDS])
    sizes = np.array([dashboard.tiles for dashboard in people.DASHBOARDS])
    opened = int(count / (weight @ sizes / weight.sum())) + 20
    which = rng.choice(len(weight), opened, p=weight / weight.sum())
    view = np.repeat(np.arange(opened), sizes[which])[:count]
    first = np.searchsorted(view, view)
    moments = calendar.moments(opened, WORK_WEEK, OFFICE, rng)
    rng.shuffle(moments)
    flat = np.concatenate([np.asarray(texts) for texts in tiles])
    base = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rows = len(view)
    text = flat[base[which[view]] + np.arange(rows) - first]
    length = np.where(rng.random(rows) < CACHED, rng.integers(8, 100, rows), _lengths(rows, 1800, 1.0, rng))
    tool = np.array([dashboard.tool for dashboard in people.DASHBOARDS])
    return Load.of(
        start_ms=moments[view] + rng.integers(0, 2000, rows), text=text, run_ms=length,
        user=tool[which[view]],
        warehouse=BI, rows=rng.integers(1, 5000, rows), scanned=length * 40_000,
        failed=_failures(rows, 0.003, rng),
    )  # fmt: skip


def _people(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """Analysts ask this and that; some of it is helped by query acceleration."""
    texts = []
    for table in TABLES:
        if table.schema not in {"MARTS", "FINANCE"} or table.name in UNREAD or table.name == "MART_MARKETING":
            continue
        for column in ("customer_id", "day", "store_id"):
            what = f"{column}, COUNT(*) AS n"
            sql = f"SELECT {what} FROM {table.sql} GROUP BY 1 LIMIT 100"  # noqa: S608 -- written, never run
            texts.append(book.add(Statement("SELECT", sql, table.schema, (table.name,))))
    moments = calendar.moments(count, WORK_WEEK, OFFICE, rng)
    length = np.where(
        rng.random(count) < TRIVIAL, rng.integers(5, 100, count), _lengths(count, 4200, 1.3, rng)
    )
    scanned = length * 90_000
    helped = (rng.random(count) < HELPED) & (length > HELPED_FROM_MS)
    return Load.of(
        start_ms=moments, text=_some(texts, count, rng), run_ms=length,
        user=_some(list(people.ANALYSTS), count, rng),
        warehouse=ADHOC, rows=rng.integers(1, 10_000, count), scanned=scanned,
        failed=_failures(count, 0.03, rng),
        accelerated=np.where(helped, scanned // 3, 0),
    )  # fmt: skip


def _science(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """Data scientists train on workdays; one of them writes churn scores into a table made by hand."""
    read = ("MART_CUSTOMER_VALUE", "FCT_SESSIONS")
    fetch = (
        "SELECT * FROM ANALYTICS.MARTS.MART_CUSTOMER_VALUE v "
        "JOIN ANALYTICS.MARTS.FCT_SESSIONS s ON s.customer_id = v.id"
    )
    scores = f"CREATE OR REPLACE TABLE ANALYTICS.SCIENCE.CHURN_SCORES AS {fetch}"
    texts = [
        book.add(Statement("SELECT", fetch, "SCIENCE", read), tag="churn-training"),
        book.add(
            Statement("CREATE_TABLE_AS_SELECT", scores, "SCIENCE", read, "CHURN_SCORES"), tag="churn-training"
        ),
    ]
    length = _lengths(count, 45_000, 1.1, rng)
    return Load.of(
        start_ms=calendar.moments(count, WORK_DAYS, OFFICE, rng),
        text=_some([texts[0]] * 5 + [texts[1]], count, rng),
        run_ms=length, user=_some(list(people.SCIENTISTS), count, rng), warehouse=DATASCIENCE,
        rows=rng.integers(1, 3_000_000, count), scanned=length * 200_000, failed=_failures(count, 0.04, rng),
    )  # fmt: skip


def _monitor(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """A monitor counts rows at the full hour, and so keeps a warehouse awake at night."""
    texts = []
    for table in TABLES:
        if table.rows:
            sql = f"SELECT COUNT(*), MAX(loaded_at) FROM {table.sql}"  # noqa: S608 -- written, never run
            texts.append(book.add(Statement("SELECT", f"{sql} -- montecarlo", table.schema, (table.name,))))
    moments = calendar.moments(count, EVERY_DAY, ROUND_THE_CLOCK, rng)
    hour = 60 * MINUTE_MS
    return Load.of(
        start_ms=moments - moments % hour + rng.integers(0, 90_000, count), text=_some(texts, count, rng),
        run_ms=_lengths(count, 300, 0.9, rng), user=people.MONITOR, warehouse=ADHOC, rows=1, scanned=16_000,
    )  # fmt: skip


def _housekeeping(calendar: Calendar, count: int, book: Book, rng: np.random.Generator) -> Load:
    """Statements that need no warehouse: they use cloud services only."""
    shapes = {
        "SHOW": "SHOW TABLES IN SCHEMA ANALYTICS.MARTS", "USE": "USE ROLE ANALYST",
        "DESCRIBE": "DESC TABLE ANALYTICS.MARTS.FCT_ORDERS",
        "ALTER_SESSION": "ALTER SESSION SET TIMEZONE = 'UTC'",
    }  # fmt: skip
    texts = [book.add(Statement(kind, shape)) for kind, shape in shapes.items()]
    return Load.of(
        start_ms=calendar.moments(count, WORK_WEEK, OFFICE, rng), text=_some(texts, count, rng),
        compile_ms=20,
        run_ms=rng.integers(5, 400, count), user=_some(list(range(len(people.USERS))), count, rng), cloud=60,
    )  # fmt: skip
