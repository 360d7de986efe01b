"""Messages as Adaptive Cards, through the webhook of a Teams workflow. Such a card cannot be edited afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from assay.incidents.blocks import REPEAT_MARK
from assay.incidents.channels.base import HttpConfig, Reference, post, secret
from assay.incidents.text import headline, others_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.incidents.blocks import Message

_ESCAPED = str.maketrans({sign: "\\" + sign for sign in "\\`*_[]<>#~|"})


class TeamsConfig(HttpConfig):
    """The workflow's address, which is a secret of its own."""

    url: Reference = Field(description="Where the workflow's URL is kept", examples=["env:TEAMS_URL"])


def card(message: Message) -> dict[str, Any]:
    """The Adaptive Card of a message."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": list(_body(message)),
        "actions": [
            {"type": "Action.OpenUrl", "title": button.text, "url": button.url} for button in message.buttons
        ],
        "metadata": {"dedupeKey": message.key},
    }


def _body(message: Message) -> Iterator[dict[str, Any]]:
    colour = "Good" if message.is_over else "Warning" if message.severity == "warn" else "Attention"
    yield _text(headline(message), weight="Bolder", size="Medium", color=colour)
    if message.change:
        yield _text(message.change)
    facts = [{"title": fact.label, "value": _escaped(fact.value)} for fact in message.all_facts]
    if facts:
        yield {"type": "FactSet", "facts": facts}
    if message.others:
        yield _text(others_heading(message.others), weight="Bolder")
        yield from (_text(f"{line.title} [{line.state}]", spacing="None") for line in message.others.lines)
    if message.may_repeat:
        yield _text(REPEAT_MARK, isSubtle=True)


def _text(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _escaped(text), "wrap": True, **style}


def _escaped(text: str) -> str:
    """The text with what Teams takes for Markdown, or for a mention, made plain."""
    return text.translate(_ESCAPED)


class TeamsChannel:
    """Posts a card per message."""

    kind: ClassVar[str] = "teams"
    title: ClassVar[str] = "Microsoft Teams"
    config_class: ClassVar[type[TeamsConfig]] = TeamsConfig
    follows: bool = False

    def __init__(self, name: str, config: TeamsConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Post it; the workflow answers 202."""
        url = secret(self.config.url)
        attachment = {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": card(message),
        }
        body = json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()
        post(self.config, url, body, {"Content-Type": "application/json"}, (url,))
        return previous_ref or message.key
