"""Which results of the detector become rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.conftest import Desk, check, found

from assay.incidents.sparing import worth_keeping
from assay.model.assets import AssetKey
from assay.model.checks import Cause

if TYPE_CHECKING:
    from assay.model.checks import CheckResult

OTHER = check("other", AssetKey("snowflake", "acme", ("shop", "marts", "others")), Cause.VOLUME)
DAY = 24 * 60


def kept(desk: Desk, result: CheckResult) -> bool:
    """Whether a result would be kept now."""
    with desk.store.read() as session:
        return worth_keeping(session, [result]) == [result]


def test_the_first_word_and_every_bad_one_are_kept(desk: Desk) -> None:
    """However often it fails."""
    assert kept(desk, found("pass", 0))
    desk.record(found("fail", 0))
    assert kept(desk, found("fail", 60))


def test_that_all_is_still_well_is_kept_once_a_day(desk: Desk) -> None:
    """An hour later it tells nothing; a day later it does, and so does whatever changed."""
    desk.record(found("pass", 0))
    assert not kept(desk, found("pass", 60))
    assert kept(desk, found("pass", DAY))
    assert kept(desk, found("unknown", 60))
    assert kept(desk, found("pass", 60, OTHER))


def test_an_incident_hears_each_word_of_its_asset(desk: Desk) -> None:
    """It may take several good ones to resolve it."""
    desk.record(found("pass", 0, check("bytes")), found("fail", 1))
    assert kept(desk, found("pass", 60, check("bytes")))


def test_a_point_looked_at_twice_is_one_point(desk: Desk) -> None:
    """The same day's figure an hour later is no second failure; the next day's is one, and so is what goes on."""
    day = {"start_ms": 0, "end_ms": 1}
    desk.record(found("fail", 0, metadata=day))
    assert not kept(desk, found("fail", 60, metadata=day))
    assert kept(desk, found("fail", 60, metadata={"start_ms": 1, "end_ms": 2}))
    assert kept(desk, found("fail", 60, metadata={"start_ms": 0, "end_ms": 10**15}))
