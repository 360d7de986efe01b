"""Freshness, by age, by the hour, and learned: what counts as late, and what as a weekend."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import NOW, ORDERS
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assay.model.checks import Outcome
from assay.model.runs import Measurement, Metric, Run, RunStatus
from assay.model.time import DAY_MS, HOUR_MS, from_ms, to_ms
from assay.store.measurements import save_measurements
from assay.store.runs import save_runs
from checks.calendar import WEEK, counted_hours, last_due
from checks.freshness import FreshnessConfig
from checks.gaps import bound_of, gaps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from assay.model.checks import CheckResult

    RunCheck = Callable[..., CheckResult]

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
MOMENTS = st.integers(0, 4 * 365 * DAY_MS).map(from_ms)


def refreshed(session: Session, moments: Sequence[datetime]) -> None:
    """Keep that the orders were refreshed then."""
    save_measurements(
        session,
        [Measurement(ORDERS, Metric.REFRESHED, moment, to_ms(moment), "test") for moment in moments],
    )


def mornings(last: datetime, days: int, weekdays: Sequence[int] = range(7)) -> list[datetime]:
    """The same hour on the days before, and on that of, `last`."""
    back = (last - timedelta(days=n) for n in range(days))
    return sorted(day for day in back if day.weekday() in weekdays)


def test_an_age_is_held_against_what_is_promised(run: RunCheck, session: Session) -> None:
    """Up to the promise it passes, beyond it fails and says how old; grace is added."""
    refreshed(session, [NOW - timedelta(hours=30)])

    assert Outcome.PASS is run("freshness", max_age_h=30).outcome
    late = run("freshness", max_age_h=26)
    assert (Outcome.FAIL, 30, 26) == (late.outcome, late.observed, late.high)
    assert "Last refreshed 30 hours ago, at most 26 hours are promised." == late.message
    assert Outcome.PASS is run("freshness", max_age_h=26, grace_min=240).outcome


def test_what_was_never_refreshed_is_unknown(run: RunCheck) -> None:
    """No news is neither a pass nor a failure."""
    assert Outcome.UNKNOWN is run("freshness", max_age_h=1).outcome
    assert Outcome.UNKNOWN is run("freshness_learned").outcome


def test_a_successful_build_is_a_refresh(run: RunCheck, session: Session) -> None:
    """Where only the scheduler tells; a failed build refreshes nothing."""
    for n, (hours, status) in enumerate(((9, RunStatus.SUCCESS), (1, RunStatus.ERROR))):
        start = NOW - timedelta(hours=hours)
        save_runs(session, [Run("dbt", str(n), ORDERS, status, start, start)], 0)

    assert 9 == run("freshness", max_age_h=10).observed


def test_a_weekend_adds_no_age_where_it_does_not_count(run: RunCheck, session: Session) -> None:
    """Friday evening's refresh is a working day old on Monday evening."""
    friday, monday = NOW.replace(hour=18), NOW.replace(hour=18) + timedelta(days=3)
    refreshed(session, [friday])

    assert Outcome.FAIL is run("freshness", now=monday, max_age_h=26).outcome
    found = run("freshness", now=monday, max_age_h=26, weekdays=WORKDAYS)
    assert (Outcome.PASS, 24) == (found.outcome, found.observed)


@pytest.mark.parametrize(
    ("refresh", "now", "outcome"),
    [
        ("2026-11-20 05:00", "2026-11-20 12:00", Outcome.PASS),
        ("2026-11-19 05:00", "2026-11-20 12:00", Outcome.FAIL),
        ("2026-11-19 05:00", "2026-11-20 06:10", Outcome.PASS),  # 07:10 in Berlin: not due yet
        ("2026-11-19 05:00", "2026-11-20 06:45", Outcome.FAIL),
        ("2026-11-20 05:00", "2026-11-22 12:00", Outcome.PASS),  # Sunday: nothing was due since Friday
        ("2026-11-20 05:00", "2026-11-23 07:00", Outcome.FAIL),  # Monday's is
    ],
)
def test_a_refresh_is_due_by_an_hour_of_its_place(
    run: RunCheck, session: Session, refresh: str, now: str, outcome: Outcome
) -> None:
    """Due by 07:30 in Berlin on working days."""
    refreshed(session, [datetime.fromisoformat(refresh).replace(tzinfo=UTC)])
    promise: dict[str, Any] = {"due_by": "07:30", "timezone": "Europe/Berlin", "weekdays": WORKDAYS}

    found = run("freshness", now=datetime.fromisoformat(now).replace(tzinfo=UTC), **promise)

    assert outcome is found.outcome, found.message


