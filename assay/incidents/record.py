"""Results in, incidents out: in the caller's transaction, so that nothing is told that was not kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.incidents.acts import Done, act, undo
from assay.incidents.book import Book, Entry
from assay.incidents.judging import LOUD
from assay.incidents.machine import step
from assay.incidents.policy import Change, Policy
from assay.incidents.rows import describe, new_row, put, standing_of
from assay.incidents.signals import addressed, fresh
from assay.incidents.tending import tend
from assay.incidents.titles import title
from assay.model.checks import Outcome
from assay.model.incidents import IncidentState, Transition
from assay.model.time import DAY_MS, to_ms
from assay.store import checks, incidents, schemas
from assay.store.bulk import chunked
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.incidents.machine import Standing, Step
    from assay.incidents.signals import Addressed
    from assay.model.checks import CheckResult
    from assay.store.checks import Known
    from assay.store.tables import IncidentRow

__all__ = ["Change", "Done", "Policy", "act", "record", "undo"]

_EXCUSED_MS = 7 * DAY_MS
"""How far ahead a judgement may excuse what its incident is about: a point of the slowest series is a week."""


def record(session: Session, results: Sequence[CheckResult], now: datetime, policy: Policy) -> list[Change]:
    """Keep results and what they do to incidents, and queue what is to be told; what changed, in order.

    A result is known by its check and moment: given twice it changes nothing. Called without results it still ends
    snoozes whose time has come and lets go of checks that are no longer declared.
    """
    book = Book(session, now, policy)
    known = checks.save(session, (result.check for result in results), book.now_ms)
    news = fresh(results, {name: check.last_ms for name, check in known.items()})
    checks.save_results(session, results, known)
    _accept_first(session, news, known, book.now_ms)
    Advance(book, known).run(news)
    tend(book)
    return book.close()


def _accept_first(
    session: Session, results: Sequence[CheckResult], known: dict[str, Known], now_ms: int
) -> None:
    """Accept the columns a schema check saw for the first time."""
    seen = {
        known[result.check.name].asset_id: schemas.of_dicts(result.metadata["accepts"])
        for result in results
        if result.outcome is Outcome.PASS and result.metadata.get("accepts")
    }
    schemas.accept_first(session, seen, now_ms)


@dataclass(slots=True)
class Advance:
    """New results on their way to the incidents they speak of."""

    book: Book
    known: dict[str, Known]
    rows: dict[str, IncidentRow] = field(default_factory=dict)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    links: list[tuple[tuple[int, int], IncidentRow]] = field(default_factory=list)
    called: dict[str, int] = field(default_factory=dict)
    """The live keys of incidents somebody is called about by these results, with the moment that was for."""

    def run(self, results: Sequence[CheckResult]) -> None:
        """Let each incident hear its signals, in order."""
        heard: dict[tuple[int, str], list[Addressed]] = defaultdict(list)
        for item in addressed(results):
            heard[self.known[item.result.check.name].asset_id, item.cause.value].append(item)
        self._load(heard)
        for (asset_id, cause), items in sorted(heard.items()):
            if incidents.live_key(asset_id, cause) in self.rows or any(item.signal.bad for item in items):
                for item in items:
                    self._hear(asset_id, cause, item)
        self.book.session.flush()
        checks.link(self.book.session, {key: row.id for key, row in self.links})

    def _load(self, heard: dict[tuple[int, str], list[Addressed]]) -> None:
        """Read the incidents spoken of, those that may be reopened or hold back, and the names of assets in trouble."""
        session, bad = self.book.session, [i for items in heard.values() for i in items if i.signal.bad]
        if bad:
            back_ms = max(self.book.policy.rules.reopen_within_ms, _EXCUSED_MS)
            since = min(item.signal.at_ms for item in bad) - back_ms
            in_trouble = {self.known[item.result.check.name].asset_id for item in bad}
            self.rows = incidents.resolved_since(session, in_trouble, since)
            for chunk in chunked(sorted(in_trouble)):
                named = select(AssetRow.id, AssetRow.name, AssetRow.owner).where(AssetRow.id.in_(chunk))
                self.names |= {row_id: (name, owner) for row_id, name, owner in session.execute(named)}
        self.rows |= incidents.live(session, (incidents.live_key(*key) for key in heard))

    def _hear(self, asset_id: int, cause: str, item: Addressed) -> None:
        key = incidents.live_key(asset_id, cause)
        row = self.rows.get(key)
        before = None if row is None else standing_of(row)
        after = step(before, item.signal, self.book.policy.rules)
        if after.standing is None or after.standing == before:
            return
        if row is None or after.anew:
            row = self.rows[key] = self._begin(asset_id, cause, item)
        put(row, after.standing, item.signal.at_ms)
        if item.signal.bad:
            describe(row, self.names[asset_id][0], item.result)
            self.links.append(((self.known[item.result.check.name].id, to_ms(item.result.at)), row))
        self._note(row, before, after, item)

    def _begin(self, asset_id: int, cause: str, item: Addressed) -> IncidentRow:
        self.book.session.flush()  # the key of one that just ended must be free first
        owner = item.result.check.owner or self.names[asset_id][1]
        row = new_row(asset_id, cause, owner, item.signal.at_ms)
        self.book.session.add(row)
        return row

    def _note(self, row: IncidentRow, before: Standing | None, after: Step, item: Addressed) -> None:
        quiet = before is not None and before.state is IncidentState.PENDING
        at_ms, key = item.signal.at_ms, incidents.live_key(row.asset_id, row.cause)
        for transition in after.happened:
            is_more = transition is Transition.WORSENED and key in self.called
            if is_more and self.called[key] == at_ms:
                continue  # seen in the same look: the message that calls tells of it, and the evidence lists it
            if transition in LOUD:
                self.called[key] = at_ms
            told = not (quiet and transition is Transition.RESOLVED) and not is_more
            text = title(self.names[row.asset_id][0], item.result) if item.signal.bad else item.result.message
            details = {"check": item.signal.check}
            self.book.write(Entry(row, transition, at_ms, text=text, details=details, told=told))
