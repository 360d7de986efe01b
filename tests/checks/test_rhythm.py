"""Each check is run in its own rhythm: what asks a warehouse costs credits, and is not asked in every cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.checked import NOW, ORDERS

from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.model.spans import parse_span, span_words
from assay.model.time import DAY_MS, HOUR_MS, to_ms
from assay.registry import CHECKS, Registry
from assay.store import checks as stored
from assay.store.checks import LastRun
from checks.rhythm import due, every_ms, is_due, words
from checks.sources.declaring import DeclarationError, declare

if TYPE_CHECKING:
    from assay.store.engine import Store

NOW_MS = to_ms(NOW)
MINUTE_MS = 60_000
REGISTRY = Registry()


def rhythm(**given: object) -> int:
    """The rhythm of a check that is declared so."""
    said = {"asset": str(ORDERS), **given}
    return declare("a check", said, REGISTRY, lambda key: f"line of {key}", CheckSource.CONFIG).check.every_ms


@pytest.mark.parametrize(
    ("text", "words_of_it"), [("90m", "90m"), ("24h", "1d"), (" 2H ", "2h"), ("14d", "2w"), ("36h", "36h")]
)
def test_a_span_is_read_and_told_in_its_largest_whole_unit(text: str, words_of_it: str) -> None:
    """What is told can be written again."""
    assert span_words(parse_span(text)) == words_of_it
    assert parse_span(words_of_it) == parse_span(text)


@pytest.mark.parametrize("text", ["", "1", "h", "1.5h", "-1h", "0m", "400d", "1y", "9999999h"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """The error says how to write one, or what is too little or too much."""
    with pytest.raises(ValueError, match=r"write e\.g\. 30m|between a minute and a year"):
        parse_span(text)


def test_what_asks_a_warehouse_or_is_code_runs_once_a_day_and_the_rest_with_every_cycle() -> None:
    """The default follows from what a check costs."""
    assert rhythm(kind="uniqueness", columns=["id"]) == DAY_MS
    assert rhythm(kind="custom_python", call="checks/a.py:b") == DAY_MS
    assert rhythm(kind="volume", min_rows=1) == 0
    assert rhythm(kind="volume", min_rows=1, count=True) == DAY_MS
    assert rhythm(kind="volume", min_rows=1, count=True, every="1h") == HOUR_MS
    assert rhythm(kind="uniqueness", columns=["id"], every="Cycle") == 0
    assert (words(0), words(HOUR_MS)) == ("cycle", "1h")


def test_a_rhythm_that_cannot_be_read_is_told_with_its_place() -> None:
    """As any other mistake of a declaration."""
    with pytest.raises(
        DeclarationError, match=r"line of every: check a check: 'often' is no stretch"
    ) as told:
        rhythm(kind="volume", min_rows=1, every="often")
    assert told.value.key == "every"
    assert "cycle" in told.value.hint


@pytest.mark.parametrize(
    ("last", "is_it"),
    [
        (None, True),
        (LastRun(None), True),
        (LastRun(NOW_MS - DAY_MS), True),
        (LastRun(NOW_MS - DAY_MS + 4 * MINUTE_MS), True),
        (LastRun(NOW_MS - DAY_MS + 6 * MINUTE_MS), False),
        (LastRun(NOW_MS - HOUR_MS), False),
        (LastRun(NOW_MS - HOUR_MS, changed_ms=NOW_MS - 1), True),
        (LastRun(NOW_MS - HOUR_MS, changed_ms=NOW_MS - 2 * HOUR_MS), False),
        (LastRun(NOW_MS - HOUR_MS, could_not_run=True), True),
        (LastRun(NOW_MS - HOUR_MS // 2, could_not_run=True), False),
        (LastRun(NOW_MS + 1), True),
    ],
)
def test_a_daily_check_is_due(last: LastRun | None, is_it: bool) -> None:
    """After a day, a little early; at once when new, changed or of the future; within the hour after an error."""
    assert is_due(DAY_MS, last, NOW_MS) is is_it


def test_the_little_that_counts_as_early_is_little_beside_the_rhythm() -> None:
    """A check of every ten minutes does not run each nine and a half with a cycle of half a minute."""
    assert not is_due(10 * MINUTE_MS, LastRun(NOW_MS - 8 * MINUTE_MS), NOW_MS)
    assert is_due(10 * MINUTE_MS, LastRun(NOW_MS - 9 * MINUTE_MS), NOW_MS)


def test_what_a_check_looks_for_makes_it_due_and_its_owner_does_not(store: Store) -> None:
    """A config that was mended is tried with the next cycle, not the next day."""
    check = Check("daily", ORDERS, "nulls", Cause.NULLS, config={"columns": ["a"]}, every_ms=DAY_MS)
    always = replace(check, name="always", every_ms=0)
    with store.write() as session:
        known = stored.save(session, [check, always], NOW_MS - DAY_MS)
        stored.save_results(session, [CheckResult(check, NOW - timedelta(hours=2), Outcome.FAIL)], known)
        assert due(session, [check, always], NOW_MS) == [always]

        stored.save(session, [replace(check, owner="finance", every_ms=DAY_MS)], NOW_MS - HOUR_MS)
        assert due(session, [check], NOW_MS) == []

        changed = replace(check, config={"columns": ["b"]})
        stored.save(session, [changed], NOW_MS - HOUR_MS)
        stored.save(session, [changed], NOW_MS)
        assert due(session, [changed], NOW_MS) == [changed]
        stored.save_results(session, [CheckResult(changed, NOW, Outcome.PASS)], known)
        assert due(session, [changed], NOW_MS + HOUR_MS) == []


def test_the_rhythm_is_kept_with_the_check(store: Store) -> None:
    """A check of the page is read from the store alone."""
    check = Check("weekly", ORDERS, "nulls", Cause.NULLS, source=CheckSource.PAGE, every_ms=7 * DAY_MS)
    with store.write() as session:
        stored.save(session, [check], NOW_MS)
        assert stored.checks(session, CheckSource.PAGE) == [check]


def test_a_rhythm_is_made_of_a_kind_not_yet_run() -> None:
    """Every kind registered has one without anything said."""
    for kind in REGISTRY.names(CHECKS):
        found = REGISTRY.load(CHECKS, kind)
        example = found.config_class.model_json_schema()["examples"][0]
        one = found(Check("x", ORDERS, kind, found.cause), found.config_class.model_validate(example))
        assert every_ms("", one) in {0, DAY_MS}
