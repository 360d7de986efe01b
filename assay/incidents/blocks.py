"""A message as it is before any channel: plain values, free of any vendor's markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.incidents import IncidentState

if TYPE_CHECKING:
    from datetime import datetime

MOST_TEXT = 600
MOST_OTHERS = 10
"""How many other incidents, or readers, a message lists by name."""

DIGEST, REMINDER, TEST = "digest", "reminder", "test"
"""What is told beside the transitions of an incident."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def plain(text: object, most: int = MOST_TEXT) -> str:
    """A text from outside as one printable line of at most `most` signs: no breaks, controls or turned direction."""
    line = _UNPRINTABLE.sub(" ", str(text)).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands behind it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something the reader may do at once: `verb` names it, `url` is the page where it is done."""

    text: str
    url: str
    verb: str


@dataclass(frozen=True, slots=True)
class Line:
    """Another incident told within this message."""

    title: str
    state: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Others:
    """The other incidents told within a message: why they stand there, how many, and the first of them."""

    heading: str
    total: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Who is hit downstream: how many assets, the nearest by name, and whose they are."""

    total: int = 0
    names: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.total:
            return ""
        more = f" and {self.total - len(self.names)} more" if self.total > len(self.names) else ""
        whose = f" (of {', '.join(self.owners)})" if self.owners else ""
        return f"{', '.join(self.names)}{more}{whose}"


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of an incident. `key` is the same however often it is sent; `thread` that of all its messages.

    `transition` is a value of Transition, or DIGEST, REMINDER, TEST; `change` one sentence on what just happened.
    """

    key: str
    thread: str
    transition: str
    title: str
    state: IncidentState
    at: datetime
    severity: str = "error"
    impact: str = "low"
    asset: str = ""
    cause: str = ""
    owner: str = ""
    incident_id: int | None = None
    change: str = ""
    opened_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    blast: BlastRadius = BlastRadius()
    link: str = ""
    buttons: tuple[Button, ...] = ()
    others: Others | None = None
    may_repeat: bool = False

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do."""
        return self.state is IncidentState.RESOLVED

    @property
    def standing(self) -> str:
        """State, severity and impact in a few words."""
        if self.transition == DIGEST:
            return "digest"
        if self.is_over:
            return "resolved"
        return f"{self.state} · {self.severity} · {self.impact} impact"

    @property
    def all_facts(self) -> tuple[Fact, ...]:
        """Everything worth a line, in the order people ask for it."""
        asked = (
            Fact("Asset", self.asset),
            Fact("Owner", self.owner),
            *self.facts,
            Fact("Hit downstream", str(self.blast)),
            Fact("Since", f"{self.opened_at:%Y-%m-%d %H:%M} UTC" if self.opened_at else ""),
        )
        return tuple(fact for fact in asked if fact.value)


REPEAT_MARK = "(may repeat: the answer to the first sending was lost)"
