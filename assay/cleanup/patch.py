"""Changes as a patch that `git apply` takes, byte for byte, whatever the files hold."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from assay.cleanup.project.tree import TreeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assay.cleanup.project.tree import Tree

_MODE = "100644"
_PLAIN = frozenset(range(0x20, 0x7F)) - {ord('"'), ord("\\")}


def patch(tree: Tree, changes: Mapping[str, bytes | None]) -> bytes:
    """The changes of a tree as one patch, files in order of path; b'' when nothing changes."""
    there = set(tree.paths())
    return "".join(
        "".join(_of_file(path, tree.read(path) if path in there else None, held))
        for path, held in sorted(changes.items())
    ).encode("latin-1")


def _of_file(path: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    """The patch of a file; its bytes are read as Latin-1, in which every byte is one sign."""
    if before is None and after is None:
        raise TreeError(f"There is no file {path} to delete.")
    if before == after:
        return
    yield f"diff --git {_quoted('a/' + path)} {_quoted('b/' + path)}\n"
    if after is None:
        yield f"deleted file mode {_MODE}\n"
    elif before is None:
        yield f"new file mode {_MODE}\n"
    hunks = list(_hunks(_lines(before or b""), _lines(after or b"")))
    if hunks:
        yield f"--- {_quoted('a/' + path) if before is not None else '/dev/null'}\n"
        yield f"+++ {_quoted('b/' + path) if after is not None else '/dev/null'}\n"
        yield from hunks


def _lines(held: bytes) -> list[str]:
    """The lines of a file with their ends; only a line feed ends one."""
    text = held.decode("latin-1")
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _hunks(before: list[str], after: list[str]) -> Iterator[str]:
    for line in list(difflib.unified_diff(before, after, lineterm="\n"))[2:]:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes and escaped when it holds signs that could be misread."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(byte in _PLAIN for byte in raw):
        return path
    return '"' + "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in raw) + '"'
