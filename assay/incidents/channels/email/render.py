"""A message as HTML for mail: tables and inline styles, as mail programs want them, and nothing loaded."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assay.incidents.blocks import REPEAT_MARK
from assay.incidents.text import headline, others_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.incidents.blocks import Message

_FONT = "font-family:-apple-system,Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;color:#1c2024"


def as_html(message: Message) -> str:
    """The whole mail; every text in it is escaped."""
    return f'<!doctype html><html><body style="{_FONT}">{"".join(_parts(message))}</body></html>'


def _parts(message: Message) -> Iterator[str]:
    colour = "#18794e" if message.is_over else "#ad5700" if message.severity == "warn" else "#c62a2f"
    yield f'<h2 style="font-size:16px;border-left:4px solid {colour};padding-left:8px">'
    yield f"{escape(headline(message))}</h2>"
    if message.change:
        yield f"<p>{escape(message.change)}</p>"
    rows = "".join(
        f'<tr><td style="padding:2px 12px 2px 0;color:#60646c">{escape(fact.label)}</td>'
        f"<td>{escape(fact.value)}</td></tr>"
        for fact in message.all_facts
    )
    yield f"<table>{rows}</table>"
    if message.others:
        yield f"<p><b>{escape(others_heading(message.others))}</b></p><ul>"
        yield from (f"<li>{escape(line.title)} [{escape(line.state)}]</li>" for line in message.others.lines)
        yield "</ul>"
    links = " · ".join(
        f'<a href="{escape(button.url)}">{escape(button.text)}</a>' for button in message.buttons
    )
    yield f"<p>{links}</p>" if links else ""
    if message.may_repeat:
        yield f"<p>{REPEAT_MARK}</p>"
