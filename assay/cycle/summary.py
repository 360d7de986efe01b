"""What a cycle tells while it runs and when it is done."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.errors import AssayError

if TYPE_CHECKING:
    from datetime import datetime


class Step(StrEnum):
    """A part of the cycle."""

    COLLECT = "collect"
    MAP = "map"
    COST = "cost"
    CHECK = "check"
    DETECT = "detect"
    DECIDE = "decide"
    TELL = "tell"
    TIDY = "tidy"


@dataclass(frozen=True, slots=True)
class Event:
    """Something just happened: rows of a stream were stored, a day was worked out, a check was run.

    All that was done before is kept, so that whoever listens may end the cycle here by raising StoppedError.
    """

    step: Step
    connection: str
    detail: str = ""
    rows: int = 0


OnEvent = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """Listen to no event."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What did not work, why, and the next step. `expected`: the source simply has no such thing."""

    connection: str
    step: Step
    stream: str
    message: str
    hint: str = ""
    expected: bool = False
    exit_code: int = 1

    @classmethod
    def of(
        cls, error: Exception, connection: str, step: Step, stream: str = "", *, expected: bool = False
    ) -> Problem:
        """The problem an error is; one that is not ours is told with its kind."""
        told = as_told(error)
        return cls(connection, step, stream, told.message, told.hint, expected, told.exit_code)


@dataclass(frozen=True, slots=True)
class Collected:
    """What was read of one connection: rows of each stream."""

    connection: str
    kind: str
    rows: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """What was worked out of one account: how each query met its asset, and both sides of the bill.

    `unmet_rules` are the mapping rules that spoke for none of its queries; told by a pass over all its days.
    """

    connection: str
    account: str
    days: int = 0
    queries: int = 0
    by_rung: Mapping[str, int] = field(default_factory=dict)
    restated_days: int = 0
    metered_nano_credits: int = 0
    attributed_nano_credits: int = 0
    unmet_rules: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """What is known of soundness after a cycle, each a count by its word.

    `checks` and `anomalies`: results by outcome; `incidents`: what happened to them, by transition; `alerts`: messages
    by what became of them (sent, retried, dead, muted, digested), and how many are `waiting` still.
    """

    checks: Mapping[str, int] = field(default_factory=dict)
    anomalies: Mapping[str, int] = field(default_factory=dict)
    incidents: Mapping[str, int] = field(default_factory=dict)
    alerts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided in a cycle, counted by its word, e.g. ``{"unused": 4, "findings": 7}``."""

    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class CycleSummary:
    """A whole cycle: per connection what was read, per account what was worked out, and every problem met."""

    started_at: datetime
    seconds: float
    collected: tuple[Collected, ...] = ()
    derived: tuple[Derived, ...] = ()
    sound: Sound = field(default_factory=Sound)
    decided: Decided = field(default_factory=Decided)
    files_compacted: int = 0
    files_swept: int = 0
    other_problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of the cycle, in the order it was met."""
        collecting = tuple(problem for part in self.collected for problem in part.problems)
        deriving = tuple(problem for part in self.derived for problem in part.problems)
        return collecting + deriving + self.sound.problems + self.decided.problems + self.other_problems

    @property
    def rows(self) -> int:
        """Rows read from all sources."""
        return sum(sum(part.rows.values()) for part in self.collected)

    @property
    def unmet_rules(self) -> tuple[str, ...]:
        """The mapping rules that spoke for no query of any account, where all days of all were worked out."""
        unmet = [part.unmet_rules for part in self.derived]
        return tuple(rule for rule in dict.fromkeys(sum(unmet, ())) if all(rule in some for some in unmet))

    @property
    def exit_code(self) -> int:
        """0 when nothing unexpected happened, else the gravest problem's code."""
        return max((problem.exit_code for problem in self.problems if not problem.expected), default=0)


def as_told(error: Exception) -> AssayError:
    """Any error as one of ours, to be shown: a full disk by its name, a mistake of ours by its kind."""
    if isinstance(error, AssayError):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return AssayError(
            f"The disk is full: {error}", hint="Free some space and run again; nothing stored was lost."
        )
    if isinstance(error, OSError):
        return AssayError(
            str(error), hint="Check that the file or folder exists and may be used, then run again."
        )
    return AssayError(
        f"{type(error).__name__}: {error}",
        hint="This is a mistake in Assay or a plug-in: run with --debug, report it.",
    )
