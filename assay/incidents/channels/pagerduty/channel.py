"""Incidents as PagerDuty alerts, by its Events API v2: triggered, acknowledged and resolved by one dedup_key."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from assay.incidents.blocks import DIGEST, TEST, plain
from assay.incidents.channels.base import HttpConfig, Reference, post, secret
from assay.incidents.text import headline
from assay.model.incidents import IncidentState, Transition

if TYPE_CHECKING:
    from assay.incidents.blocks import Message

URL = "https://events.pagerduty.com/v2/enqueue"
_MOST_SUMMARY = 1024
_SILENT = frozenset(
    {Transition.JUDGED, Transition.UNJUDGED, Transition.COMMENTED, Transition.SNOOZED, DIGEST}
)


class PagerDutyConfig(HttpConfig):
    """The service's integration key, and the address of the Events API."""

    routing_key: Reference = Field(
        description="Where the integration key is kept", examples=["env:PAGERDUTY_KEY"]
    )
    url: str = Field(default=URL, description="The Events API v2; another for the EU region")


def event(message: Message) -> dict[str, Any]:
    """The event of a message, without its routing key."""
    action = {IncidentState.RESOLVED: "resolve", IncidentState.ACKNOWLEDGED: "acknowledge"}
    told: dict[str, Any] = {
        "event_action": action.get(message.state, "trigger"),
        "dedup_key": message.thread,
        "client": "Assay",
        "payload": {
            "summary": plain(headline(message), _MOST_SUMMARY),
            "source": message.asset or "assay",
            "severity": _severity(message),
            "timestamp": message.at.isoformat(),
            "component": message.asset,
            "group": message.owner,
            "class": message.cause,
            "custom_details": {
                **{fact.label: fact.value for fact in message.all_facts},
                "What happened": message.change,
                "Key": message.key,
            },
        },
    }
    if message.link:
        told |= {"client_url": message.link, "links": [{"href": message.link, "text": "Open in Assay"}]}
    return told


class PagerDutyChannel:
    """Sends an event per change of state; what changes no state there is left out."""

    kind: ClassVar[str] = "pagerduty"
    title: ClassVar[str] = "PagerDuty"
    config_class: ClassVar[type[PagerDutyConfig]] = PagerDutyConfig
    follows: bool = True

    def __init__(self, name: str, config: PagerDutyConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Send the event; a digest and a judgement page nobody, and a test is resolved at once."""
        if message.transition in _SILENT:
            return previous_ref
        self._sent(event(message))
        if message.transition == TEST:
            self._sent(event(replace(message, state=IncidentState.RESOLVED)))
        return previous_ref or message.thread

    def _sent(self, told: dict[str, Any]) -> None:
        key = secret(self.config.routing_key)
        body = json.dumps({"routing_key": key, **told}).encode()
        post(self.config, self.config.url, body, {"Content-Type": "application/json"}, (key,))


def _severity(message: Message) -> str:
    if message.severity == "warn":
        return "warning"
    return "critical" if message.impact == "high" else "error"
