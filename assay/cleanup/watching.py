"""Whether anyone needs, after all, what a pull request is about; and the words in which it is told there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cleanup.markdown import code, plain
from assay.model.decisions import Verdict
from assay.model.time import DAY_MS, from_ms
from assay.model.usage import ReaderClass
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

MARKER = "<!-- assay:read -->"
HOLD_MARKER = "<!-- assay:hold -->"
CONFLICT_MARKER = "<!-- assay:conflict -->"
ON_AGAIN = "The evidence is whole again, and still nobody reads these models: the proposal stands."
_MOST_TOLD = 20
_READERS = {
    ReaderClass.BI_TOOL: "a BI tool",
    ReaderClass.PERSON: "a person",
    ReaderClass.EXPORT: "an export",
    ReaderClass.UNKNOWN: "an unknown reader",
}
_LATE_MS = 2 * DAY_MS
"""So long before the evidence a read may lie that became known only after it."""
_NEEDED = {Verdict.IN_USE, Verdict.RARELY_USED}


@dataclass(frozen=True, slots=True)
class Use:
    """An asset that is needed, or may be: the reader's class and when, or the reasons where nobody read it itself."""

    asset: str
    reader: str = ""
    tool: str = ""
    at_ms: int | None = None
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.at_ms is not None:
            tool = f" with {plain(self.tool)}" if self.tool else ""
            return f"{code(self.asset)} was read at {_moment(self.at_ms)} by {plain(self.reader)}{tool}"
        why = "; ".join(plain(reason) for reason in self.reasons[:3])
        return f"{code(self.asset)}: {why or 'it is needed'}"


def needed(session: Session, assets: Collection[str], evidence_ms: int) -> list[Use]:
    """Those of the assets that someone needs by the last judgement, in order; `evidence_ms` is when nobody did.

    A statement that may have read one, and cannot be told, counts as a read. A read is told where it is new: it may
    have become known late. What is needed for another reason, as by what is built from it, is told by the reasons.
    """
    found = []
    for name, standing in sorted(pull_requests.standings(session, assets).items()):
        maybe = standing.verdict is Verdict.UNKNOWN and standing.maybe > 0
        if standing.verdict in _NEEDED or maybe:
            read = read_since(session, [name], evidence_ms - _LATE_MS)
            found += read or [Use(name, reasons=standing.reasons)]
    return found


def read_since(session: Session, assets: Collection[str], since_ms: int) -> list[Use]:
    """Those of the assets that a consumer read at or after that moment, whatever was judged."""
    last = ((name, pull_requests.last_read(session, name)) for name in sorted(assets))
    return [
        Use(name, _READERS.get(read.reader, "a reader"), read.tool, read.at_ms)
        for name, read in last
        if read is not None and read.at_ms >= since_ms
    ]


def unsure(session: Session, assets: Collection[str]) -> list[str]:
    """Why nothing can be said of some of the assets now; nothing when the evidence is whole."""
    told = pull_requests.standings(session, assets).values()
    lost = [one for one in told if one.verdict is Verdict.UNKNOWN and not one.maybe]
    return sorted({reason for one in lost for reason in one.reasons} or {"not judged" for _ in lost})


def withdrawing(uses: Sequence[Use]) -> str:
    """The comment that withdraws a proposal."""
    return (
        f"Withdrawn: {short(uses)}. What this proposes to remove is needed.\n\n"
        f"{_listed(uses)}\n\nThis is closed and its branch deleted, unless someone committed to it. "
        "It is proposed again if nobody reads it for a whole window."
    )


def stopped(uses: Sequence[Use]) -> str:
    """The comment on what was disabled and is read."""
    return (
        f"What this disabled is read: {short(uses)}.\n\n{_listed(uses)}\n\n"
        "It is not going to be deleted. Revert this to have it built again."
    )


def on_hold(reasons: Sequence[str]) -> str:
    """The comment on a proposal whose evidence is not whole."""
    told = "\n".join(f"- {plain(reason)}" for reason in reasons[:_MOST_TOLD])
    return f"On hold, do not merge: whether these models are read cannot be told now.\n\n{told}"


def short(uses: Sequence[Use]) -> str:
    """The uses in one line."""
    more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
    return f"{uses[0]}{more}"


def names(people: Iterable[str]) -> str:
    """Who committed, as code: nobody is called by it."""
    return ", ".join(code(name) for name in sorted(set(people))) or "someone"


def _listed(uses: Sequence[Use]) -> str:
    rest = [f"- and {len(uses) - _MOST_TOLD} more"] if len(uses) > _MOST_TOLD else []
    return "\n".join([*(f"- {use}" for use in uses[:_MOST_TOLD]), *rest])


def _moment(ms: int) -> str:
    return f"{from_ms(ms):%Y-%m-%d %H:%M} UTC"
