"""A message as a JSON document with a version: what webhooks and files carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.incidents.blocks import Message, Others

VERSION = 1


def as_document(message: Message) -> dict[str, Any]:
    """The document; every key is always there, so that a reader need not ask."""
    return {
        "version": VERSION,
        "dedupe_key": message.key,
        "thread": message.thread,
        "transition": message.transition,
        "incident": message.incident_id,
        "title": message.title,
        "state": str(message.state),
        "severity": message.severity,
        "impact": message.impact,
        "asset": message.asset,
        "cause": message.cause,
        "owner": message.owner,
        "change": message.change,
        "at": message.at.isoformat(),
        "opened_at": message.opened_at.isoformat() if message.opened_at else None,
        "facts": {fact.label: fact.value for fact in message.facts},
        "downstream": {
            "total": message.blast.total,
            "names": list(message.blast.names),
            "owners": list(message.blast.owners),
        },
        "link": message.link,
        "others": _others(message.others),
        "may_repeat": message.may_repeat,
    }


def _others(others: Others | None) -> dict[str, Any] | None:
    if others is None:
        return None
    lines = [{"title": line.title, "state": line.state, "link": line.link} for line in others.lines]
    return {"heading": others.heading, "total": others.total, "lines": lines}
