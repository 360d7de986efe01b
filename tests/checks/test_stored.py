"""Checks that look at what the store knows: volume, and the two of schema."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import NOW, ORDERS

from assay.errors import ConfigError
from assay.model.assets import Asset, Column
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.model.runs import Measurement, Metric
from assay.model.time import to_ms
from assay.registry import Registry
from assay.store import checks as stored
from assay.store import schemas
from assay.store.assets import save_assets
from assay.store.keys import asset_ids
from assay.store.measurements import save_measurements
from checks.columns import change, same_type
from checks.running import made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fakes.checked import DuckWarehouse
    from sqlalchemy.orm import Session

    RunCheck = Callable[..., CheckResult]

COLUMNS = (Column("ID", "NUMBER(38,0)"), Column("STATE", "VARCHAR(20)"), Column("PAID", "NUMBER(10,2)"))


def measured(session: Session, metric: Metric, values: Sequence[int], step: timedelta) -> None:
    """Keep figures, the newest an hour before NOW."""
    newest = NOW - timedelta(hours=1)
    figures = [
        Measurement(ORDERS, metric, newest - step * n, value, "test")
        for n, value in enumerate(reversed(values))
    ]
    save_measurements(session, figures)


def seen(session: Session, columns: Sequence[Column]) -> None:
    """Keep what a source told of the columns."""
    save_assets(session, [Asset(ORDERS, columns=tuple(columns))], 1)


def accept(session: Session, found: CheckResult) -> None:
    """Accept the columns a result saw for the first time, as recording it does."""
    (asset_id,) = asset_ids(session, [ORDERS]).values()
    schemas.accept_first(session, {asset_id: schemas.of_dicts(found.metadata["accepts"])}, 1)


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"min_rows": 50}, Outcome.PASS), ({"min_rows": 51}, Outcome.FAIL), ({"max_rows": 49}, Outcome.FAIL),
        ({"max_drop": 0.5}, Outcome.PASS), ({"max_drop": 0.4}, Outcome.FAIL), ({"max_growth": 0.0}, Outcome.PASS),
        ({"max_drop": 0.9, "min_rows": 60}, Outcome.FAIL),
    ],
)  # fmt: skip
def test_a_row_count_keeps_to_absolute_and_relative_bounds(
    run: RunCheck, session: Session, options: dict[str, Any], outcome: Outcome
) -> None:
    """A hundred rows, then fifty: the narrower bound decides."""
    measured(session, Metric.ROW_COUNT, [100, 50], timedelta(days=1))

    assert outcome is run("volume", **options).outcome


def test_a_lost_half_is_told_with_what_was_expected(run: RunCheck, session: Session) -> None:
    """The sentence says the figure, the bounds and what was there before."""
    measured(session, Metric.ROW_COUNT, [1200, 600], timedelta(days=1))

    found = run("volume", max_drop=0.3)
    assert "600 rows, expected at least 840, 1,200 before." == found.message
    assert (600, 1200, 840, None) == (found.observed, found.expected, found.low, found.high)


def test_rows_written_are_those_of_a_day(run: RunCheck, session: Session) -> None:
    """The hours of the last 24 are summed; a day without any writing is zero rows, if there was any before."""
    measured(session, Metric.ROWS_WRITTEN, [5] * 48, timedelta(hours=1))

    assert 120 == run("volume", metric="rows_written", min_rows=1).observed
    assert (
        0 == run("volume", now=NOW + timedelta(days=1, hours=2), metric="rows_written", min_rows=1).observed
    )


@pytest.mark.parametrize(
    ("step", "passes_d", "fails_d", "options"),
    [
        (timedelta(hours=1), 1.9, 2.1, {}), (timedelta(days=1), 2.9, 3.1, {}), (timedelta(days=7), 20, 22, {}),
        (timedelta(hours=1), 0.2, 0.3, {"figure_max_age_h": 6}), (timedelta(hours=1), 8, 9, {"figure_max_age_h": 200}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_old", [False, True])
def test_a_figure_that_is_told_no_more_does_not_pass(  # noqa: PLR0913, PLR0917 - a table of examples
    run: RunCheck, session: Session, step: timedelta, passes_d: float, fails_d: float, options: dict[str, Any],
    is_old: bool,
) -> None:  # fmt: skip
    """By the rhythm figures came in, or as somebody said; the sentence says since when."""
    measured(session, Metric.ROW_COUNT, [100] * 8, step)
    newest = NOW - timedelta(hours=1)

    found = run("volume", now=newest + timedelta(days=fails_d if is_old else passes_d), min_rows=1, **options)
    assert (Outcome.ERROR if is_old else Outcome.PASS) is found.outcome
    assert (f"No figure since {newest:%Y-%m-%d %H:%M} UTC" in found.message) is is_old
    assert ("next_step" in found.metadata) is is_old


def test_one_figure_alone_is_believed_for_a_week(run: RunCheck, session: Session) -> None:
    """A catalog that was made once: no rhythm is known."""
    measured(session, Metric.ROW_COUNT, [100], timedelta(days=1))

    outcomes = [run("volume", now=NOW + timedelta(days=n), min_rows=1).outcome for n in (6, 7)]
    assert [Outcome.PASS, Outcome.ERROR] == outcomes


def test_writing_that_is_told_no_more_does_not_pass(run: RunCheck, session: Session) -> None:
    """A day without any is zero rows; days of silence are an error, also where the account is read no further."""
    measured(session, Metric.ROWS_WRITTEN, [5] * 48, timedelta(hours=1))

    def outcome(days: float, **options: Any) -> Outcome:  # noqa: ANN401 - options of a check
        return run(
            "volume", now=NOW + timedelta(days=days), metric="rows_written", max_rows=500, **options
        ).outcome

    assert [Outcome.PASS, Outcome.PASS, Outcome.ERROR] == [outcome(0), outcome(1.5), outcome(3)]
    assert Outcome.UNKNOWN is outcome(3, figure_max_age_h=100)
    assert Outcome.ERROR is outcome(3, read_until=NOW)
    assert Outcome.PASS is outcome(1, read_until=NOW)


def test_without_a_figure_volume_is_unknown(run: RunCheck) -> None:
    """Nothing was measured: no verdict."""
    assert Outcome.UNKNOWN is run("volume", min_rows=1).outcome
    assert Outcome.UNKNOWN is run("volume", metric="rows_written", min_rows=1).outcome


def test_a_count_is_compared_with_the_count_before(
    run: RunCheck, session: Session, duck: DuckWarehouse
) -> None:
    """What the check itself last observed is its history."""
    duck.make("CREATE TABLE orders AS SELECT * FROM range(40)")
    first = run("volume", duck, count=True, max_drop=0.5)
    stored.save_results(session, [first], stored.save(session, [first.check], 1))
    duck.make("DELETE FROM orders WHERE range >= 10")
    second = run("volume", duck, now=NOW + timedelta(days=1), count=True, max_drop=0.5)

    assert (Outcome.PASS, Outcome.FAIL) == (first.outcome, second.outcome)
    assert (10, 40) == (second.observed, second.expected)


@pytest.mark.parametrize(
    "options",
    [{}, {"min_rows": 2, "max_rows": 1}, {"max_drop": 1.5}, {"min_rows": -1},
     {"metric": "rows_written", "count": True, "min_rows": 1}, {"min_rows": 1, "where": "x"}],
)  # fmt: skip
def test_bounds_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    """None, crossed, beyond the possible, or of what cannot be counted."""
    with pytest.raises(ConfigError):
        made(Check("c", ORDERS, "volume", Cause.VOLUME, config=options), Registry())


def test_a_contract_holds_names_and_types(run: RunCheck, session: Session) -> None:
    """Names meet without case and types by meaning; what is missing or of another type is told."""
    seen(session, COLUMNS)

    kept = run("schema", columns={"id": "NUMBER(38,0)", "state": "TEXT", "paid": ""})
    broken = run("schema", columns={"id": "DATE", "gone": "", "state": ""}, allow_extra=False)
    assert Outcome.PASS is kept.outcome
    assert Outcome.FAIL is broken.outcome
    assert (
        "Not as promised: removed gone; retyped ID from DATE to NUMBER(38,0); added PAID." == broken.message
    )
    assert ["PAID"] == [column["name"] for column in broken.metadata["added"]]


def test_without_columns_a_schema_is_unknown(run: RunCheck) -> None:
    """Nobody told the columns: no verdict."""
    assert Outcome.UNKNOWN is run("schema", columns={"id": ""}).outcome
    assert Outcome.UNKNOWN is run("schema_change").outcome


def test_columns_are_asked_for_where_they_can_be(run: RunCheck, warehouse: DuckWarehouse) -> None:
    """The information schema tells them as they are now."""
    warehouse.make('CREATE TABLE orders (id BIGINT, "we""ird ü" VARCHAR, paid DECIMAL(10, 2))')
    path = ("main", "orders") if warehouse.dialect == "duckdb" else ("public", "orders")
    asset = type(ORDERS)("duckdb", "shop", path)

    found = run(
        "schema", warehouse, asset, columns={"id": "INT8", 'we"ird ü': "TEXT", "paid": "DECIMAL(10,2)"}
    )
    assert Outcome.PASS is found.outcome, found.message
    assert ["id", 'we"ird ü', "paid"] == [column["name"] for column in found.metadata["columns"]]


def test_the_first_sight_is_accepted_and_a_change_is_told_until_it_is(
    run: RunCheck, session: Session
) -> None:
    """A change fails again and again, not only the first time, and passes once somebody accepts it."""
    seen(session, COLUMNS)
    first = run("schema_change")
    accept(session, first)
    seen(session, [COLUMNS[0], Column("STATE", "NUMBER"), Column("NEW", "DATE")])
    changed, again = run("schema_change"), run("schema_change")

    assert Outcome.PASS is first.outcome
    assert (Outcome.FAIL, Outcome.FAIL, 3) == (changed.outcome, again.outcome, changed.observed)
    assert (
        "Since the accepted schema: removed PAID; retyped STATE from VARCHAR(20) to NUMBER; added NEW."
        == changed.message
    )
    accept(session, first)
    assert Outcome.FAIL is run("schema_change").outcome
    (asset_id,) = asset_ids(session, [ORDERS]).values()
    schemas.accept(session, asset_id, schemas.of_dicts(changed.metadata["columns"]), to_ms(NOW))
    assert Outcome.PASS is run("schema_change").outcome


def test_a_new_column_may_be_ignored(run: RunCheck, session: Session) -> None:
    """Added columns are told, and are no failure where the check says so."""
    seen(session, COLUMNS[:2])
    accept(session, run("schema_change"))
    seen(session, COLUMNS)

    assert Outcome.FAIL is run("schema_change").outcome
    ignored = run("schema_change", ignore_added=True)
    assert (Outcome.PASS, "PAID") == (ignored.outcome, ignored.metadata["added"][0]["name"])


@pytest.mark.parametrize(
    ("one", "other", "dialect", "same"),
    [
        ("VARCHAR", "text", "postgres", True), ("int8", "bigint", "postgres", True),
        ("NUMBER", "NUMBER(38,0)", "snowflake", True),
        ("VARCHAR(10)", "VARCHAR(20)", "snowflake", False), ("INT", "VARCHAR", "duckdb", False), ("", "DATE", "", True),
        ("no such type(", "DATE", "duckdb", False), ("TIMESTAMP_NTZ", "TIMESTAMP_TZ", "snowflake", False),
    ],
)  # fmt: skip
def test_types_are_the_same_by_meaning(one: str, other: str, dialect: str, same: bool) -> None:
    """Two spellings of one type are one; a length counts where both say it."""
    assert same is same_type(one, other, dialect)


def test_columns_that_differ_in_case_alone_are_two() -> None:
    """Where a table has both, names are compared as written."""
    found = change((Column("a"), Column("A")), (Column("a"),), "")

    assert ["A"] == [column.name for column in found.removed]
