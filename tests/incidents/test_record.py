"""Results become incidents in one transaction, whatever the database, order and number of writers."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from incidents.conftest import ORDERS, RAW, REPORT, REVENUE, at, check, found
from sqlalchemy import func, select

from assay.incidents.machine import Rules
from assay.incidents.policy import Policy
from assay.incidents.record import act, record
from assay.model.assets import Column, Edge, EdgeSource
from assay.model.checks import Cause, CheckSource, Severity
from assay.model.incidents import Transition
from assay.model.time import to_ms
from assay.store import checks, incidents, schemas
from assay.store.assets import save_edges
from assay.store.keys import find_ids
from assay.store.tables import CheckResultRow, IncidentRow, OutboxRow

if TYPE_CHECKING:
    from incidents.conftest import Desk

    from assay.store.engine import Store


def _rows(store: Store) -> list[IncidentRow]:
    with store.read() as session:
        return list(session.scalars(select(IncidentRow).order_by(IncidentRow.id)))


def _timeline(store: Store, incident_id: int) -> list[str]:
    with store.read() as session:
        return [event.transition for event in incidents.timeline(session, incident_id)]


def test_a_failed_check_opens_an_incident_and_a_good_one_resolves_it(desk: Desk) -> None:
    """Told twice in all, with the figures as its title and its results linked to it."""
    bad = found("fail", 0, observed=120, expected=1015, low=980, high=1050, metadata={"unit": "rows"})
    assert desk.record(bad) == [(1, "opened")]
    assert desk.record(found("fail", 10)) == []
    assert desk.record(found("pass", 20, message="1,020 rows.")) == [(1, "resolved")]
    assert desk.heard() == [(1, "opened"), (1, "resolved")]
    with desk.store.read() as session:
        row = incidents.one(session, 1)
        linked = [finding.result.at_ms for finding in incidents.findings(session, 1)]
        assert row is not None
        assert (row.asset, row.row.owner, row.row.live_key) == (str(ORDERS), "ann", None)
        assert [event.text for event in incidents.timeline(session, 1)] == [
            "fct_orders: 120 rows, expected 980–1,050 (−88 %)", "1,020 rows.",
        ]  # fmt: skip
        assert linked == [to_ms(at(10)), to_ms(at(0))]


@pytest.mark.parametrize(("downstream", "expected"), [(2, "warn"), (20, "error")])
def test_what_hits_many_is_an_error_though_its_check_only_warns(
    desk: Desk, downstream: int, expected: str
) -> None:
    """The severity of an incident comes from its checks, and from what stands on the asset."""
    built = [replace(REPORT, path=("shop", "bi", f"board_{n}")) for n in range(downstream - 2)]
    with desk.store.write() as session:
        save_edges(session, [Edge(REVENUE, board, EdgeSource.DBT, at(0)) for board in built], to_ms(at(0)))
    desk.record(found("fail", 0, check(severity=Severity.WARN)))
    assert [expected] == [row.severity for row in _rows(desk.store)]


def test_a_result_given_twice_changes_nothing(desk: Desk) -> None:
    """Known by check and moment; the first that was kept stands."""
    results = [found("fail", 0), found("pass", 5), found("fail", 6)]
    first = desk.record(*results)
    assert desk.record(*results, found("pass", 6)) == []
    assert first == [(1, "opened"), (1, "resolved"), (1, "reopened")]
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckResultRow)) == 3
        assert [latest.row.last_outcome for latest in checks.latest(session)] == ["fail"]


def test_order_within_a_batch_does_not_matter(desk: Desk) -> None:
    """Shuffled results are heard in the order of their moments."""
    results = [
        found(outcome, n) for n, outcome in enumerate(["fail", "fail", "pass", "fail", "pass", "pass"])
    ]
    random.Random(3).shuffle(results)  # noqa: S311 - an order, no secret

    assert desk.record(*results, minutes=9) == [
        (1, "opened"), (1, "resolved"), (1, "reopened"), (1, "resolved"),
    ]  # fmt: skip


def test_a_late_result_is_kept_and_changes_nothing(desk: Desk) -> None:
    """What was learned after it stands."""
    desk.record(found("pass", 10))
    assert desk.record(found("fail", 5), minutes=11) == []
    with desk.store.read() as session:
        check_id = checks.known(session, ["rows"])["rows"].id
        window = schemas_window()
        assert [row.outcome for row in checks.results(session, check_id, window)] == ["fail", "pass"]


def schemas_window() -> object:
    """The hour after the start."""
    from assay.model.time import Window  # noqa: PLC0415 - used by this helper alone

    return Window(to_ms(at(0)), to_ms(at(60)))


def test_hysteresis_waits_for_results_in_a_row(desk: Desk) -> None:
    """Pending is told to nobody; a broken row ends it as quietly; opening and resolving take their number."""
    desk.policy = replace(desk.policy, rules=Rules(open_after=2, resolve_after=2))
    assert desk.record(found("fail", 0)) == [(1, "seen")]
    assert desk.record(found("pass", 1)) == [(1, "resolved")]
    assert desk.heard() == [(1, "seen")]
    assert desk.record(found("fail", 2), found("fail", 3)) == [(1, "seen"), (1, "opened")]
    assert desk.record(found("pass", 4), found("fail", 5), found("pass", 6)) == []
    assert desk.record(found("pass", 7)) == [(1, "resolved")]
    assert desk.heard() == [(1, "seen"), (1, "opened"), (1, "resolved")]


def test_all_checks_that_made_it_bad_must_be_good(desk: Desk) -> None:
    """One incident of one cause, however many checks see it; a graver one worsens it."""
    mild, grave = check("mild", severity=Severity.WARN), check("grave")
    assert desk.record(found("fail", 0, mild)) == [(1, "opened")]
    assert desk.record(found("fail", 1, grave), found("pass", 1, mild)) == [(1, "worsened")]
    assert desk.record(found("pass", 2, mild)) == []
    assert desk.record(found("pass", 3, grave)) == [(1, "resolved")]
    assert [row.severity for row in _rows(desk.store)] == ["error"]


def test_another_check_of_a_known_trouble_is_told(desk: Desk) -> None:
    """Acknowledged or not: whoever knows of one failing check does not know of the next. One look calls once."""
    one, two, three, four = (check(name, cause=Cause.CUSTOM) for name in "abcd")
    desk.record(found("fail", 0, one), found("fail", 0, two))
    with desk.store.write() as session:
        act(session, 1, Transition.ACKNOWLEDGED, "ann", at(1), policy=desk.policy)
    desk.heard()

    changes = desk.record(found("fail", 2, three, message="Three."), found("fail", 2, four, message="Four."))

    assert ([(1, "worsened")], [(1, "worsened")]) == (changes, desk.heard())
    assert ["acknowledged"] == [row.state for row in _rows(desk.store)]
    with desk.store.read() as session:
        assert "fct_orders: Three." == incidents.timeline(session, 1)[-1].text


def test_what_begins_graver_is_told_once(desk: Desk) -> None:
    """An incident that several checks see in one look has one message, with the gravest severity."""
    mild, grave = check("a", severity=Severity.WARN), check("b")

    assert [(1, "opened")] == desk.record(found("fail", 0, mild), found("fail", 0, grave))
    assert [(1, "opened")] == desk.heard()
    assert ["error"] == [row.severity for row in _rows(desk.store)]


def test_a_check_that_cannot_be_run_is_trouble_of_its_own(desk: Desk) -> None:
    """Neither a pass nor a failure of the asset; it ends when the check can be run, whatever it finds."""
    assert desk.record(found("fail", 0), found("unknown", 1)) == [(1, "opened")]
    assert desk.record(found("error", 2, message="no such table")) == [(2, "opened")]
    assert desk.record(found("unknown", 3)) == [(2, "resolved")]
    assert desk.record(found("fail", 4)) == []
    assert [(row.cause, row.state) for row in _rows(desk.store)] == [
        ("volume", "open"),
        ("check", "resolved"),
    ]
    assert "could not be run: no such table" in _rows(desk.store)[1].title


def test_long_after_its_end_it_is_another(desk: Desk) -> None:
    """Also when both come in one batch: the first keeps its history, the second its own."""
    changed = desk.record(found("fail", 0), found("pass", 1), found("fail", 60 * 30), minutes=60 * 30)

    assert changed == [(1, "opened"), (1, "resolved"), (2, "opened")]
    assert [row.live_key is None for row in _rows(desk.store)] == [True, False]


def test_downstream_incidents_share_the_most_upstream_as_root(desk: Desk) -> None:
    """When the root is resolved first, the next is the root of the rest."""
    three = [check(key.name, key) for key in (REVENUE, ORDERS, REPORT)]
    desk.record(*(found("fail", 0, one) for one in three))
    late = desk.record(found("fail", 20, check("raw", RAW)))
    numbers = {row.asset_id: row.id for row in _rows(desk.store)}
    with desk.store.read() as session:
        ids = find_ids(session, [ORDERS, RAW])
    first, raw = numbers[ids[str(ORDERS)]], numbers[ids[str(RAW)]]

    assert sorted(late) == sorted([(raw, "opened"), *((n, "grouped") for n in numbers.values() if n != raw)])
    assert {row.root_id for row in _rows(desk.store) if row.id != raw} == {raw}
    desk.record(found("pass", 30, check("raw", RAW)))
    assert {row.id: row.root_id for row in _rows(desk.store) if row.id != raw} == {
        n: None if n == first else first for n in numbers.values() if n != raw
    }
    with desk.store.read() as session:
        assert [line.row.id for line in incidents.grouped_under(session, first)] == sorted(
            set(numbers.values()) - {raw, first}
        )


def test_what_begins_outside_the_window_stands_alone(desk: Desk) -> None:
    """Lineage alone is no common origin."""
    desk.record(found("fail", 0, check("raw", RAW)))
    desk.record(found("fail", 31))

    assert [row.root_id for row in _rows(desk.store)] == [None, None]


def test_a_snoozed_incident_tells_nothing_until_its_time(desk: Desk) -> None:
    """Then it is told again where it still stands. That it is resolved is told at once, and once."""
    other = check("other", RAW)
    desk.record(found("fail", 0), found("fail", 0, other))
    for number in (1, 2):
        with desk.store.write() as session:
            act(session, number, Transition.SNOOZED, "ann", at(1), policy=desk.policy, until=at(60))
    desk.heard()
    desk.record(found("pass", 2, other), found("fail", 2, check("rows2")))
    number = {row.id for row in _rows(desk.store) if row.state == "open"}.pop()
    assert desk.heard() == [(3 - number, "resolved")]
    assert desk.record(minutes=59) == []
    assert desk.record(minutes=60) == [(number, "unsnoozed")]
    assert desk.heard() == [(number, "unsnoozed")]
    assert desk.record(minutes=61) == []


def test_a_removed_check_holds_no_incident_open(desk: Desk) -> None:
    """What nobody looks at any more is not kept as bad for ever."""
    desk.record(found("fail", 0))
    with desk.store.write() as session:
        assert checks.mark_removed(session, [CheckSource.CONFIG], [], to_ms(at(1))) == 1
        assert checks.checks(session) == []
    assert desk.record(minutes=2) == [(1, "resolved")]


def test_the_first_sight_of_columns_is_accepted(desk: Desk) -> None:
    """Once: a second first sight changes nothing."""
    of = check("columns", cause=Cause.SCHEMA)
    desk.record(found("pass", 0, of, metadata={"accepts": [{"name": "id", "type": "int"}]}))
    desk.record(found("pass", 1, of, metadata={"accepts": [{"name": "no", "type": "int"}]}))
    with desk.store.read() as session:
        asset_id = find_ids(session, [ORDERS])[str(ORDERS)]
        assert schemas.accepted(session, asset_id) == (Column("id", "int"),)


def test_nothing_is_told_that_was_not_kept(desk: Desk) -> None:
    """An error takes results, incidents and messages back together."""

    def _fail_after_recording() -> None:
        with desk.store.write() as session:
            record(session, [found("fail", 0)], at(0), Policy())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        _fail_after_recording()
    assert _rows(desk.store) == []


@pytest.mark.parametrize("same", [True, False])
def test_writers_at_once_make_one_incident(store: Store, *, same: bool) -> None:
    """Eight writers with the same failure, or with failures of eight checks of one cause: one incident, told once."""
    told: list[int] = []
    policy = Policy(tell=lambda _s, incident, *_: told.append(incident.id) or 1)
    start = threading.Barrier(8)

    def write(number: int) -> None:
        result = found("fail", 0, check("rows" if same else f"rows{number}"))
        start.wait(timeout=20)
        with store.write() as session:
            record(session, [result], at(0), policy)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert [(row.id, row.state) for row in _rows(store)] == [(told[0], "open")]
    assert len(told) == 1
    assert _timeline(store, told[0]) == ["opened"]


def test_two_thousand_failures_at_once_are_recorded(sqlite_store: Store) -> None:
    """Set-based: a warehouse that fails whole is one transaction of seconds."""
    key = ORDERS
    results = [
        found("fail", 0, check(f"c{n}", replace(key, path=(*key.path[:-1], f"t{n}")))) for n in range(2000)
    ]
    with sqlite_store.write() as session:
        changes = record(session, results, at(0) + timedelta(seconds=1), Policy())

    assert len(changes) == 2000
    with sqlite_store.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
