"""SQL for the tables that stay behind: for people to read and run. Assay never runs any of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")
_WORD_OF_KIND = {
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "dynamic table": "DYNAMIC TABLE",
}
SUFFIX = "_deprecated"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that stays in the warehouse: its parts, as an asset's key folds them, and its kind."""

    path: tuple[str, ...]
    kind: str = "table"

    @property
    def word(self) -> str:
        """What SQL calls its kind."""
        return _WORD_OF_KIND.get(self.kind, "TABLE")

    @property
    def sql(self) -> str:
        """Its whole name."""
        return ".".join(map(identifier, self.path))

    def renamed(self) -> str:
        """Its whole name once it is out of the way."""
        return ".".join(map(identifier, (*self.path[:-1], _beside(self.path[-1]))))


def statements(relations: Iterable[Relation], made: date, wait_days: int) -> str:
    """Statements that move the relations out of the way, undo that, and drop them; leaves first.

    Only a person runs them: whoever does so by mistake renames, for what drops is behind remarks.
    """
    some = list(relations)
    renames = [f"ALTER {each.word} {each.sql} RENAME TO {each.renamed()};" for each in some]
    undo = [f"-- ALTER {each.word} {each.renamed()} RENAME TO {each.sql};" for each in reversed(some)]
    drops = [f"-- DROP {each.word} {each.renamed()};" for each in some]
    return "\n".join(
        (
            f"-- Suggested on {made} by Assay, which never runs any of this. Read it before you do.",
            "-- 1. After the merge: move them out of the way. What still needs one fails at once, and can be undone.",
            *renames,
            "-- 2. To undo that:",
            *undo,
            f"-- 3. If nobody has missed them for {wait_days} days: take the dashes away, line by line.",
            *drops,
            "",
        )
    )


def identifier(part: str) -> str:
    """A part of a name as SQL takes it: in quotes unless it is plain, so that no name becomes a statement."""
    one_line = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", "?", part)
    return one_line if _PLAIN.fullmatch(one_line) else '"' + one_line.replace('"', '""') + '"'


def _beside(name: str) -> str:
    """The name a relation waits under; one that keeps its case goes on doing so."""
    return name + (SUFFIX.upper() if name.isupper() else SUFFIX)
