"""Names in text: who else speaks of a model, where dbt does not look.

dbt's parser is silent about a name in a macro that runs later, in a selector, behind `{% if execute %}`, in the
command line of a job, and about a relation written out by hand. A scan of the text is not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from assay.cleanup.mentions import Called, Mention, Text
from assay.cleanup.project.tree import TreeError

if TYPE_CHECKING:
    from collections.abc import Collection

    from assay.cleanup.project.tree import Tree

__all__ = ["LARGEST_BYTES", "Called", "Mention", "scan"]

LARGEST_BYTES = 2_000_000
"""A larger file is data, not something people write."""

_BUILT = re.compile(r"(?:^|/)(?:target|dbt_packages|dbt_modules|logs|node_modules|\.git|\.venv|venv)/")
_DATA = re.compile(
    r"\.(?:csv|tsv|parquet|lock|png|jpe?g|gif|svg|ico|pdf|gz|zip|db|duckdb|woff2?)$", re.IGNORECASE
)


def scan(tree: Tree, names: Collection[Called], *, passed_over: Collection[str] = ()) -> list[Mention]:
    """Every place of the tree that speaks of one of the names, in order of path and line.

    Built files, data and those `passed_over` are left out. A word alone is no mention: `orders` as a column is
    somebody else; in prose it is one.
    """
    called: dict[str, list[Called]] = defaultdict(list)
    for each in names:
        for word in each.words:
            called[word].append(each)
    if not called:
        return []
    words = "|".join(sorted(map(re.escape, called), key=len, reverse=True))
    finder = re.compile(rf"(?<![\w$])(?:{words})(?![\w$])", re.IGNORECASE)
    left_out = set(passed_over)
    paths = [path for path in tree.paths() if path not in left_out]
    texts = (Text(path, _text(tree, path)) for path in sorted(paths) if not _is_not_written(path))
    return sorted({mention for text in texts if text.held for mention in text.mentions(finder, called)})


def _is_not_written(path: str) -> bool:
    """Whether a file is built, installed or data: nobody speaks of a model in it."""
    return bool(_BUILT.search(path) or _DATA.search(path))


def _text(tree: Tree, path: str) -> str:
    """What a file says; '' for one that is no text, or cannot be read."""
    try:
        held = tree.read(path)
    except TreeError:  # gone since it was listed
        return ""
    if len(held) > LARGEST_BYTES or b"\0" in held[:8192]:
        return ""
    return held.decode("utf-8", "replace")
