"""Messages made from the store: an incident with its evidence, a group of incidents, or the digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from assay.incidents.blocks import (
    DIGEST,
    MOST_OTHERS,
    REMINDER,
    BlastRadius,
    Button,
    Fact,
    Line,
    Message,
    Others,
    plain,
)
from assay.incidents.titles import SCALED, quantity
from assay.model.incidents import IncidentState, Transition
from assay.model.time import from_ms
from assay.store.bulk import chunked
from assay.store.edges import neighbours
from assay.store.tables import AssetRow, CheckResultRow, CheckRow, IncidentEventRow, IncidentRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from assay.store.tables import OutboxRow

_TELLING = 0.005
"""The least difference, as a share, that is not written as 0 %."""

_HOPS = 4
"""How far downstream the blast radius is followed."""

_CHANGES = {
    Transition.OPENED: "A new incident.",
    Transition.REOPENED: "It is back.",
    Transition.WORSENED: "It got worse.",
    Transition.ACKNOWLEDGED: "Acknowledged",
    Transition.SNOOZED: "Snoozed",
    Transition.UNSNOOZED: "The snooze is over.",
    Transition.JUDGED: "Judged",
    Transition.UNJUDGED: "A judgement was undone",
    Transition.COMMENTED: "Comment",
    Transition.RESOLVED: "Resolved.",
    Transition.GROUPED: "More incidents belong to it.",
    REMINDER: "Still open, and nobody has acknowledged it.",
}
_BUTTONS = (
    ("Acknowledge", "acknowledge"),
    ("Expected once", "expected_once"),
    ("New normal", "new_normal"),
    ("Really wrong", "really_wrong"),
)
_GRAVEST_STATE = (
    IncidentState.OPEN,
    IncidentState.PENDING,
    IncidentState.ACKNOWLEDGED,
    IncidentState.RESOLVED,
)
_GRAVEST_IMPACT = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message is sent in: whose row, on which thread, under which address of the dashboard."""

    row: OutboxRow
    thread: str
    link: str = ""
    may_repeat: bool = False


def of_incident(session: Session, incident: IncidentRow, envelope: Envelope) -> Message:
    """The message on one incident, as it stands now."""
    asset = session.get_one(AssetRow, incident.asset_id)
    row, payload = envelope.row, envelope.row.payload
    link = f"{envelope.link}/incidents/{incident.id}" if envelope.link else ""
    return Message(
        key=row.dedupe_key,
        thread=envelope.thread,
        transition=row.transition,
        title=plain(incident.title, 200),
        state=IncidentState(incident.state),
        at=from_ms(int(payload.get("at_ms", row.created_ms))),
        severity=incident.severity,
        impact=incident.impact,
        asset=plain(asset.key, 300),
        cause=incident.cause,
        owner=plain(payload.get("owner") or incident.owner or asset.owner, 100),
        incident_id=incident.id,
        change=_change(session, incident, row),
        opened_at=from_ms(incident.opened_ms),
        facts=(*evidence(session, incident), *_instead(payload)),
        blast=_blast(session, incident.asset_id),
        link=link,
        buttons=_buttons(link, incident.state),
        others=_inhibited(session, incident.id, envelope.link),
        may_repeat=envelope.may_repeat,
    )


def of_group(session: Session, ids: Collection[int], envelope: Envelope) -> Message:
    """One message on several incidents of one owner and cause, the gravest first."""
    found = incidents(session, ids)
    first, row = found[0], envelope.row
    state = next(state for state in _GRAVEST_STATE if any(one.state == state for one in found))
    left = sum(one.state != IncidentState.RESOLVED for one in found)
    owner = plain(row.payload.get("owner", ""), 100)
    return Message(
        key=row.dedupe_key,
        thread=envelope.thread,
        transition=row.transition,
        title=f"{len(found):,} incidents: {first.cause}" + (f", owned by {owner}" if owner else ""),
        state=state,
        at=from_ms(int(row.payload.get("at_ms", row.created_ms))),
        severity="error" if any(one.severity == "error" for one in found) else first.severity,
        impact=next(impact for impact in _GRAVEST_IMPACT if any(one.impact == impact for one in found)),
        cause=first.cause,
        owner=owner,
        change=f"{left:,} of {len(found):,} are not resolved." if left else "All are resolved.",
        opened_at=from_ms(min(one.opened_ms for one in found)),
        link=f"{envelope.link}/incidents" if envelope.link else "",
        buttons=_view(f"{envelope.link}/incidents" if envelope.link else ""),
        others=_others("Incidents", found, envelope.link),
        may_repeat=envelope.may_repeat,
    )


