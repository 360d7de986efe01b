"""Statements that hand what a relation holds on under another name: RENAME, SWAP, CLONE, and a STREAM on it.

They are read by their words, for the parser knows only some of them: their form is plain, names apart. What they read
and write no later statement tells, so the way from one name to the other is kept as an edge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from costs.mapping.tree import path_of_text

if TYPE_CHECKING:
    from costs.mapping.relations import Path

_SPACE = r"(?:\s|/\*(?:[^*]|\*(?!/))*\*/|--[^\n]*\n)"
_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_PATH = rf"{_PART}(?:\s*\.\s*{_PART}?){{0,2}}"
_KIND = r"(?:(?:local|global|temp|temporary|transient|secure|materialized|dynamic|hybrid|event|iceberg|external)\s+)*"


def _named(name: str) -> str:
    """A name, plain or as IDENTIFIER('...')."""
    return rf"(?:identifier\s*\(\s*'(?P<{name}_text>[^'?]+)'\s*\)|(?P<{name}>{_PATH}))"


_CREATE = rf"create(?:\s+or\s+(?:replace|alter))?\s+{_KIND}"
_RENAMED = (
    rf"alter\s+{_KIND}(?P<what>table|view|schema|database)\s+(?:if\s+exists\s+)?{_named('source')}"
    rf"\s+(?P<how>swap\s+with|rename\s+to)\s+{_named('target')}\s*;?\s*$"
)
_CLONED = (
    rf"{_CREATE}(?P<what>table|view|schema|database)\s+(?:if\s+not\s+exists\s+)?{_named('target')}"
    rf"\s+(?P<how>clone)\s+{_named('source')}(?![\w.])"
)
_STREAMED = (
    rf"{_CREATE}(?P<what>stream)\s+(?:if\s+not\s+exists\s+)?{_named('target')}\s(?:.*?\s)?(?P<how>on)\s+{_KIND}"
    rf"(?:table|view)\s+{_named('source')}"
)
_FORMS = tuple(
    re.compile(rf"{_SPACE}*{form}", re.IGNORECASE | re.DOTALL) for form in (_RENAMED, _CLONED, _STREAMED)
)
_LONGEST = 4000
"""No such statement is longer; a comment before or after it may be."""

_CONTAINERS = {"schema", "database"}
_FIRST_WORD = re.compile(rf"{_SPACE}*(?:alter|create)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Move:
    """Data goes from the name `source` on to the name `target`, and back too where the names change place (`both`).

    `container` is schema or database where all relations within move, else ''. `reads` and `writes` are what the
    statement itself reads and writes.
    """

    source: Path
    target: Path
    both: bool = False
    container: str = ""
    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()

    @property
    def ways(self) -> tuple[tuple[Path, Path], ...]:
        """The ways data goes, from one name to the other."""
        there = ((self.source, self.target),)
        return (*there, (self.target, self.source)) if self.both else there


def move_of(text: str) -> Move | None:
    """The move a statement makes; None for every other statement, and where a name is hidden in a variable."""
    if not _FIRST_WORD.match(text):
        return None
    found = next((match for form in _FORMS if (match := form.match(text[:_LONGEST]))), None)
    if found is None:
        return None
    source, target = (path_of_text(found[f"{end}_text"] or found[end]) for end in ("source", "target"))
    what, is_clone = found["what"].lower(), found["how"].lower() == "clone"
    if what in _CONTAINERS:
        return Move(source, target, both=not is_clone, container=what)
    if what == "stream":
        return Move(source, target, writes=(target,))
    if is_clone:
        return Move(source, target, reads=(source,), writes=(target,))
    return Move(source, target, both=True, writes=(source, target))
