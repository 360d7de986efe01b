"""What is to be told is written down with the change it tells, in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from assay.incidents.routing import Routing, Subject
from assay.model.incidents import Transition
from assay.store import outbox
from assay.store.tables import AssetRow, IncidentEventRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.store.tables import IncidentRow

UNTOLD = frozenset({Transition.SEEN})
"""What is nobody's business yet."""

FIRST = frozenset({Transition.OPENED, Transition.REOPENED, Transition.UNSNOOZED})
"""What waits for others before it is told."""


def enqueue(
    session: Session, incident: IncidentRow, transition: Transition, now_ms: int, routing: Routing
) -> int:
    """Write a message for each channel the routes name; gives how many are new.

    Call it in the transaction of the change, after its event is added to the timeline: the event's place among
    those of its kind is part of the dedupe key, so that calling twice writes nothing more.
    """
    if transition in UNTOLD:
        return 0
    session.flush()
    asset = session.get_one(AssetRow, incident.asset_id)
    subject = subject_of(incident, asset, routing)
    stem = f"{incident.id}:{transition}:{_count(session, incident.id, transition)}"
    due_ms = now_ms + (routing.group_wait_ms if transition in FIRST else 0)
    rows = [
        {
            "incident_id": incident.id,
            "channel": target.channel,
            "thread": thread_of(incident.id, target.channel),
            "transition": str(transition),
            "group_key": f"{subject.owner}|{subject.cause}",
            "dedupe_key": f"{stem}:{target.channel}",
            "payload": _snapshot(incident, subject, now_ms, digest=target.digest),
            "next_ms": due_ms,
            "created_ms": now_ms,
        }
        for target in routing.targets(subject)
    ]
    return outbox.add(session, rows)


def thread_of(incident_id: int, channel: str) -> str:
    """The name of the messages on one incident in one channel, which keep their order."""
    return f"{incident_id}:{channel}"


def subject_of(incident: IncidentRow, asset: AssetRow, routing: Routing, channel: str = "") -> Subject:
    """What routes and silences see of an incident. Its owner: the config's word, else its own, else the asset's."""
    seen = Subject(
        asset=asset.key,
        owner=incident.owner,
        tags=tuple(map(str, asset.tags)),
        cause=incident.cause,
        severity=incident.severity,
        impact=incident.impact,
        channel=channel,
    )
    meta = asset.meta or {}
    owner = routing.owner(seen, (asset.owner, str(meta.get("owner", "")), str(meta.get("group", ""))))
    return replace(seen, owner=owner)


def _count(session: Session, incident_id: int, transition: Transition) -> int:
    """How often this has happened to the incident by now."""
    events = select(func.count()).where(
        IncidentEventRow.incident_id == incident_id, IncidentEventRow.transition == str(transition)
    )
    return max(session.scalar(events) or 0, 1)


def _snapshot(incident: IncidentRow, subject: Subject, now_ms: int, *, digest: bool) -> dict[str, Any]:
    """What the message knows of its moment; all else is read when it is sent."""
    return {
        "at_ms": now_ms,
        "state": incident.state,
        "severity": incident.severity,
        "impact": incident.impact,
        "owner": subject.owner,
        **({"digest": True} if digest else {}),
    }
