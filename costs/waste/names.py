"""Names as SQL must write them."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")


def quoted(name: str) -> str:
    """A warehouse's name, in quotes where it is not what Snowflake makes of a name without them."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
