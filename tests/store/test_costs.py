"""The roll-ups answer what things cost and whether the bill adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from assay.errors import UsageError
from assay.model.assets import AssetKey
from assay.model.runs import Run, RunStatus
from assay.model.time import DAY_MS, HOUR_MS, Window, from_ms
from assay.store import assets, costs, runs, summaries, usage
from assay.store.tables import CellRow, CostRow, RestatementRow, UsageRow

if TYPE_CHECKING:
    from assay.store.engine import Store

ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
ALL = Window(0, 1000 * DAY_MS)


def _cost(day: int, dimension: str, value: str, nano: int, kind: str = "busy") -> CostRow:
    return CostRow(
        connection="acme", day_ms=day * DAY_MS, dimension=dimension, value=value, service="compute",
        kind=kind, nano_credits=nano, provisional=day > 1, queries=1,
    )  # fmt: skip


def _cell(day: int, hour: int, metered: int, attributed: int) -> CellRow:
    return CellRow(
        connection="acme", account="acme", resource="WH", hour_ms=day * DAY_MS + hour * HOUR_MS,
        service="compute", day_ms=day * DAY_MS, metered_nano=metered, attributed_nano=attributed,
        provisional=day > 1,
    )  # fmt: skip


def _fill(store: Store) -> None:
    with store.write() as session:
        for day in (1, 2):
            rows = [
                _cost(day, "asset", str(ORDERS), 60 * day), _cost(day, "asset", "", 40 * day, "keeper_idle"),
                _cost(day, "warehouse", "WH", 60 * day),
                _cost(day, "warehouse", "WH", 40 * day, "keeper_idle"),
            ]  # fmt: skip
            costs.replace_day(session, "acme", day * DAY_MS, [_cell(day, 0, 100 * day, 100 * day)], rows)


def test_costs_are_told_by_each_dimension_dearest_first(store: Store) -> None:
    """Every dimension adds up to the same bill; nobody's part is a row; days come in order."""
    _fill(store)
    with store.read() as session:
        by = {
            d: [(line.group, line.nano_credits) for line in costs.by(session, d, ALL)]
            for d in ("asset", "day", "kind")
        }
    assert [((str(ORDERS),), 180), (("",), 120)] == by["asset"]
    assert by["day"] == [((DAY_MS,), 100), ((2 * DAY_MS,), 200)]
    assert by["kind"] == [(("busy",), 180), (("keeper_idle",), 120)]


def test_a_window_and_a_connection_narrow(store: Store) -> None:
    """The window is half-open, another connection's costs are apart, a query's idle time is no query."""
    _fill(store)
    with store.read() as session:
        (line,) = costs.by(session, "warehouse", Window(DAY_MS, 2 * DAY_MS))
        assert (
            line.nano_credits,
            line.queries,
            line.provisional,
            line.micro_currency,
        ) == (100, 1, False, None)
        assert costs.by(session, "warehouse", ALL, connection="other") == []
        assert costs.days(session) == (DAY_MS, 2 * DAY_MS)
        assert costs.days(session, "other") is None


def test_a_day_told_again_takes_the_place_of_the_first(store: Store) -> None:
    """Replacing a day leaves nothing of what stood, in any dimension, and no other day is touched."""
    _fill(store)
    with store.write() as session:
        costs.replace_day(session, "acme", DAY_MS, [_cell(1, 5, 7, 7)], [_cost(1, "warehouse", "OTHER", 7)])
    with store.read() as session:
        assert [line.nano_credits for line in costs.by(session, "day", ALL)] == [7, 200]
        assert [x.nano_credits for x in costs.by(session, "asset", ALL) if x.group == (str(ORDERS),)] == [
            160 - 40
        ]
        assert (costs.balance(session).cells, costs.balance(session).metered_nano_credits) == (2, 207)


def test_sparklines_come_by_asset_and_day(store: Store) -> None:
    """One answer for a whole list; an asset without costs has an empty line."""
    _fill(store)
    with store.read() as session:
        lines = costs.sparklines(session, [str(ORDERS), "snowflake:acme:a.b.c"], ALL)
    assert {str(ORDERS): {DAY_MS: 60, 2 * DAY_MS: 120}, "snowflake:acme:a.b.c": {}} == lines