def of_digest(session: Session, ids: Collection[int], envelope: Envelope) -> Message:
    """The digest: what was not told by itself, the gravest first, with how each stands now."""
    found, row = incidents(session, ids), envelope.row
    left = sum(one.state != IncidentState.RESOLVED for one in found)
    link = f"{envelope.link}/incidents" if envelope.link else ""
    return Message(
        key=row.dedupe_key,
        thread=envelope.thread,
        transition=DIGEST,
        title=f"{len(found):,} incidents not told by themselves",
        state=IncidentState.OPEN if left else IncidentState.RESOLVED,
        at=from_ms(row.created_ms),
        severity="warn",
        change=f"{left:,} of {len(found):,} are not resolved.",
        link=link,
        buttons=_view(link),
        others=_others("Incidents", found, envelope.link) if found else None,
        may_repeat=envelope.may_repeat,
    )


def incidents(session: Session, ids: Collection[int]) -> list[IncidentRow]:
    """The incidents of those ids: live ones first, then the gravest."""
    found = [
        row
        for chunk in chunked(sorted(set(ids)))
        for row in session.scalars(select(IncidentRow).where(IncidentRow.id.in_(chunk)))
    ]
    return sorted(found, key=_gravity)


def evidence(session: Session, incident: IncidentRow) -> tuple[Fact, ...]:
    """Expected, observed (with the difference as a share), why and what to do, of the result the title tells.

    That is the newest of its check that failed; where the incident does not say which, the newest with a figure.
    """
    titled = incident.details.get("finding", {}).get("check", "")
    newest = (
        select(CheckResultRow, CheckRow)
        .join(CheckRow, CheckRow.id == CheckResultRow.check_id)
        .where(CheckResultRow.incident_id == incident.id, CheckResultRow.outcome.in_(("fail", "error")))
        .order_by(
            case((CheckRow.name == titled, 0), else_=1),
            case((CheckResultRow.expected.is_not(None), 0), else_=1),
            CheckResultRow.at_ms.desc(),
        )
        .limit(1)
    )
    found = session.execute(newest).first()
    if found is None:
        return ()
    result, check = found
    unit = str(result.details.get("unit", ""))
    facts = (
        Fact("Expected", _expected(result, unit)),
        Fact("Observed", _observed(result, unit)),
        Fact("Why", plain(result.message)),
        Fact("Check", plain(check.name, 200) + _and_others(incident, check.name)),
        Fact("Next step", plain(result.details.get("next_step", ""))),
    )
    return tuple(fact for fact in facts if fact.value)


def _and_others(incident: IncidentRow, name: str) -> str:
    """How many more checks are bad in it now, e.g. ``, and 2 more``."""
    tallies = incident.details.get("checks", {})
    others = sum(1 for other, (bad, *_) in tallies.items() if bad and other != name)
    return f", and {others:,} more" if others else ""


def figure(value: float, unit: str = "") -> str:
    """A figure for people: thousands apart, at most three digits after the point; times and sizes in fitting units."""
    if unit in SCALED:
        return quantity(value, unit)
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".strip()


