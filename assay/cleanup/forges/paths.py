"""The last door before anything is sent: which paths of a repository may be changed at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from assay.cleanup.forges.errors import PathRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_PATH = 1024


@dataclass(frozen=True, slots=True)
class AllowedPaths:
    """Globs of paths that may be changed and of those that never are, both from the project's `folder`.

    `*` stays within a folder, `**` does not. Whatever the globs say, no path passes that leaves the folder, that
    has a part beginning with a dot (a forge's workflows, git's own files) or signs that cannot be printed.
    """

    allow: tuple[str, ...]
    keep: tuple[str, ...] = ()
    folder: str = "."

    def check(self, paths: Iterable[str]) -> None:
        """PathRefusedError for the first of the paths (from the repository's root) that may not be changed."""
        for path in paths:
            if why := self.refusal(path):
                raise PathRefusedError(
                    f"The change of {path!r} is refused: {why}.",
                    hint="Nothing was sent. `allow` and `keep` of [cleanup.repositories.…] say what may be changed.",
                )

    def refusal(self, path: str) -> str:
        """Why a path may not be changed; '' when it may."""
        if why := _malformed(path):
            return why
        top = self.folder.strip("/")
        prefix = "" if top in {"", "."} else f"{top.removeprefix('./')}/"
        if not path.startswith(prefix):
            return f"it is outside the project's folder {top}"
        inner = path.removeprefix(prefix)
        for glob in self.keep:
            if _pattern(glob).fullmatch(inner):
                return f"{glob} is to be kept"
        if not any(_pattern(glob).fullmatch(inner) for glob in self.allow):
            return "no glob allows it"
        return ""


def _malformed(path: str) -> str:
    parts = path.split("/")
    if not path or len(path) > _LONGEST_PATH or not path.isprintable() or "\\" in path:
        return "it is no plain path"
    if "" in parts:
        return "it is no plain path"
    if any(part.startswith(".") for part in parts):
        return "a part of it begins with a dot"
    return ""


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern: `**/` is any folders or none, `**` anything, `*` and `?` stay within a folder."""
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(piece, re.escape(piece)) for piece in pieces))
