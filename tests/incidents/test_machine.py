"""The life of an incident, held to its laws whatever results come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from incidents.conftest import check, found

from assay.incidents.machine import Rules, Signal, Standing, Step, drop, step
from assay.incidents.signals import fresh
from assay.model.checks import Severity
from assay.model.incidents import IncidentState, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RULES = st.builds(Rules, st.integers(1, 4), st.integers(1, 4), st.integers(0, 30))
SIGNALS = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from(Severity), st.integers(1, 9)),
    max_size=40,
).map(lambda parts: list(_in_order(parts)))
LIVE = {IncidentState.PENDING, IncidentState.OPEN, IncidentState.ACKNOWLEDGED}


def _in_order(parts: Iterable[tuple[str, bool, Severity, int]]) -> Iterable[Signal]:
    now = 0
    for name, bad, severity, later in parts:
        now += later
        yield Signal(name, now, bad, severity)


def _steps(signals: Sequence[Signal], rules: Rules) -> list[Step]:
    steps: list[Step] = []
    standing: Standing | None = None
    for signal in signals:
        steps.append(step(standing, signal, rules))
        standing = steps[-1].standing
    return steps


@given(SIGNALS, RULES)
def test_open_is_preceded_by_enough_bad_results_in_a_row(signals: list[Signal], rules: Rules) -> None:
    """When it opens, some check's last `open_after` results are all bad."""
    for place, taken in enumerate(_steps(signals, rules)):
        if {Transition.OPENED, Transition.REOPENED} & set(taken.happened):
            own = [s.bad for s in signals[: place + 1] if s.check == signals[place].check]
            assert [True] * rules.open_after == own[-rules.open_after :]


@given(SIGNALS, RULES)
def test_resolved_means_every_check_that_was_bad_is_good(signals: list[Signal], rules: Rules) -> None:
    """When it resolves after it was open, each of its checks was good `resolve_after` times in a row, at the least."""
    opened = False
    for place, taken in enumerate(_steps(signals, rules)):
        opened |= bool({Transition.OPENED, Transition.REOPENED} & set(taken.happened))
        if Transition.RESOLVED in taken.happened:
            assert taken.standing is not None
            enough = rules.resolve_after if opened else 1
            for name in taken.standing.tallies:
                own = [not s.bad for s in signals[: place + 1] if s.check == name]
                assert [True] * enough == own[-enough:]
            opened = False


@given(SIGNALS, RULES)
def test_what_happens_follows_the_states(signals: list[Signal], rules: Rules) -> None:
    """Opening leads to OPEN, resolving to RESOLVED; opened once, it is resolved before it opens again."""
    is_open = False
    for taken in _steps(signals, rules):
        for transition in taken.happened:
            assert taken.standing is not None
            if transition in {Transition.OPENED, Transition.REOPENED}:
                assert (is_open, taken.standing.state) == (False, IncidentState.OPEN)
                is_open = True
            if transition is Transition.RESOLVED:
                assert taken.standing.state is IncidentState.RESOLVED
                is_open = False
            if transition is Transition.WORSENED:
                assert is_open


@given(SIGNALS, RULES)
def test_severity_never_falls_while_it_lives(signals: list[Signal], rules: Rules) -> None:
    """A live incident keeps the gravest severity it had."""
    before: Standing | None = None
    for taken in _steps(signals, rules):
        now = taken.standing
        if before is not None and now is not None and before.state in LIVE and now.state in LIVE:
            assert not (before.severity is Severity.ERROR and now.severity is Severity.WARN)
        before = now


@given(SIGNALS, RULES)
def test_a_replay_gives_the_same(signals: list[Signal], rules: Rules) -> None:
    """The same results lead to the same state by the same way."""
    assert _steps(signals, rules) == _steps(list(signals), rules)