def _expected(result: CheckResultRow, unit: str) -> str:
    band = ""
    if result.low is not None and result.high is not None:
        band = f"{figure(result.low, unit if unit in SCALED else '')} to {figure(result.high, unit)}"
    elif result.low is not None:
        band = f"at least {figure(result.low, unit)}"
    elif result.high is not None:
        band = f"at most {figure(result.high, unit)}" if result.high else "none"
    if result.expected is None:
        return band
    return f"{figure(result.expected, unit)} ({band})" if band else figure(result.expected, unit)


def _observed(result: CheckResultRow, unit: str) -> str:
    if result.observed is None:
        return ""
    off = result.observed / result.expected - 1 if result.expected else 0.0
    share = f" ({off:+.0%})" if abs(off) >= _TELLING else ""
    return figure(result.observed, unit) + share


def _change(session: Session, incident: IncidentRow, row: OutboxRow) -> str:
    """What just happened, with who did it and what they said, as the timeline has it."""
    said = _CHANGES.get(row.transition, "")
    event = session.scalar(
        select(IncidentEventRow)
        .where(
            IncidentEventRow.incident_id == incident.id,
            IncidentEventRow.transition == row.transition,
            IncidentEventRow.at_ms <= int(row.payload.get("at_ms", row.created_ms)),
        )
        .order_by(IncidentEventRow.id.desc())
        .limit(1)
    )
    if event is None:
        return said
    by = f" by {event.actor}" if event.actor else ""
    told = f": {event.text}" if event.text not in {"", incident.title} else ""
    return plain(f"{said.rstrip('.')}{by}{told}") if by or told else said


def _blast(session: Session, asset_id: int) -> BlastRadius:
    found = neighbours(session, asset_id, _HOPS).downstream
    near = [one.asset_id for one in found[:MOST_OTHERS]]
    owners = select(AssetRow.owner).where(AssetRow.id.in_(near), AssetRow.owner != "").distinct()
    return BlastRadius(
        total=len(found),
        names=tuple(plain(one.name, 80) for one in found[:5]),
        owners=tuple(plain(owner, 80) for owner in sorted(session.scalars(owners))[:5]),
    )


def _inhibited(session: Session, root_id: int, link: str) -> Others | None:
    """The live incidents this one explains."""
    below = (
        IncidentRow.root_id == root_id,
        IncidentRow.id != root_id,
        IncidentRow.state != IncidentState.RESOLVED,
    )
    total = session.scalar(select(func.count()).where(*below)) or 0
    if not total:
        return None
    first = session.scalars(select(IncidentRow).where(*below).order_by(IncidentRow.id).limit(MOST_OTHERS))
    return Others("Explained by this one", total, tuple(_line(one, link) for one in first))


def _others(heading: str, found: Sequence[IncidentRow], link: str) -> Others:
    return Others(heading, len(found), tuple(_line(one, link) for one in found[:MOST_OTHERS]))


def _line(incident: IncidentRow, link: str) -> Line:
    at = f"{link}/incidents/{incident.id}" if link else ""
    return Line(plain(incident.title, 160), incident.state, at)


def _gravity(incident: IncidentRow) -> tuple[bool, bool, int, int]:
    impact = incident.impact if incident.impact in _GRAVEST_IMPACT else "low"
    return (
        incident.state == IncidentState.RESOLVED,
        incident.severity != "error",
        _GRAVEST_IMPACT.index(impact),
        incident.id,
    )


def _instead(payload: dict[str, Any]) -> tuple[Fact, ...]:
    name = payload.get("instead_of", "")
    return (Fact("Told here", f"the channel {plain(name, 80)} would not take it"),) if name else ()


def _view(link: str) -> tuple[Button, ...]:
    return (Button("View", link, "view"),) if link else ()


def _buttons(link: str, state: str) -> tuple[Button, ...]:
    """View, and what may be said of an incident that is not over; acknowledged it was once."""
    if not link or state == IncidentState.RESOLVED:
        return _view(link)
    done = "acknowledge" if state == IncidentState.ACKNOWLEDGED else ""
    acts = (Button(text, f"{link}?act={verb}", verb) for text, verb in _BUTTONS if verb != done)
    return (*_view(link), *acts)
