"""Running many checks: what fails is told and stops nothing, and rows are read once for several checks."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import NOW, ORDERS, DuckWarehouse, Held

from assay.errors import ConnectionFailedError
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.registry import Registry
from checks import deadline
from checks.base import AssetFacts, NoWarehouseError, Scene
from checks.deadline import Busy, CheckTimeoutError
from checks.running import run_checks
from checks.scenes import Scenes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from assay.model.assets import AssetKey

REGISTRY = Registry()
RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("uniqueness", {"columns": ["id"]}),
    ("nulls", {"columns": ["id"]}),
    ("accepted_values", {"column": "state", "values": ["a"]}),
)


def checks(*rules: tuple[str, dict[str, Any]], asset: AssetKey = ORDERS) -> list[Check]:
    """A check of each rule."""
    return [
        Check(f"{n} {kind}", asset, kind, Cause.CUSTOM, config=config)
        for n, (kind, config) in enumerate(rules)
    ]


def results(session: Session, warehouse: Any, wanted: Sequence[Check]) -> dict[str, CheckResult]:  # noqa: ANN401 - a warehouse of any sort
    """What became of each, by name."""
    scene = Scene(NOW, Held(session), AssetFacts(ORDERS), warehouse)
    return {found.check.name: found for found in run_checks(wanted, REGISTRY, lambda _: scene, NOW)}


@pytest.fixture
def orders(duck: DuckWarehouse) -> DuckWarehouse:
    """Three orders."""
    duck.make(
        "CREATE TABLE orders AS SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (NULL, 'a')) AS t (id, state)"
    )
    return duck


class Stuck(DuckWarehouse):
    """A warehouse that answers when it is let go, or cancelled."""

    def __init__(self, *, can_cancel: bool) -> None:
        super().__init__()
        self.let_go = threading.Event()
        if can_cancel:
            self.cancel = self.let_go.set

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """Wait; then answer."""
        self.asked.append(sql)
        self.let_go.wait(30)
        return [(1,) * limit]


def test_checks_of_the_same_rows_are_asked_in_one_scan(session: Session, orders: DuckWarehouse) -> None:
    """One SELECT serves all three, and each finds what it finds alone; another condition is another scan."""
    found = results(session, orders, checks(*RULES))
    together = len(orders.asked)
    alone = [results(session, orders, [check])[check.name] for check in checks(*RULES)]

    assert 1 == together
    assert [3, 3, 3] == [each.metadata["checks_in_scan"] for each in found.values()]
    assert [(one.outcome, one.observed, one.message) for one in alone] == [
        (one.outcome, one.observed, one.message) for one in found.values()
    ]
    orders.asked.clear()
    results(session, orders, checks(*RULES, ("nulls", {"columns": ["id"], "where": "state = 'a'"})))
    assert 2 == len(orders.asked)


def test_one_wrong_column_spoils_no_other_check(session: Session, orders: DuckWarehouse) -> None:
    """A scan that fails is asked again check by check: only the wrong one is an error."""
    found = results(session, orders, checks(*RULES, ("nulls", {"columns": ["gone"]})))

    assert [Outcome.FAIL, Outcome.FAIL, Outcome.FAIL, Outcome.ERROR] == [
        each.outcome for each in found.values()
    ]
    assert "gone" in found["3 nulls"].message


def test_whatever_goes_wrong_the_others_go_on(session: Session, orders: DuckWarehouse) -> None:
    """An unknown kind, a wrong option, a refused query: each is its own error with the next step."""
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("unknown", {}), ("nulls", {"column": "id"}), ("custom_sql", {"sql": "DROP TABLE orders"}),
        ("custom_python", {"call": "no.such.module:f"}),
    )  # fmt: skip
    found = results(session, orders, checks(*wrong, RULES[0]))

    bad = [each for each in found.values() if each.outcome is Outcome.ERROR]
    assert [4, 1] == [len(bad), len(found) - len(bad)]
    assert all(each.metadata["next_step"] and each.cause is Cause.CHECK for each in bad)


def test_a_check_that_gives_no_result_is_an_error(session: Session) -> None:
    """A plug-in may return anything; only a result can pass."""

    class Odd:
        config_class = REGISTRY.load("assay.checks", "schema_change").config_class
        needs_warehouse = False

        def __init__(self, *_: object) -> None: ...

        def run(self, _scene: Scene) -> bool:
            """No result."""
            return True

    class Point:
        name, value = "odd", "here:Odd"

        def load(self) -> type[Odd]:
            """The class."""
            return Odd

    scene = Scene(NOW, Held(session), AssetFacts(ORDERS))
    (found,) = run_checks(checks(("odd", {})), Registry(lambda _: [Point()]), lambda _: scene, NOW)
    assert (Outcome.ERROR, "The check gave a bool instead of a result.") == (
        found.outcome,
        found.message,
    )


def test_a_query_that_takes_too_long_is_cancelled_and_told(session: Session) -> None:
    """The check is an error that says so; the next query on the connection is asked as ever."""
    stuck = Stuck(can_cancel=True)
    busy = Busy(stuck)
    (late,) = results(session, busy, checks(("nulls", {"columns": ["id"], "timeout_s": 0.01}))).values()

    assert (Outcome.ERROR, "The query took longer than 0.01 seconds.") == (late.outcome, late.message)
    assert stuck.let_go.is_set()
    assert [(1,)] == busy.query_within(5, "SELECT 1", 1)


def test_a_query_that_cannot_be_ended_keeps_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked beside it on the connection, and nothing waits for it."""
    monkeypatch.setattr(deadline, "GRACE_S", 0)
    stuck = Stuck(can_cancel=False)
    busy = Busy(stuck)
    for why in ("longer than", "still running"):
        with pytest.raises(CheckTimeoutError, match=why):
            busy.query_within(0.01, "SELECT 1", 1)
    stuck.let_go.set()

    assert 1 == len(stuck.asked)