@given(st.permutations([found(o, m) for m, o in enumerate(["fail", "pass", "fail", "error", "unknown"])]))
def test_order_and_doubles_within_a_batch_do_not_matter(shuffled: list[object]) -> None:
    """However a batch is shuffled and doubled, it is heard in the order of its moments, each once."""
    results = [found(o, m) for m, o in enumerate(["fail", "pass", "fail", "error", "unknown"])]

    assert results == fresh([*shuffled, *shuffled], {})  # type: ignore[list-item] - permutations lose the type
    assert results[3:] == fresh(results, {"rows": 1000 * int(results[2].at.timestamp())})


def test_at_one_moment_bad_is_heard_first() -> None:
    """An incident is not resolved by one check while another fails at the same moment."""
    good, bad = found("pass", 0, check("a")), found("fail", 0, check("b"))

    assert [bad, good] == fresh([good, bad], {})


def test_after_a_person_resolved_only_newer_results_speak() -> None:
    """A result measured before the resolution but told after it does not bring the incident back."""
    ended = Standing(
        IncidentState.RESOLVED, Severity.ERROR, 1, {}, was_open=True, resolved_ms=10, settled_ms=10
    )

    assert Step(ended) == step(ended, Signal("a", 10, bad=True), Rules())
    assert (Transition.REOPENED,) == step(ended, Signal("a", 11, bad=True), Rules()).happened


def test_an_incident_outlives_the_hours_of_reopening_as_another() -> None:
    """Soon after its end it is the same incident again, later another."""
    first = step(None, Signal("a", 0, bad=True), Rules()).standing
    ended = step(first, Signal("a", 5, bad=False), Rules()).standing
    soon = step(ended, Signal("a", 5 + 24 * 3_600_000, bad=True), Rules())
    late = step(ended, Signal("a", 6 + 24 * 3_600_000, bad=True), Rules())

    assert ((Transition.REOPENED,), False) == (soon.happened, soon.anew)
    assert ((Transition.OPENED,), True) == (late.happened, late.anew)


def _bads(rules: Rules, *said: tuple[str, bool]) -> list[tuple[Transition, ...]]:
    """What happens at each signal, one a moment."""
    return [
        taken.happened
        for taken in _steps([Signal(name, at, bad) for at, (name, bad) in enumerate(said)], rules)
    ]


def test_another_check_that_fails_is_never_hidden_by_the_known_one() -> None:
    """It worsens the incident once, and once more when it fails again after it was mended."""
    worse = (Transition.WORSENED,)
    begun = [("a", True), ("b", True), ("b", True), ("a", True)]
    again = [("b", False), ("b", True)]

    assert [(Transition.OPENED,), worse, (), ()] == _bads(Rules(), *begun)
    assert [(), worse] == _bads(Rules(), *begun, *again)[4:]
    assert [(), ()] == _bads(Rules(resolve_after=2), *begun, *again)[4:]


def test_another_check_joins_after_as_many_results_as_open_an_incident() -> None:
    """The hysteresis is the same for it."""
    said = [("a", True), ("a", True), ("b", True), ("b", False), ("b", True), ("b", True)]

    assert [(Transition.WORSENED,) if place == 5 else () for place in range(2, 6)] == _bads(
        Rules(open_after=2), *said
    )[2:]


def test_what_one_look_finds_does_not_worsen_itself() -> None:
    """Several checks that fail at one moment are one trouble."""
    one = step(None, Signal("a", 7, bad=True), Rules()).standing

    assert () == step(one, Signal("b", 7, bad=True), Rules()).happened


def test_a_check_no_longer_made_holds_nothing_open() -> None:
    """The last bad check gone, the incident resolves; with another still bad it stays."""
    one = step(None, Signal("a", 0, bad=True), Rules()).standing
    assert one is not None
    both = step(one, Signal("b", 1, bad=True), Rules()).standing
    assert both is not None

    assert (Transition.RESOLVED,) == drop(one, "a", 2).happened
    assert () == drop(both, "a", 2).happened
    assert () == drop(one, "other", 2).happened
