"""Whether a message is sent, muted, or left to the digest: one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.incidents.blocks import REMINDER
from assay.model.incidents import IncidentState, Transition
from assay.model.time import DAY_MS

LOUD = frozenset(
    {Transition.OPENED, Transition.REOPENED, Transition.UNSNOOZED, Transition.WORSENED, REMINDER}
)
"""What calls somebody, and counts in the budget."""

NEVER_MS = 2**53
"""A moment that does not come: what is muted until then is not judged again."""


class Verdict(StrEnum):
    """What becomes of a message."""

    SEND = "send"
    MUTE = "mute"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, its reason, and for a muted message when to judge again."""

    verdict: Verdict
    reason: str = ""
    again_ms: int = NEVER_MS


@dataclass(frozen=True, slots=True)
class Standing:
    """What a verdict depends on: the message's transition, and how its incident and channel stand now.

    `told`: the channel shows the incident as open. `follows`: it is told of changes that call nobody.
    `root_id`: the live incident upstream that explains this one.
    """

    transition: str
    state: str
    told: bool = False
    follows: bool = True
    snoozed_until_ms: int = 0
    silenced_until_ms: int = 0
    root_id: int | None = None
    digest_only: bool = False
    has_room: bool = True
    is_grave: bool = False


_SEND = Judgement(Verdict.SEND)


def judge(standing: Standing, now_ms: int) -> Judgement:
    """The verdict.

    What closes or changes a message that was told is always sent, silences or not: it calls nobody, and a channel
    must not go on showing a trouble that is over.
    """
    if standing.transition in LOUD:
        return _muted(standing, now_ms) or _rationed(standing, now_ms)
    if not standing.told:
        return Judgement(Verdict.MUTE, "nobody was told of it here")
    if standing.transition != Transition.RESOLVED and not standing.follows:
        return Judgement(Verdict.MUTE, "this channel is told of no such change")
    return _SEND


def _muted(standing: Standing, now_ms: int) -> Judgement | None:
    """Why nobody is called now; None when somebody is."""
    is_known = standing.transition == REMINDER and standing.state == IncidentState.ACKNOWLEDGED
    reasons = (
        (standing.state == IncidentState.RESOLVED, "resolved before it was told", NEVER_MS),
        (standing.state == IncidentState.PENDING, "not seen often enough", now_ms),
        (is_known, "acknowledged", NEVER_MS),
        (standing.snoozed_until_ms > now_ms, "snoozed", standing.snoozed_until_ms),
        (standing.silenced_until_ms > now_ms, "silenced", standing.silenced_until_ms),
        (standing.root_id is not None, f"told within incident {standing.root_id}", now_ms),
    )
    found = next(((reason, again_ms) for holds, reason, again_ms in reasons if holds), None)
    return None if found is None else Judgement(Verdict.MUTE, *found)


def _rationed(standing: Standing, now_ms: int) -> Judgement:
    """Whether it is told now or in the digest. A reminder, which no digest holds, waits a day for room."""
    if standing.digest_only:
        return _left(standing, "its route says: digest")
    if not standing.has_room and not standing.is_grave:
        return _left(standing, "the week's budget is spent", now_ms + DAY_MS)
    return _SEND


def _left(standing: Standing, reason: str, again_ms: int = NEVER_MS) -> Judgement:
    if standing.transition == REMINDER:
        return Judgement(Verdict.MUTE, reason, again_ms)
    return Judgement(Verdict.DIGEST, reason)
