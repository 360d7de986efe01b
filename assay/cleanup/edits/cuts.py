"""Where an entry of a YAML file begins and ends in its text, so that cutting it out leaves the rest as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assay.cleanup.project.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.project.nodes import Node

DASH = re.compile(r"^[ ]*(-)(?=\s|\Z)", re.MULTILINE)
ONLY_COMMENT = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z)")
REST_OF_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
BLANK_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n)")
COMMENT_LINE = re.compile(r"([ \t]*)#[^\r\n]*(?:\r\n|\r|\n|\Z)")
BETWEEN = re.compile(r"(?:\s|#[^\r\n]*)*")


class CutError(Exception):
    """An entry does not stand so that it can be cut out."""


class Splice(NamedTuple):
    """`text[start:end]` gives way to `new`; `lines` says that whole lines go."""

    start: int
    end: int
    new: str = ""
    lines: bool = False


def cut(text: str, node: Node, *, last: bool) -> Splice:
    """What goes with an item of a sequence or, by its key, with a pair of a mapping.

    `last` says that no sibling behind it stays. Of a block entry whole lines go, with comments that are indented as
    its inside and follow it directly; comments above it, and above the next one, stay.
    """
    parent = node.parent
    if parent is None:
        raise CutError("it is the whole file")
    if parent.flow:
        return _from_flow(text, node, parent, last=last)
    return _from_block(text, node, parent)


def line_start(text: str, at: int) -> int:
    """Where the line of a place begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def column(text: str, at: int) -> int:
    """How far a place is from the beginning of its line."""
    return at - line_start(text, at)


def _from_block(text: str, node: Node, parent: Node) -> Splice:
    index = parent.children.index(node)
    whole = parent.children[index + 1] if parent.kind is Kind.MAPPING else node
    begin = _dash(text, node, parent) if parent.kind is Kind.SEQUENCE else node.start
    end = max(whole.end, node.end)
    if ONLY_COMMENT.match(text, end) is None:
        raise CutError("something else stands on its last line")
    line = line_start(text, begin)
    if text[line:begin].strip(" \t"):
        return _first_of_line(text, node, parent, begin)
    return Splice(line, _with_own_comments(text, _line_end(text, end), begin - line), lines=True)


def _dash(text: str, item: Node, sequence: Node) -> int:
    """The place of the dash before an item of a block sequence."""
    index = sequence.items.index(item)
    lower = sequence.items[index - 1].end if index else sequence.start
    dashes = list(DASH.finditer(text, line_start(text, lower), item.start))
    if not dashes or BETWEEN.fullmatch(text, dashes[-1].end(), item.start) is None:
        raise CutError("its dash does not begin a line")
    return dashes[-1].start(1)


def _first_of_line(text: str, key: Node, mapping: Node, begin: int) -> Splice:
    """A key beside the dash of its item: the next key takes its place."""
    if mapping.kind is not Kind.MAPPING or mapping.anchor or mapping.tag or key is not mapping.children[0]:
        raise CutError("something else stands on its first line")
    if len(mapping.children) < 4:  # noqa: PLR2004 - a key, its value, and the pair that follows
        raise CutError("nothing could take its place beside the dash")
    follower = mapping.children[2]
    between = text[mapping.children[1].end : follower.start]
    if "#" in between or column(text, follower.start) != column(text, begin):
        raise CutError("a comment stands between it and the next key")
    return Splice(begin, follower.start)


def _line_end(text: str, at: int) -> int:
    found = REST_OF_LINE.match(text, at)
    return found.end() if found else len(text)


def _with_own_comments(text: str, end: int, indent: int) -> int:
    """The end moved behind comment lines that follow at once and are indented deeper than the entry begins."""
    while (found := COMMENT_LINE.match(text, end)) and len(found[1]) > indent:
        end = found.end()
    return end


def _from_flow(text: str, node: Node, parent: Node, *, last: bool) -> Splice:
    """An item between brackets, with the comma that goes with it."""
    step = 2 if parent.kind is Kind.MAPPING else 1
    index = parent.children.index(node)
    ends = parent.children[index + step - 1].end
    if not last:
        stop = parent.children[index + step].start
        start = node.start
    else:
        start = parent.children[index - 1].end if index else node.start
        stop = ends
    splice = Splice(start, stop)
    if "#" in text[start : node.start] + text[ends:stop]:
        raise CutError("a comment stands beside it between brackets")
    return splice


def joined(text: str, splices: list[Splice], *, tidy: bool) -> list[Splice]:
    """Splices in order; neighbours that only blank lines part are one, and with `tidy` no doubled blank lines stay."""
    found: list[Splice] = []
    for splice in sorted(splices):
        if found and splice.start < found[-1].end:
            raise CutError("two changes meet")
        if tidy and splice.lines and found and found[-1].lines and _blank(text, found[-1].end, splice.start):
            found[-1] = Splice(found[-1].start, splice.end, lines=True)
        else:
            found.append(splice)
    return [_tidied(text, splice) if tidy and splice.lines else splice for splice in found]


def apply(text: str, splices: list[Splice]) -> str:
    """The text with every splice made; they are in order and do not meet."""
    parts, at = [], 0
    for splice in splices:
        parts += [text[at : splice.start], splice.new]
        at = splice.end
    return "".join([*parts, text[at:]])


def _blank(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip()


def _tidied(text: str, splice: Splice) -> Splice:
    """Blank lines part entries: with an entry go those behind it, or at the end of the file those before it."""
    after = splice.end
    while found := BLANK_LINE.match(text, after):
        after = found.end()
    if not text[after:].strip():
        before = splice.start
        while (previous := _blank_line_before(text, before)) is not None:
            before = previous
        return Splice(before, splice.end, lines=True)
    if _opens(text, splice.start):
        return Splice(splice.start, after, lines=True)
    return splice


def _blank_line_before(text: str, at: int) -> int | None:
    lines = list(_lines_before(text, at))
    return lines[0] if lines and not text[lines[0] : at].strip() else None


def _lines_before(text: str, at: int) -> Iterator[int]:
    if at > 0:
        stop = at - 2 if text[:at].endswith("\r\n") else at - 1
        yield line_start(text, stop)


def _opens(text: str, at: int) -> bool:
    """Whether what stands before is a blank line, the beginning of the file, or the key of the list."""
    starts = list(_lines_before(text, at))
    before = text[starts[0] : at].strip() if starts else ""
    return not before or before.endswith(":")
