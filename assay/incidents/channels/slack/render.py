"""A message as Slack's blocks, within Slack's limits, with every text from outside made harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.incidents.blocks import REPEAT_MARK, plain
from assay.incidents.text import headline, others_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.incidents.blocks import Message, Others

MOST_HEADER, MOST_SECTION, MOST_FIELD, MOST_FIELDS, MOST_BUTTONS = 150, 2900, 1900, 10, 5
_GREEN, _AMBER, _RED, _GREY = "#18794e", "#ad5700", "#c62a2f", "#60646c"


def escaped(text: str) -> str:
    """The text as Slack shows it: no link, mention or emphasis can come out of it."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\u200b" + sign if sign in "*_~`" else sign for sign in safe)


def colour(message: Message) -> str:
    """The bar beside the message."""
    if message.is_over:
        return _GREEN
    if message.transition == "digest":
        return _GREY
    return _AMBER if message.severity == "warn" else _RED


def fallback(message: Message) -> str:
    """The text of notifications and screen readers."""
    mark = f" {REPEAT_MARK}" if message.may_repeat else ""
    return escaped(headline(message)) + mark


def blocks(message: Message, mention: str = "") -> list[dict[str, Any]]:
    """The blocks of a message; `mention` is the Slack id of whom it calls, while there is something to do."""
    return list(_blocks(message, "" if message.is_over else mention))


def reply(message: Message) -> str:
    """What is said in the thread of a change: a sentence."""
    mark = f"\n{REPEAT_MARK}" if message.may_repeat else ""
    return escaped(message.change or headline(message)) + mark


def _blocks(message: Message, mention: str) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": {"type": "plain_text", "text": plain(headline(message), MOST_HEADER)}}
    if message.change or mention:
        called = f"{_called(mention)} " if mention else ""
        yield _section((called + escaped(message.change)).strip())
    facts = [
        {"type": "mrkdwn", "text": f"*{escaped(fact.label)}*\n{_cut(escaped(fact.value), MOST_FIELD)}"}
        for fact in message.all_facts
    ]
    if facts:
        yield {"type": "section", "fields": facts[:MOST_FIELDS]}
    if message.others:
        yield _section(_others(message.others))
    if message.buttons:
        yield {"type": "actions", "elements": [*_buttons(message)][:MOST_BUTTONS]}
    noted = f"{message.key}  {REPEAT_MARK}" if message.may_repeat else message.key
    yield {"type": "context", "elements": [{"type": "mrkdwn", "text": escaped(noted)}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, MOST_SECTION)}}


def _called(mention: str) -> str:
    return f"<!subteam^{mention}>" if mention.startswith("S") else f"<@{mention}>"


def _others(others: Others) -> str:
    lines = [f"• {escaped(line.title)} — {escaped(line.state)}" for line in others.lines]
    more = others.total - len(others.lines)
    return "\n".join(
        [f"*{escaped(others_heading(others))}*", *lines, *([f"• and {more:,} more"] if more > 0 else [])]
    )


def _buttons(message: Message) -> Iterator[dict[str, Any]]:
    for button in message.buttons:
        yield {
            "type": "button",
            "text": {"type": "plain_text", "text": button.text},
            "url": button.url,
            "action_id": f"assay:{button.verb}",
            "value": str(message.incident_id or ""),
        }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
