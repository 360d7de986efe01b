"""What an edit answers: the files it changes, or why it changes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be taken out safely; `names` are the models it is about, `path` and `line` its place."""

    names: frozenset[str]
    reason: str
    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        return f"{place}{self.reason}"


@dataclass(frozen=True, slots=True)
class Edits:
    """The new contents of each file that changes, None for one that goes; no change at all where there is a refusal.

    `also` lists what goes with the models (tests, unit tests, doc blocks and the like), `notes` what a reviewer should
    know.
    """

    changes: Mapping[str, bytes | None] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about what is declared beside models that stay, or a reason to refuse.

    `tests` are tests of models that stay and read one that goes; `exposures` those built on nothing that stays.
    """

    tests: Literal["remove", "refuse"] = "remove"
    exposures: Literal["remove", "refuse"] = "remove"
