"""The life of an incident, as a pure rule: from what it was and one result, what it is and what happened.

An incident is PENDING from its first bad result, OPEN once one of its checks was bad `open_after` times in a row,
and RESOLVED once every check that was bad in it has been good `resolve_after` times in a row. A pending one ends as
soon as all its checks are good: its row of bad results is broken. The two counts are the hysteresis that keeps a
figure swinging around its bound from being told each time.

While it is told of, a check that begins to fail in it, or a graver one, makes it WORSENED: what is new is never
hidden by what is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.model.checks import Severity
from assay.model.incidents import IncidentState, Transition
from assay.model.time import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Rules:
    """How often a result must come, and how soon after its end an incident is the same one again."""

    open_after: int = 1
    resolve_after: int = 1
    reopen_within_ms: int = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Signal:
    """What one result says to one incident: `check` was bad or good at `at_ms`."""

    check: str
    at_ms: int
    bad: bool
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Tally:
    """A check's part in an incident: bad or good results in a row, and its severity."""

    bad: int
    good: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident stands.

    `since_ms` is the first bad result of this time; `was_open` whether it was ever open; `settled_ms` until when
    results do not bring it back, by the word of who resolved it (None where nobody did).
    """

    state: IncidentState
    severity: Severity
    since_ms: int
    tallies: Mapping[str, Tally]
    was_open: bool = False
    resolved_ms: int | None = None
    settled_ms: int | None = None

    @property
    def bad(self) -> int:
        """The longest row of bad results among its checks."""
        return max((tally.bad for tally in self.tallies.values()), default=0)

    @property
    def good(self) -> int:
        """The shortest row of good results among its checks."""
        return min((tally.good for tally in self.tallies.values()), default=0)


@dataclass(frozen=True, slots=True)
class Step:
    """What became of an incident (None: there is still none) and what happened to it.

    `anew` says that it is another incident than the one before.
    """

    standing: Standing | None
    happened: tuple[Transition, ...] = ()
    anew: bool = False


def step(before: Standing | None, signal: Signal, rules: Rules) -> Step:
    """One result later. Results of one check must come in the order of their moments, each once."""
    return _bad(before, signal, rules) if signal.bad else _good(before, signal, rules)


def drop(before: Standing, check: str, at_ms: int) -> Step:
    """Without a check that is no longer made: what only it kept alive is resolved."""
    tallies = {name: tally for name, tally in before.tallies.items() if name != check}
    after = replace(before, tallies=tallies)
    if before.state.is_live and (not tallies or (not after.bad and after.good)):
        return _resolved(after, at_ms)
    return Step(after)


def graver(one: Severity, other: Severity) -> Severity:
    """The graver of two."""
    return Severity.ERROR if Severity.ERROR in {one, other} else Severity.WARN


def _bad(before: Standing | None, signal: Signal, rules: Rules) -> Step:
    if before is not None and before.state.is_live:
        return _worse(before, signal, rules)
    if before is not None and before.settled_ms is not None and signal.at_ms <= before.settled_ms:
        return Step(before)
    begun = Standing(
        IncidentState.PENDING, signal.severity, signal.at_ms, {signal.check: Tally(1, 0, signal.severity)}
    )
    ended = -rules.reopen_within_ms - 1 if before is None else before.resolved_ms or 0
    anew = before is None or signal.at_ms - ended > rules.reopen_within_ms
    if before is not None and not anew:
        begun = replace(begun, was_open=before.was_open)
    opened = _opened(begun, rules)
    return replace(opened, happened=opened.happened or (Transition.SEEN,), anew=anew)


def _worse(before: Standing, signal: Signal, rules: Rules) -> Step:
    known = before.tallies.get(signal.check)
    tally = Tally((known.bad if known else 0) + 1, 0, signal.severity)
    severity = graver(before.severity, signal.severity)
    after = replace(before, severity=severity, tallies={**before.tallies, signal.check: tally})
    if before.state is IncidentState.PENDING:
        return _opened(after, rules)
    is_later = signal.at_ms > before.since_ms  # what was seen in one look with the first is no news
    is_worse = severity is not before.severity or (is_later and _joins(known, tally, rules))
    return Step(after, (Transition.WORSENED,) if is_worse else ())


def _joins(known: Tally | None, tally: Tally, rules: Rules) -> bool:
    """Whether a check has just been bad often enough to be a part of the trouble that it was not before."""
    was_apart = known is None or not known.good or known.good >= rules.resolve_after
    return was_apart and tally.bad == rules.open_after


def _opened(pending: Standing, rules: Rules) -> Step:
    if pending.bad < rules.open_after:
        return Step(pending)
    happened = Transition.REOPENED if pending.was_open else Transition.OPENED
    return Step(replace(pending, state=IncidentState.OPEN, was_open=True), (happened,))


def _good(before: Standing | None, signal: Signal, rules: Rules) -> Step:
    known = before.tallies.get(signal.check) if before is not None and before.state.is_live else None
    if before is None or known is None:
        return Step(before)
    tally = replace(known, bad=0, good=known.good + 1)
    after = replace(before, tallies={**before.tallies, signal.check: tally})
    enough = 1 if before.state is IncidentState.PENDING else rules.resolve_after
    return _resolved(after, signal.at_ms) if after.good >= enough else Step(after)


def _resolved(standing: Standing, at_ms: int) -> Step:
    ended = replace(standing, state=IncidentState.RESOLVED, resolved_ms=at_ms, settled_ms=None)
    return Step(ended, (Transition.RESOLVED,))
