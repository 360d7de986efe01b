"""Following the pull requests that are open: what people did to them, and whether the evidence still holds.

A read withdraws one, a close is a no, a merge starts the wait or ends the story. Where anyone else committed, Assay
only comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.cleanup import branches, keeping, limits, recovery, renewal, watching
from assay.cleanup.forges.base import RequestState, say_once
from assay.cleanup.forges.errors import DeclinedError
from assay.cleanup.keeping import HELD, MERGED_AS, UNDRESSED, WITHDRAWING
from assay.cleanup.marker import is_withdrawn, standing_again, withdrawn
from assay.cleanup.proposal import Step
from assay.cleanup.pull_request import opening_of
from assay.errors import AssayError
from assay.model.decisions import PullRequestState
from assay.model.time import DAY_MS, from_ms, to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from assay.cleanup.forges.base import PullRequest
    from assay.cleanup.pull_request import Place
    from assay.cleanup.renewal import Replan
    from assay.store.tables import PullRequestRow


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
    one_pass = _Pass(place, replan, now, followed)
    try:
        for row in recovery.adopt(place.store, place.forge, place.name):
            one_pass.tell(row, "was found again on the forge")
    except AssayError as error:
        followed.problems.append(error)
        return followed
    with place.store.read() as session:
        live = pull_requests.live(session, place.name)
        merged = pull_requests.in_state(session, place.name, PullRequestState.MERGED)
    one_pass.each(live, one_pass.look_after)
    one_pass.each(_waiting(merged, place, now), one_pass.watch)
    return followed


def _waiting(merged: Sequence[PullRequestRow], place: Place, now: datetime) -> list[PullRequestRow]:
    """What was disabled and may yet be deleted, so that a read of it still matters."""
    deleted = {row.fingerprint for row in merged if row.step == Step.DELETE.value}
    longest_ms = (place.settings.wait_days + place.settings.closed_is_no_days) * DAY_MS
    return [
        row
        for row in merged
        if row.step == Step.DISABLE.value
        and row.fingerprint not in deleted
        and limits.STOPPED not in row.details
        and to_ms(now) < row.changed_ms + longest_ms
    ]


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
        """Something that was disabled and waits to be deleted: a read of it stops the deletion.

        Also one from before the merge that became known only after it: nobody read it up to its evidence.
        """
        with self.place.store.read() as session:
            uses = watching.read_since(session, row.assets, row.evidence_ms)
        if not uses or row.number is None:
            return
        say_once(self.place.forge, row.number, watching.MARKER, watching.stopped(uses))
        keeping.note(self.place, row, limits.STOPPED, watching.short(uses))
        self.tell(row, f"is merged, and what it disabled is read: {watching.short(uses)}")

    # --- what the forge says

    def _merged(self, row: PullRequestRow, pull: PullRequest) -> None:
        """Keep when and as what it was merged, and tidy the branch away; the ledger of savings takes it from there."""
        branches.delete(self.place, row)
        ended = pull.ended_at or self.now
        keeping.settle(self.place, row, PullRequestState.MERGED, ended, **{MERGED_AS: pull.merge_sha})
        follows = row.step == Step.DISABLE.value and self.place.settings.mode == "two_step"
        after = f"; deleting follows in {self.place.settings.wait_days} days" if follows else ""
        self.tell(row, f"was merged{after}")

    def _closed(self, row: PullRequestRow, pull: PullRequest) -> None:
        """Someone closed it, which is a no; or we did, and were interrupted."""
        ours = WITHDRAWING in row.details or is_withdrawn(pull.body)
        kept = branches.delete(self.place, row)
        state = PullRequestState.WITHDRAWN if ours else PullRequestState.CLOSED
        keeping.settle(self.place, row, state, pull.ended_at or self.now)
        days = self.place.settings.closed_is_no_days
        self.tell(
            row, f"was withdrawn.{kept}" if ours else f"was closed: not proposed again for {days} days.{kept}"
        )

    def _open(self, row: PullRequestRow, pull: PullRequest) -> None:
        with self.place.store.read() as session:
            uses = watching.needed(session, row.assets, row.evidence_ms)
            unsure = watching.unsure(session, row.assets)
        if uses or WITHDRAWING in row.details:
            self._withdraw(row, pull, row.details.get(WITHDRAWING) or watching.withdrawing(uses))
            return
        if row.state != PullRequestState.OPEN.value:
            self._finish_opening(row, pull)
        if is_withdrawn(
            pull.body
        ):  # people opened again what we had closed: closing it is theirs from now on
            self.place.forge.edit(pull.number, standing_again(pull.body))
        self._hold(row, unsure)
        if renewal.is_due(row, pull) and (what := renewal.renew(self.place, row, pull, self.replan)):
            self.tell(row, what)

    def _finish_opening(self, row: PullRequestRow, pull: PullRequest) -> None:
        """It was opened, and its labels and reviewers may be missing; what the forge will not have is left out."""
        details = {}
        try:
            self.place.forge.dress(pull.number, opening_of(self.place, row.branch, row.title, ""))
        except DeclinedError as error:
            details = {UNDRESSED: error.message}
        keeping.settle(self.place, row, PullRequestState.OPEN, pull.created_at, **details)

    # --- what the evidence says

    def _withdraw(self, row: PullRequestRow, pull: PullRequest, words: str) -> None:
        """Say why, mark the body as ours to close, close, and delete the branch unless others committed to it.

        The words are kept first, so that an interrupted withdrawal is finished even if the read is forgotten.
        """
        keeping.note(self.place, row, WITHDRAWING, words)
        number = pull.number
        say_once(self.place.forge, number, watching.MARKER, words)
        if not is_withdrawn(pull.body):
            self.place.forge.edit(number, withdrawn(pull.body))
        self.place.forge.close(number)
        kept = branches.delete(self.place, row)
        keeping.settle(self.place, row, PullRequestState.WITHDRAWN, self.now)
        self.tell(row, f"was withdrawn: {words.splitlines()[0].removeprefix('Withdrawn: ')}{kept}")

    def _hold(self, row: PullRequestRow, unsure: list[str]) -> None:
        """Say once that evidence is missing, and once that it is whole again."""
        if bool(unsure) == (HELD in row.details) or row.number is None:
            return
        words = watching.on_hold(unsure) if unsure else watching.ON_AGAIN
        say_once(self.place.forge, row.number, watching.HOLD_MARKER, words)
        keeping.note(self.place, row, HELD, "yes" if unsure else None)
        self.tell(row, "is on hold: evidence is missing" if unsure else "is no longer on hold")

    def _abandon_if_old(self, row: PullRequestRow) -> None:
        """What was begun and never gone on with: after a day it is given up, its branch with it if only ours."""
        if to_ms(self.now) - row.made_ms < DAY_MS:
            return
        branches.delete_begun(self.place, row)
        keeping.settle(self.place, row, PullRequestState.WITHDRAWN, self.now)
        self.tell(row, f"was begun on {from_ms(row.made_ms):%Y-%m-%d} and never opened: given up")
