"""A message as plain text: what every channel falls back on, and what mail is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.incidents.blocks import REPEAT_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.incidents.blocks import Message, Others

_SIGNS = {"resolved": "✓", "acknowledged": "•", "digest": "≡"}


def headline(message: Message) -> str:
    """One line: its sign, its standing and its title."""
    word = message.standing.partition(" ")[0]
    sign = _SIGNS.get(word, "!" if message.severity == "warn" else "‼")
    return f"{sign} [{message.standing}] {message.title}"


def as_text(message: Message) -> str:
    """The whole message in lines."""
    return "\n".join(_lines(message))


def others_heading(others: Others) -> str:
    """The heading over the other incidents, with how many there are."""
    return f"{others.heading} ({others.total:,})"


def _lines(message: Message) -> Iterator[str]:
    yield headline(message)
    if message.change:
        yield message.change
    yield ""
    yield from (f"{fact.label}: {fact.value}" for fact in message.all_facts)
    if message.others:
        yield from _others(message.others)
    if message.link:
        yield ""
        yield message.link
    if message.may_repeat:
        yield REPEAT_MARK


def _others(others: Others) -> Iterator[str]:
    yield ""
    yield f"{others_heading(others)}:"
    yield from (f"- {line.title} [{line.state}]" for line in others.lines)
    if others.total > len(others.lines):
        yield f"- and {others.total - len(others.lines):,} more"