def test_the_balance_shows_the_worst_cells(store: Store) -> None:
    """A cell whose parts do not add up is counted and shown, the furthest off first."""
    _fill(store)
    with store.write() as session:
        assert costs.balance(session).out_of_balance == 0
        costs.replace_day(
            session, "acme", 3 * DAY_MS, [_cell(3, 0, 5, 4), _cell(3, 1, 5, 9), _cell(3, 2, 5, 5)], []
        )
        found = costs.balance(session)
    assert (
        found.cells, found.out_of_balance, found.metered_nano_credits, found.attributed_nano_credits,
        found.provisional_cells,
    ) == (5, 2, 315, 318, 4)  # fmt: skip
    assert [cell.attributed_nano for cell in found.worst] == [9, 4]


def test_an_empty_store_is_in_balance(store: Store) -> None:
    """Before the first cycle there is nothing off."""
    with store.read() as session:
        found = costs.balance(session, "acme")
    assert (found.cells, found.out_of_balance, found.metered_nano_credits, found.worst) == (0, 0, 0, [])


def test_sums_stay_exact_integers(store: Store) -> None:
    """Large sums come back as the integers they are, on both databases."""
    big = 2**62
    with store.write() as session:
        costs.replace_day(
            session, "acme", DAY_MS, [_cell(1, 0, big + 1, big)], [_cost(1, "warehouse", "W", big + 1)]
        )
        assert big + 1 == costs.by(session, "warehouse", ALL)[0].nano_credits
        assert (1, big + 1) == (
            costs.balance(session).out_of_balance,
            costs.balance(session).metered_nano_credits,
        )


def test_an_unknown_dimension_names_the_valid_ones(sqlite_store: Store) -> None:
    """A wrong word is an answer, not a trace."""
    with sqlite_store.read() as session, pytest.raises(UsageError, match=r"asset, warehouse, user, tag, day"):
        costs.by(session, "planet", ALL)


def test_restatements_are_listed_newest_first(store: Store) -> None:
    """What changed after it had been told is kept with its reason."""
    rows = [
        RestatementRow(
            connection="acme",
            day_ms=DAY_MS,
            known_at_ms=at,
            reason="metering",
            rows=1,
            moved_nano=2,
            delta_nano=0,
        )
        for at in (5, 6)
    ]
    with store.write() as session:
        costs.restate(session, rows)
        assert [row.known_at_ms for row in costs.restatements(session, "acme")] == [6, 5]
        assert costs.restatements(session, "other") == []


def test_summaries_cover_thirty_days_and_the_thirty_before(store: Store) -> None:
    """Lists sort by sums of the last 30 days, today among them; older costs are the trend."""
    with store.write() as session:
        for day in (5, 39, 40, 69):
            costs.replace_day(session, "acme", day * DAY_MS, [], [_cost(day, "asset", str(ORDERS), day)])
        runs.save_runs(
            session,
            [
                Run("dbt", str(d), ORDERS, RunStatus.ERROR, from_ms(d * DAY_MS), from_ms(d * DAY_MS))
                for d in (39, 69)
            ],
            1,
        )
        (orders,) = assets.asset_ids(session, [ORDERS]).values()
        row = UsageRow(
            asset_id=orders, day_ms=39 * DAY_MS, connection="acme", reader_class="person", reads=3, readers=1,
            last_read_ms=39 * DAY_MS + 1,
        )  # fmt: skip
        usage.replace_days(session, "acme", [39 * DAY_MS], [row])
        summaries.refresh(session, 69 * DAY_MS + 5)
        summaries.refresh(session, 69 * DAY_MS + 5)
        (line,) = assets.search(session).lines
    assert (line.nano_credits, line.before_nano_credits, line.micro_currency) == (109, 39, None)
    assert (line.runs, line.failed_runs, line.last_run_ms) == (1, 1, 69 * DAY_MS)
    assert (line.reads, line.last_read_ms) == (0, 39 * DAY_MS + 1)


