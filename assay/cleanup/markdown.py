"""Text from outside in Markdown that a forge renders: it stays text, whatever signs are in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 200
"""A name or sentence from outside is cut to that."""
_UNPRINTABLE = re.compile(
    r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~&\"'=-])")
_CALLS = re.compile(r"([@#!~%$&])(?=\w)")
_NO_JOIN = "\u200b"


def line(text: object, most: int = LONGEST) -> str:
    """A text as one line of at most `most` printable signs, of which none turns the direction or is invisible."""
    flat = _UNPRINTABLE.sub(" ", str(text)).strip()
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def code(text: object, most: int = LONGEST) -> str:
    """A name as code: nothing within is a link, a mention, a command or HTML, in a table's cell neither."""
    inner = line(text, most).replace("|", "¦")  # an escaped bar ends a cell all the same after a backslash
    if not inner:
        return "–"
    ticks = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    pad = " " if inner.startswith("`") or inner.endswith(("`", "\\")) else ""
    return f"{ticks}{pad}{inner}{pad}{ticks}"


def plain(text: object, most: int = LONGEST) -> str:
    """A sentence: its marks are escaped, and what would call people, issues or pages is parted by an invisible sign."""
    apart = _CALLS.sub(rf"\1{_NO_JOIN}", line(text, most)) or "–"
    apart = apart.replace("://", f":{_NO_JOIN}//").replace("www.", f"www{_NO_JOIN}.")
    return _MARKS.sub(r"\\\1", apart)


def fence(text: str, language: str) -> str:
    """A block of code that nothing within can end."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def row(cells: Iterable[str]) -> str:
    """A row of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def hidden(name: str, values: Mapping[str, object]) -> str:
    """A comment nobody sees, with values to be read back by `read_hidden`."""
    text = json.dumps(values, separators=(",", ":"), sort_keys=True)
    for sign in "<>&-":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"<!-- {name} {text} -->"


def read_hidden(name: str, text: str) -> dict[str, object] | None:
    """The values of the last such comment in a text; None where there is none that can be read."""
    found = re.findall(rf"<!-- {re.escape(name)} (\{{[^<>]*\}}) -->", text)
    try:
        values = json.loads(found[-1]) if found else None
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def link(text: str, url: str) -> str:
    """A link of ours; only the text where the address is none."""
    plain_url = re.fullmatch(r"https?://[^\s<>()\[\]\"`]+", url)
    return f"[{text}]({url})" if plain_url else text
