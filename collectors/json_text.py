"""JSON text from outside, as every database can hold what it says."""

from __future__ import annotations

import re

_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u0000|\\u[dD][89a-fA-F]..)|\\.")


def storable(told: str) -> str:
    """The JSON text without escapes that no database can hold: NUL, and half of a surrogate pair."""
    if not _SUSPECT.search(told):
        return told
    return _ESCAPE.sub(lambda match: r"\ufffd" if match[1] else match[0], told)