def test_a_window_holds_whatever_the_connections(store: Store) -> None:
    """Totals and balance of a window are those of its days, over every connection, and none before the first."""
    with store.read() as session:
        assert costs.totals(session, "warehouse", ALL, ("kind",)) == []
        assert costs.balance(session, window=ALL).cells == 0
    _fill(store)
    with store.write() as session:
        for connection in ("zulu", "beta"):
            cost, cell = _cost(2, "warehouse", "WH", 7), _cell(2, 0, 7, 7)
            cost.connection = cell.connection = connection
            costs.replace_day(session, connection, 2 * DAY_MS, [cell], [cost])
        (line,) = costs.totals(session, "warehouse", Window(2 * DAY_MS, 3 * DAY_MS))
        found = costs.balance(session, window=Window(2 * DAY_MS, 3 * DAY_MS))
        assert list(session.scalars(costs.known_connections(CostRow))) == ["acme", "beta", "zulu", None]
    assert (line.group, line.nano_credits) == (("WH",), 214)
    assert (found.cells, found.metered_nano_credits) == (3, 214)


def test_a_window_is_read_from_the_key_and_not_from_every_day(sqlite_store: Store) -> None:
    """SQLite finds the days behind the connections in the table's key; else a page would read years of days."""
    window = Window(DAY_MS, 2 * DAY_MS)
    asked: list[str] = []
    with sqlite_store.read() as session:
        event.listen(
            session.connection().engine, "before_cursor_execute", lambda *said: asked.append(said[2]),
        )  # fmt: skip
        for groups in (("value", "kind"), ("day", "kind"), ("service",)):
            costs.totals(session, "user", window, groups)
        summaries.dearest(session, window, 10)
        statements = [statement for statement in asked if "cost_daily" in statement]
        assert len(statements) == 4
        for statement in statements:
            given = [DAY_MS] * statement.count("?")
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(given)).all()
            steps = [row[3] for row in plan if "cost_daily" in row[3]]
            wanted = "USING PRIMARY KEY (connection=? AND dimension=? AND day_ms>? AND day_ms<?)"
            assert any(wanted in step for step in steps), steps


def test_money_of_two_currencies_is_not_added_up(store: Store) -> None:
    """Dollars and euros make no sum: the credits are told, and each account's money on its own."""
    with store.write() as session:
        for connection, currency in (("acme", "USD"), ("globex", "EUR"), ("unpriced", "")):
            row = _cost(1, "warehouse", "WH", 10)
            row.connection, row.currency, row.micro_currency = connection, currency, 30 if currency else None
            costs.replace_day(session, connection, DAY_MS, [], [row])
        whole, own = (costs.by(session, "warehouse", ALL, name)[0] for name in (None, "globex"))
    assert (whole.nano_credits, whole.micro_currency) == (30, None)
    assert (own.micro_currency, own.currency) == (30, "EUR")


@pytest.mark.parametrize("summed", [True, False])
def test_the_dearest_assets_are_told_by_money_then_credits(store: Store, *, summed: bool) -> None:
    """From the summaries where they cover the window, else from its days: the same answer."""
    spent = {"a": (5, None), "b": (9, None), "c": (1, 70), "d": (0, 80), "e": (0, None)}
    with store.write() as session:
        keys = {name: AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in spent}
        assets.asset_ids(session, keys.values())
        rows = [_cost(69, "warehouse", "WH", 15)]
        for name, (nano, micro) in spent.items():
            row = _cost(69, "asset", str(keys[name]), nano)
            row.micro_currency = micro
            rows.append(row)
        costs.replace_day(session, "acme", 69 * DAY_MS, [], [*rows, _cost(69, "asset", "", 1000)])
        if summed:
            summaries.refresh(session, 99 * DAY_MS)
        window = Window(40 * DAY_MS, 70 * DAY_MS)
        assert summaries.covers(session, window) is summed
        found = summaries.dearest(session, window, 4)
    assert [key.rsplit(".", 1)[1] for key in found] == ["d", "c", "b", "a"]