@pytest.mark.parametrize(
    "options",
    [{}, {"max_age_h": 1, "due_by": "07:30"}, {"max_age_h": 0}, {"max_age_h": 1, "timezone": "Mars"},
     {"max_age_h": 1, "weekdays": []}, {"max_age_h": 1, "where": "x = 1"}, {"max_age_h": 1, "weekdays": ["Monday"]}],
)  # fmt: skip
def test_a_promise_that_means_nothing_is_refused(options: dict[str, object]) -> None:
    """Neither, both, none at all, an unknown place or day."""
    with pytest.raises(ValidationError):
        FreshnessConfig.model_validate(options)


def test_a_missed_morning_is_late_by_what_the_asset_does(run: RunCheck, session: Session) -> None:
    """A daily refresh that has not come a day and a quarter later fails; before that it does not."""
    refreshed(session, mornings(NOW - timedelta(days=1), 30))

    assert Outcome.PASS is run("freshness_learned").outcome
    late = run("freshness_learned", now=NOW + timedelta(hours=7))
    assert (Outcome.FAIL, 31, 30) == (late.outcome, late.observed, late.high)


def test_weekends_are_learned_and_hide_no_missed_tuesday(run: RunCheck, session: Session) -> None:
    """A table of working days may rest from Friday to Monday, but not from Monday to Wednesday."""
    friday = NOW.replace(hour=6)
    refreshed(session, mornings(friday, 60, range(5)))

    assert Outcome.PASS is run("freshness_learned", now=friday + timedelta(days=3, hours=2)).outcome
    refreshed(session, [friday + timedelta(days=3)])
    missed = run("freshness_learned", now=friday + timedelta(days=4, hours=8))
    assert (Outcome.FAIL, "of this time of the week") == (missed.outcome, missed.metadata["gaps_like"])


def test_an_asset_long_gone_is_still_late(run: RunCheck, session: Session) -> None:
    """What it was is learned from the time before it stopped."""
    refreshed(session, mornings(NOW - timedelta(days=300), 30))

    assert Outcome.FAIL is run("freshness_learned").outcome


@given(
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]),
)
def test_the_days_of_the_week_share_the_time_between_them(
    start: datetime, span: timedelta, zone: str
) -> None:
    """Hours counted on each weekday alone add up to all hours, over changed clocks, too."""
    parts = sum(counted_hours(start, start + span, (day,), zone) for day in WEEK)

    assert parts == pytest.approx(span.total_seconds() / 3600)
    assert counted_hours(start, start + span, WEEK, zone) == pytest.approx(parts)


@given(MOMENTS, st.times(), st.lists(st.sampled_from(WEEK), min_size=1, unique=True))
def test_what_was_due_last_is_at_most_a_week_ago(now: datetime, at: time, weekdays: list[Any]) -> None:
    """The newest due moment is never ahead, and on a weekday that was given."""
    due = last_due(now, at, tuple(weekdays), "Europe/Berlin")

    assert now - timedelta(days=7, hours=1) <= due <= now


@given(st.lists(st.integers(0, 90 * DAY_MS), min_size=2, max_size=60, unique=True), st.floats(0, 1))
def test_a_bound_is_no_shorter_than_what_is_usual(moments: list[int], buffer: float) -> None:
    """Whatever the gaps: the limit exceeds their median by an hour at least."""
    gaps = gaps_of(sorted(moments))
    bound = bound_of(gaps, max(moments), 0.99, buffer)

    assert bound is not None
    assert bound.limit_ms >= bound.typical_ms + HOUR_MS
    assert 0 < bound.gaps <= len(gaps)
