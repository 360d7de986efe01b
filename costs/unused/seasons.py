"""What is read once a quarter or a year only: told by the words in names and tags."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def season_of(names: Iterable[str], words: tuple[str, ...]) -> str:
    """The first of the seasonal words that one of the names holds as a word of its own, '' for none.

    Words begin and end where letters do and may be in the plural or have -ly: `quarter` is in ``orders_quarterly``,
    `tax` in ``tax_2026`` and not in ``taxonomy``.
    """
    pattern = _pattern(words)
    if pattern is None:
        return ""
    found = (pattern.search(name.lower()) for name in names)
    return next((match[1] for match in found if match), "")


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    either = "|".join(re.escape(word.lower()) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<![a-z])({either})(?:s|es|ly|s_)?(?![a-z])")
