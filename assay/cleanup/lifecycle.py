"""Following the pull requests that are open: what people did to them, and whether the evidence still holds.

A read withdraws one, a close is a no, a merge starts the wait or ends the story. Where anyone else committed, Assay
only comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.cleanup import limits, recovery, watching
from assay.cleanup.forges.base import RequestState, say_once
from assay.cleanup.forges.errors import DeclinedError, ForgeError, MissingError
from assay.cleanup.marker import withdrawn
from assay.cleanup.proposal import Step
from assay.cleanup.pull_request import opening_of, told, with_sql
from assay.errors import AssayError
from assay.model.decisions import PullRequestState
from assay.model.time import DAY_MS, from_ms, to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from assay.cleanup.forges.base import PullRequest
    from assay.cleanup.proposal import Proposal
    from assay.cleanup.pull_request import Place
    from assay.store.tables import PullRequestRow

    Replan = Callable[[PullRequestRow], Proposal | None]

WITHDRAWING, RENEWING, HELD = "withdrawing", "renewing", "held"
"""Details of a row: the words it is being withdrawn with, the base it is being brought to, whether it is on hold."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a pull request: its number, branch and title, and a sentence."""

    number: int | None
    branch: str
    title: str
    what: str

    def __str__(self) -> str:
        name = f"#{self.number}" if self.number else self.branch
        return f"{name} {self.what}"


@dataclass(slots=True)
class Followed:
    """What happened in one pass, and what could not be done; the next pass goes on from there."""

    events: list[Event] = field(default_factory=list)
    problems: list[AssayError] = field(default_factory=list)


def follow(place: Place, replan: Replan, now: datetime) -> Followed:
    """Look after every live pull request of a repository, and those that wait to be deleted.

    `replan` makes the proposal of a row anew from the base of today, when it has conflicts; None when there is none.
    A pull request that fails stops no other.
    """
    followed = Followed()
    pass_ = _Pass(place, replan, now, followed)
    try:
        for row in recovery.adopt(place.store, place.forge, place.name):
            pass_.tell(row, "was found again on the forge")
    except AssayError as error:
        followed.problems.append(error)
        return followed
    with place.store.read() as session:
        live = pull_requests.live(session, place.name)
        merged = pull_requests.in_state(session, place.name, PullRequestState.MERGED)
    pass_.each(live, pass_.look_after)
    pass_.each((row for row in merged if _waits(row, place, now)), pass_.watch)
    return followed


def _waits(row: PullRequestRow, place: Place, now: datetime) -> bool:
    """Whether something was disabled and may be deleted, so that a read of it still matters."""
    over = row.changed_ms + (place.settings.wait_days + place.settings.closed_is_no_days) * DAY_MS
    return row.step == Step.DISABLE and limits.STOPPED not in row.details and to_ms(now) < over


