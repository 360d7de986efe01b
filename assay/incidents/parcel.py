"""From a claimed row to what is sent: judged, joined with its like, and composed, in the transaction of the claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.incidents import budget, composing
from assay.incidents.blocks import DIGEST, TEST, Message
from assay.incidents.composing import Envelope
from assay.incidents.judging import LOUD, Judgement, Standing, Verdict, judge
from assay.incidents.outbox import subject_of
from assay.incidents.routing import matches
from assay.incidents.sample import sample
from assay.model.incidents import IncidentState, Transition
from assay.store import outbox, silences
from assay.store.bulk import chunked
from assay.store.tables import AssetRow, IncidentRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.incidents.channels.base import Channel
    from assay.incidents.telling import Telling
    from assay.store.outbox import Claim
    from assay.store.tables import SilenceRow

LEASE_MS = 90_000
"""Longer than two requests may take: a sender that lives keeps its lease."""

DIGESTED = frozenset({DIGEST})


@dataclass(slots=True)
class Parcel:
    """A message ready to be sent, and the rows it tells: the one claimed, those joined to it, those digested."""

    held: Claim
    message: Message
    previous_ref: str = ""
    joined: list[Claim] = field(default_factory=list)
    digested: list[int] = field(default_factory=list)
    head_id: int | None = None


@dataclass(frozen=True, slots=True)
class Packer:
    """Judges and packs the rows it is given, as of one moment."""

    session: Session
    channels: Mapping[str, Channel]
    telling: Telling
    now_ms: int

    def pack(self, held: Claim) -> Parcel | Judgement:
        """What to send, or why nothing is sent."""
        row = held.row
        if row.transition == TEST:
            return Parcel(held, sample(row, self.telling.link, self.now_ms, self._may_repeat(held)))
        if row.transition == DIGEST:
            return self._digest(held)
        incident = self.session.get(IncidentRow, row.incident_id)
        if incident is None:
            return Judgement(Verdict.MUTE, "its incident is there no more")
        return self._of_incident(held, incident)

    def _of_incident(self, held: Claim, incident: IncidentRow) -> Parcel | Judgement:
        row = held.row
        last = outbox.last_told(self.session, row.thread)
        head = self._head(last)
        if head is not None and head.transition == DIGEST:
            last = head = None  # the digest is no message that could be edited
        judged = judge(self._standing(row, incident, last), self.now_ms)
        if judged.verdict is not Verdict.SEND:
            return judged
        if head is not None:
            return self._of_group(held, head)
        if row.transition == Transition.OPENED and (joined := self._joined(held)):
            ids = [incident.id, *(one.row.incident_id for one in joined if one.row.incident_id)]
            message = composing.of_group(self.session, ids, self._envelope(held, row.thread))
            return Parcel(held, message, "", joined, head_id=row.id)
        message = composing.of_incident(self.session, incident, self._envelope(held, row.thread))
        return Parcel(held, message, last.external_ref if last else "")

    def _digest(self, held: Claim) -> Parcel | Judgement:
        rows = outbox.in_digest(self.session, held.row.channel)
        if not rows:
            return Judgement(Verdict.MUTE, "nothing is left for it")
        ids = [row.incident_id for row in rows if row.incident_id is not None]
        message = composing.of_digest(self.session, ids, self._envelope(held, held.row.thread))
        return Parcel(held, message, digested=[row.id for row in rows], head_id=held.row.id)

    def _head(self, last: OutboxRow | None) -> OutboxRow | None:
        """The row whose message told the thread together with others; None when it was told by itself."""
        head_id = outbox.head_of(last) if last is not None else None
        return None if head_id is None else self.session.get(OutboxRow, head_id)

    def _of_group(self, held: Claim, head: OutboxRow) -> Parcel | Judgement:
        """The group's own message once more, with how its incidents stand; it takes along what waits on them."""
        ids = outbox.members(self.session, head.id, Transition.OPENED)
        message = composing.of_group(self.session, ids, self._envelope(held, head.thread))
        is_partial = held.row.transition == Transition.RESOLVED and message.state != IncidentState.RESOLVED
        if is_partial and not self._follows(held.row.channel):
            return Judgement(Verdict.MUTE, "told when the whole group is resolved")
        joined = outbox.claim_followers(self.session, head.id, held.row.channel, self.now_ms, LEASE_MS)
        return Parcel(held, message, head.external_ref, joined, head_id=head.id)

    def _joined(self, held: Claim) -> list[Claim]:
        """The other new incidents of its group, if together they are enough; what is muted among them is marked."""
        claimed = outbox.claim_group(self.session, held, Transition.OPENED, self.now_ms, LEASE_MS)
        told, found = [], self._incidents([one.row.incident_id for one in claimed])
        quiet = silences.live(self.session, self.now_ms)
        for one in claimed:
            incident = found.get(one.row.incident_id or 0)
            judged = (
                judge(self._standing(one.row, incident, None, rationed=False, quiet=quiet), self.now_ms)
                if incident is not None
                else Judgement(Verdict.MUTE, "its incident is there no more")
            )
            if judged.verdict is Verdict.SEND:
                told.append(one)
            else:
                settle(self.session, one, judged)
        if 1 + len(told) >= self.telling.group_from:
            return told
        outbox.mark_all(self.session, told)  # too few: each is told by itself
        return []

    def _incidents(self, ids: Sequence[int | None]) -> dict[int, IncidentRow]:
        wanted = sorted({one for one in ids if one is not None})
        rows = (
            row
            for chunk in chunked(wanted)
            for row in self.session.scalars(select(IncidentRow).where(IncidentRow.id.in_(chunk)))
        )
        return {row.id: row for row in rows}

    def _standing(
        self,
        row: OutboxRow,
        incident: IncidentRow,
        last: OutboxRow | None,
        *,
        rationed: bool = True,
        quiet: Sequence[SilenceRow] | None = None,
    ) -> Standing:
        """What the verdict on a row depends on; not `rationed`, it rides along in a message that is sent anyway."""
        live = silences.live(self.session, self.now_ms) if quiet is None else quiet
        return Standing(
            transition=row.transition,
            state=incident.state,
            told=last is not None and last.transition != Transition.RESOLVED,
            follows=self._follows(row.channel),
            snoozed_until_ms=incident.snoozed_until_ms or 0,
            silenced_until_ms=self._silenced_until_ms(row, incident, live),
            root_id=self._live_root(incident),
            digest_only=bool(row.payload.get("digest")),
            has_room=not rationed or row.transition not in LOUD or self._has_room(row.channel),
            is_grave=self.telling.grave_pass and budget.is_grave(incident.severity, incident.impact),
        )

    def _follows(self, channel: str) -> bool:
        found = self.channels.get(channel)
        return found is None or found.follows

    def _silenced_until_ms(self, row: OutboxRow, incident: IncidentRow, live: Sequence[SilenceRow]) -> int:
        if not live:
            return 0
        asset = self.session.get_one(AssetRow, incident.asset_id)
        subject = subject_of(incident, asset, self.telling.routing, row.channel)
        return next((one.until_ms for one in live if matches(one.matcher, subject)), 0)

    def _live_root(self, incident: IncidentRow) -> int | None:
        if incident.root_id is None or incident.root_id == incident.id:
            return None
        root = self.session.get(IncidentRow, incident.root_id)
        told = {IncidentState.OPEN, IncidentState.ACKNOWLEDGED}
        return root.id if root is not None and root.state in told else None

    def _has_room(self, channel: str) -> bool:
        since_ms = self.now_ms - budget.WEEK_MS
        told = outbox.sent_since(self.session, channel, LOUD, since_ms)
        digests = outbox.sent_since(self.session, channel, DIGESTED, since_ms)
        return budget.has_room(self.telling.budget_of(channel), told, digests)

    def _envelope(self, held: Claim, thread: str) -> Envelope:
        return Envelope(held.row, thread, self.telling.link, self._may_repeat(held))

    def _may_repeat(self, held: Claim) -> bool:
        return held.lapsed or bool(held.row.payload.get("may_repeat"))


def settle(session: Session, held: Claim, judged: Judgement) -> bool:
    """Write a verdict that is not to send; False when the row is no longer held."""
    state = outbox.MUTED if judged.verdict is Verdict.MUTE else outbox.DIGEST
    return outbox.mark(session, held, state=state, error=judged.reason, next_ms=judged.again_ms)
