"""What a cycle learned and decided, in a line each for checks, anomalies, incidents, alerts and decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.figures import count
from assay.model.checks import Outcome
from assay.model.decisions import Verdict
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assay.cycle import Decided, Sound

_CHECKS: dict[str, str] = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.ERROR: "could not be run",
    Outcome.UNKNOWN: "know too little yet",
}
_ANOMALIES: dict[str, str] = {
    Outcome.FAIL: "unusual",
    Outcome.PASS: "as expected",
    Outcome.UNKNOWN: "too short yet",
    Outcome.ERROR: "could not be read",
}
_INCIDENTS: dict[str, str] = {
    Transition.OPENED: "opened",
    Transition.REOPENED: "opened again",
    Transition.WORSENED: "worse",
    Transition.UNSNOOZED: "told again after a snooze",
    Transition.RESOLVED: "resolved",
    Transition.SEEN: "seen once, not opened yet",
}
_ALERTS: dict[str, str] = {
    "sent": "sent",
    "digested": "left to the digest",
    "muted": "muted",
    "retried": "put off",
    "dead": "given up",
    "waiting": "waiting",
}


_DECISIONS: dict[str, str] = {
    Verdict.UNUSED: "unused",
    Verdict.DEAD_END: "read only for what is unused",
    Verdict.RARELY_USED: "rarely used",
    "findings": "ways to save",
    "quotes realised": "quotes compared with what happened",
    "budgets not well": "budgets in danger",
    "pull requests": "pull requests followed",
}


def decided_line(decided: Decided) -> str:
    """The line on what was decided, with the counts that are not 0."""
    return _line("Decisions", decided.counts, _DECISIONS, "all is needed and in its bounds")


def sound_lines(sound: Sound) -> Iterator[str]:
    """The lines, each with its counts that are not 0."""
    yield _line("Checks", sound.checks, _CHECKS, "none is declared")
    yield _line("Anomalies", sound.anomalies, _ANOMALIES, "nothing is watched yet")
    yield _line("Incidents", sound.incidents, _INCIDENTS, "none has changed")
    yield _line("Alerts", sound.alerts, _ALERTS, "there is nothing to tell")


def _line(name: str, counts: Mapping[str, int], words: Mapping[str, str], none: str) -> str:
    told = [f"{count(counts[key])} {word}" for key, word in words.items() if counts.get(key)]
    return f"{name}: {', '.join(told) or none}."