def test_a_warehouse_is_opened_once_and_only_when_asked(session: Session, orders: DuckWarehouse) -> None:
    """A check of what is stored opens none; two that ask share one; it is closed at the end."""
    opened: list[str] = []

    @contextmanager
    def opening() -> Iterator[DuckWarehouse]:
        opened.append("open")
        yield orders
        opened.append("closed")

    with Scenes(Held(session), NOW, lambda _: opening()) as scenes:
        list(run_checks(checks(("volume", {"min_rows": 1})), REGISTRY, scenes, NOW))
        assert [] == opened
        found = list(
            run_checks(checks(*RULES, ("custom_sql", {"sql": "SELECT 1 FROM this"})), REGISTRY, scenes, NOW)
        )
    assert ["open", "closed"] == opened
    assert {Outcome.FAIL} == {each.outcome for each in found}


def test_an_unreachable_warehouse_is_tried_once_and_told_by_every_check(session: Session) -> None:
    """Each of its checks is an error with the connection's own words; a check of what is stored is none."""
    tried: list[int] = []

    @contextmanager
    def opening() -> Iterator[DuckWarehouse]:
        tried.append(1)
        raise ConnectionFailedError("No answer from acme.", hint="Check the network.")
        yield

    with Scenes(Held(session), NOW, lambda _: opening()) as scenes:
        found = list(run_checks(checks(*RULES, ("volume", {"min_rows": 1})), REGISTRY, scenes, NOW))

    assert [1] == tried
    assert 3 == sum(each.message == "No answer from acme." for each in found)
    assert 1 == sum(each.outcome is Outcome.UNKNOWN for each in found)


def test_an_asset_no_connection_answers_for_is_told(session: Session) -> None:
    """The message names the asset, the next step the connection it wants."""
    with Scenes(Held(session), NOW, lambda _: None) as scenes, pytest.raises(NoWarehouseError) as caught:
        scenes(checks(RULES[0])[0]).asked()

    assert str(ORDERS) in caught.value.message
    assert "duckdb" in caught.value.hint


def test_results_are_of_the_check_that_was_asked(session: Session, orders: DuckWarehouse) -> None:
    """Two checks of one rule stay apart in a shared scan."""
    (one,) = checks(RULES[0])
    found = results(session, orders, [one, replace(one, name="other", config={"columns": ["id", "state"]})])

    assert {"0 uniqueness": 1, "other": 0} == {name: each.observed for name, each in found.items()}
