"""One deletion while it is being worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.cleanup.edits.answer import Edits, Policy, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.cleanup.edits.doomed import Doomed
    from assay.cleanup.edits.pages import Pages
    from assay.cleanup.project.project import Project


@dataclass(slots=True)
class Work:
    """The project, what is to go from it, and what was found out so far."""

    project: Project
    doomed: Doomed
    policy: Policy
    pages: Pages
    changes: dict[str, bytes | None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def refuse(self, names: Iterable[str], reason: str, path: str = "", line: int = 0) -> None:
        """Note why this cannot be done safely."""
        self.refusals.append(Refusal(frozenset(names), reason, path, line))

    def edits(self) -> Edits:
        """What came of it: all changes, or none and the reasons."""
        refusals = tuple(dict.fromkeys(self.refusals))
        return Edits(
            changes={} if refusals else dict(sorted(self.changes.items())),
            refusals=refusals,
            notes=tuple(dict.fromkeys(self.notes)),
            also=tuple(dict.fromkeys(self.also)),
        )
