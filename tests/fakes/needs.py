"""Evidence of who needs what, told in a few words."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, Self

from assay.model.assets import AssetKind
from assay.model.time import DAY_MS
from costs.unused.evidence import Evidence, History, Place, Reads, Subject, Use

ACME = Place("snowflake", "acme")
DAY = 20_500 * DAY_MS
UNTIL = DAY + DAY_MS
NOW = UNTIL + 6 * 3_600_000
LONG_AGO = UNTIL - 400 * DAY_MS


class Told:
    """Evidence under construction: by default 90 days were seen whole and all assets are old and unread."""

    def __init__(self) -> None:
        self.now_ms = NOW
        self.subjects: dict[str, Subject] = {}
        self.edges: list[tuple[int, int]] = []
        self.reads: dict[int, Reads] = {}
        self.used: dict[int, list[Use]] = {}
        self.histories = {
            ACME: History(
                UNTIL, UNTIL - 90 * DAY_MS, 90, 90, observed=True, dependencies=True, inventory=True
            )
        }

    def evidence(self) -> Evidence:
        """What was told."""
        subjects = {subject.id: subject for subject in self.subjects.values()}
        return Evidence(self.now_ms, subjects, tuple(self.edges), self.reads, self.used, self.histories)

    def asset(self, name: str, *, kind: str = AssetKind.TABLE.value, tags: tuple[str, ...] = ()) -> Self:
        """There is such a table."""
        self._id(name)
        return self._change(name, kind=kind, tags=tags)

    def flows(self, *names: str) -> Self:
        """Data flows from each to the next."""
        ids = [self._id(name) for name in names]
        self.edges += list(itertools.pairwise(ids))
        return self

    def read(self, name: str, **by: int) -> Self:
        """It was read in the window, so often by each class of reader."""
        reads = self.reads.setdefault(self._id(name), Reads())
        for reader, count in by.items():
            reads.window[reader] = reads.year[reader] = count
            if reader not in {"pipeline", "monitor"}:
                reads.last_ms = DAY
        return self

    def read_in_year(self, name: str, **by: int) -> Self:
        """It was read within the year, and not in the window."""
        self.reads.setdefault(self._id(name), Reads()).year.update(by)
        return self

    def maybe(self, name: str, times: int = 1) -> Self:
        """A statement that cannot be read names it."""
        reads = self.reads.setdefault(self._id(name), Reads())
        reads.maybe_window = reads.maybe_year = times
        return self

    def uses(self, name: str, kind: str, by: str) -> Self:
        """Someone declares a use of it."""
        self.used.setdefault(self._id(name), []).append(Use(kind, by))
        return self

    def exposure(self, name: str, *, lives: bool = True) -> Self:
        """It is a dashboard dbt tells of."""
        return self._change(name, kind=AssetKind.EXPOSURE.value, judged=False, alive=lives)

    def kind(self, name: str, kind: str) -> Self:
        """It is of that kind."""
        return self._change(name, kind=kind)

    def unjudged(self, name: str) -> Self:
        """It is no table of its own, or no more."""
        return self._change(name, judged=False)

    def born(self, name: str, at_ms: int) -> Self:
        """It was made then, and nobody saw it before."""
        return self._change(name, created_ms=at_ms, first_ms=at_ms)

    def traced(self, name: str, at_ms: int) -> Self:
        """It was first seen then."""
        return self._change(name, first_ms=at_ms)

    def altered(self, name: str, at_ms: int) -> Self:
        """Its code changed then."""
        return self._change(name, altered_ms=at_ms)

    def cost(self, name: str, nano: int) -> Self:
        """It costs so many nano-credits a month."""
        return self._change(name, nano_per_month=nano)

    def seen(self, **changes: Any) -> Self:  # noqa: ANN401 - the fields of a history
        """Another history than the one by default."""
        self.histories = {place: replace(each, **changes) for place, each in self.histories.items()}
        return self

    def _id(self, name: str) -> int:
        subject = self.subjects.setdefault(
            name,
            Subject(
                id=len(self.subjects) + 1,
                key=f"{ACME.platform}:{ACME.instance}:db.s.{name}",
                kind=AssetKind.TABLE.value,
                place=ACME,
                created_ms=LONG_AGO,
                first_ms=LONG_AGO,
            ),
        )
        return subject.id

    def _change(self, name: str, **changes: Any) -> Self:  # noqa: ANN401 - the fields of a subject
        self._id(name)
        self.subjects[name] = replace(self.subjects[name], **changes)
        return self