@dataclass(slots=True)
class _Pass:
    """One look at everything."""

    place: Place
    replan: Replan
    now: datetime
    followed: Followed

    def each(self, rows: Iterable[PullRequestRow], do: Callable[[PullRequestRow], None]) -> None:
        """Do something to each row; what fails is told, and stops no other."""
        for row in rows:
            try:
                do(row)
            except AssayError as error:
                self.followed.problems.append(error)

    def tell(self, row: PullRequestRow, what: str) -> None:
        """Note what became of a pull request."""
        self.followed.events.append(Event(row.number, row.branch, row.title, what))

    def look_after(self, row: PullRequestRow) -> None:
        """One live pull request: bring the store to what the forge says, then the forge to what the evidence says."""
        if row.number is None:
            self._abandon_if_old(row)
            return
        pull = self.place.forge.get(row.number)
        match pull.state:
            case RequestState.MERGED:
                self._merged(row, pull)
            case RequestState.CLOSED:
                self._closed(row, pull)
            case RequestState.OPEN:
                self._open(row, pull)

    def watch(self, row: PullRequestRow) -> None:
        """Something that was disabled and waits to be deleted: a read of it stops the deletion."""
        with self.place.store.read() as session:
            uses = watching.read_since(session, row.assets, row.changed_ms)
        if not uses or row.number is None:
            return
        say_once(self.place.forge, row.number, watching.MARKER, watching.stopped(uses))
        self._note(row, limits.STOPPED, watching.short(uses))
        self.tell(row, f"is merged, and what it disabled is read: {watching.short(uses)}")

    # --- what the forge says

    def _merged(self, row: PullRequestRow, pull: PullRequest) -> None:
        """Keep that it was merged, and what it promises to save; tidy the branch away."""
        ended = pull.ended_at or self.now
        with self.place.store.write() as session:
            kept = pull_requests.one(session, row.id)
            if kept is not None:
                pull_requests.settle(kept, PullRequestState.MERGED, to_ms(ended))
                kept.details = kept.details | {"merge_sha": pull.merge_sha}
        self._delete_branch(row)
        after = (
            f"; deleting follows in {self.place.settings.wait_days} days" if row.step == Step.DISABLE else ""
        )
        self.tell(row, f"was merged{after}")

    def _closed(self, row: PullRequestRow, pull: PullRequest) -> None:
        """Someone closed it, which is a no; or we did, and were interrupted."""
        ours = WITHDRAWING in row.details or recovery.state_of(pull) is PullRequestState.WITHDRAWN
        self._delete_branch(row)
        state = PullRequestState.WITHDRAWN if ours else PullRequestState.CLOSED
        self._settle(row, state, pull.ended_at or self.now)
        days = self.place.settings.closed_is_no_days
        self.tell(row, "was withdrawn" if ours else f"was closed: not proposed again for {days} days")

    def _open(self, row: PullRequestRow, pull: PullRequest) -> None:
        if row.state != PullRequestState.OPEN.value and WITHDRAWING not in row.details:
            self._finish_opening(row, pull)
        with self.place.store.read() as session:
            uses = watching.needed(session, row.assets, row.evidence_ms)
            unsure = watching.unsure(session, row.assets)
        if uses or WITHDRAWING in row.details:
            self._withdraw(row, pull, row.details.get(WITHDRAWING) or watching.withdrawing(uses))
            return
        self._hold(row, unsure)
        if pull.conflicted or (RENEWING in row.details and pull.conflicted is not None):
            self._renew(row, pull)

    def _finish_opening(self, row: PullRequestRow, pull: PullRequest) -> None:
        """It was opened, and its labels and reviewers may be missing."""
        self.place.forge.dress(pull.number, opening_of(self.place, row.branch, row.title, ""))
        self._settle(row, PullRequestState.OPEN, pull.created_at)

    # --- what the evidence says

    def _withdraw(self, row: PullRequestRow, pull: PullRequest, words: str) -> None:
        """Say why, mark the body as ours to close, close, and delete the branch unless others committed to it.

        The words are kept first, so that an interrupted withdrawal is finished even if the read is forgotten.
        """
        self._note(row, WITHDRAWING, words)
        number = pull.number
        say_once(self.place.forge, number, watching.MARKER, words)
        if withdrawn(pull.body) != pull.body:
            self.place.forge.edit(number, withdrawn(pull.body))
        self.place.forge.close(number)
        kept = self._delete_branch(row)
        self._settle(row, PullRequestState.WITHDRAWN, self.now)
        self.tell(row, f"was withdrawn: {words.splitlines()[0].removeprefix('Withdrawn: ')}{kept}")

    def _hold(self, row: PullRequestRow, unsure: list[str]) -> None:
        """Say once that evidence is missing, and once that it is whole again."""
        held = HELD in row.details
        if bool(unsure) == held or row.number is None:
            return
        words = watching.on_hold(unsure) if unsure else watching.ON_AGAIN
        say_once(self.place.forge, row.number, watching.HOLD_MARKER, words)
        self._note(row, HELD, "yes" if unsure else None)
        self.tell(row, "is on hold: evidence is missing" if unsure else "is no longer on hold")

    # --- conflicts

    def _renew(self, row: PullRequestRow, pull: PullRequest) -> None:
        """Make a conflicted branch anew from the base of today; where others committed, only say so.

        Without conflicts it was interrupted doing so, and only what is kept and told is brought up to date.
        """
        if not pull.conflicted and pull.head_sha == row.head_sha:
            self._note(row, RENEWING, None)  # it was not begun, and is no longer needed
            return
        proposal = self.replan(row)
        if proposal is None or (proposal.fingerprint, proposal.step) != (row.fingerprint, row.step):
            self._say_conflicted(pull, "It cannot be planned anew as it is: see `assay cleanup detect`.")
            return
        proposal = with_sql(self.place.repository, proposal)
        head = self._ours(row, pull, proposal)
        if head is None:
            self._say_conflicted(
                pull,
                f"Others committed to it ({self._people(row, pull.head_sha)}), so Assay leaves it to them.",
            )
            self.tell(row, "has conflicts and commits by others: left alone")
            return
        if pull.conflicted:
            self._note(row, RENEWING, proposal.base_sha)
            head = self.place.forge.renew(
                row.branch, head, proposal.base_sha, proposal.message, proposal.changes
            )
        self.place.forge.edit(pull.number, told(proposal, self.place.settings, head))
        with self.place.store.write() as session:
            kept = pull_requests.one(session, row.id)
            if kept is not None:
                kept.head_sha, kept.base_sha = head, proposal.base_sha
                kept.evidence_ms = to_ms(proposal.evidence_at)
                kept.nano_per_month = proposal.nano_per_month
                kept.details = {name: value for name, value in kept.details.items() if name != RENEWING}
        self.tell(row, f"was brought to {proposal.base_sha[:12]}")

    def _ours(self, row: PullRequestRow, pull: PullRequest, proposal: Proposal) -> str | None:
        """The branch's head if nobody but us committed to it; also where we did and were interrupted."""
        if pull.head_sha == row.head_sha:
            return pull.head_sha
        for base in {str(row.details.get(RENEWING, "")), proposal.base_sha} - {""}:
            if RENEWING in row.details and self.place.forge.holds(pull.head_sha, base, proposal.changes):
                return pull.head_sha
        return None

    def _say_conflicted(self, pull: PullRequest, why: str) -> None:
        words = f"This has conflicts with `{self.place.repository.base}`. {why}"
        say_once(self.place.forge, pull.number, watching.CONFLICT_MARKER, words)

    def _people(self, row: PullRequestRow, head: str) -> str:
        """Who committed on top of what we left."""
        try:
            return watching.names(one.author for one in self.place.forge.commits(row.head_sha, head))
        except ForgeError:
            return "someone"  # our own commit is gone from the forge

    # --- the store and the branch

    def _abandon_if_old(self, row: PullRequestRow) -> None:
        """What was begun and never gone on with: after a day it is given up, its branch with it if only ours."""
        if to_ms(self.now) - row.made_ms < DAY_MS:
            return
        head = self.place.forge.head(row.branch)
        if head is not None and (
            head in {row.head_sha, row.base_sha}
            or not self.place.forge.commits(self.place.repository.base, head)
        ):
            self.place.forge.delete_branch(row.branch)
        self._settle(row, PullRequestState.WITHDRAWN, self.now)
        self.tell(row, f"was begun on {from_ms(row.made_ms):%Y-%m-%d} and never opened: given up")

    def _delete_branch(self, row: PullRequestRow) -> str:
        """Delete the branch if its head is the one we left; gives what to say where it stays."""
        head = self.place.forge.head(row.branch)
        if head is None:
            return ""
        if head != row.head_sha:
            return f" Its branch has commits by {self._people(row, head)} and stays."
        try:
            self.place.forge.delete_branch(row.branch)
        except (DeclinedError, MissingError):
            return " Its branch may not be deleted."
        return ""

    def _settle(self, row: PullRequestRow, state: PullRequestState, at: datetime) -> None:
        with self.place.store.write() as session:
            kept = pull_requests.one(session, row.id)
            if kept is not None:
                pull_requests.settle(kept, state, to_ms(at))
                row.state, row.changed_ms, row.live_key = kept.state, kept.changed_ms, kept.live_key

    def _note(self, row: PullRequestRow, name: str, value: str | None) -> None:
        """Keep a detail, or forget it."""
        with self.place.store.write() as session:
            kept = pull_requests.one(session, row.id)
            if kept is not None:
                rest = {key: one for key, one in kept.details.items() if key != name}
                kept.details = rest if value is None else rest | {name: value}
                row.details = kept.details


__all__ = ["Event", "Followed", "ForgeError", "follow"]
