"""Who sent a query, read from its comments and its query tag.

Tools sign their statements with a comment, before or (on Snowflake, which drops leading ones) after the text, or with
the query tag. Only the first and last 4 KiB are read. What a person is called is never kept: no e-mail, no user id.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from collectors.query_signatures import SIGNATURES, Origin, of_json

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Origin", "origin_of", "origins"]

_END = 4096
_LABEL_LENGTH = 200
_LABELS = ("label", "query_tag", "tag", "team", "project", "name")
_COMMENT = re.compile(r"/\*\s*(?=\{)|--\s*(?=\{)")
_EMAIL = re.compile(r"[^\s@,;:<>\"'()]+@[^\s@,;:<>\"'()]+")
_JSON = json.JSONDecoder()
_LINE_SIGNS = (
    r"Looker Query Context|Sigma Σ|Hex query metadata|Metabase|opaque_id|mode(?:analytics)?\.com"
    r"|(?i:openmetadata|datahub|monte[ _-]?carlo|elementary|assay|--\s*\{)"
)
_PART = "\x00"


def origin_of(text: str, tag: str = "") -> Origin:
    """Who sent the statement `text` under the query tag `tag`.

    The comment names the tool before the tag does; what the one leaves open the other fills.
    """
    ends = text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}"
    told = [*_of_comments(ends), *_of_signatures(ends), *_of_tag(tag)]
    first = next((origin for origin in told if origin.tool), Origin())
    for other in told:
        if other.tool == first.tool:
            first = replace(
                first,
                node_id=first.node_id or other.node_id,
                invocation_id=first.invocation_id or other.invocation_id,
            )
    return replace(first, label=_label(tag))


def _of_comments(text: str) -> Iterator[Origin]:
    for mark in _COMMENT.finditer(text):
        fields = _object_at(text, mark.end())
        origin = of_json(fields) if fields else None
        if origin:
            yield origin


def _object_at(text: str, at: int) -> dict[str, Any] | None:
    """The JSON object that begins there, or None when none does."""
    try:
        value, _ = _JSON.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _of_signatures(text: str) -> Iterator[Origin]:
    for pattern, read in SIGNATURES:
        found = pattern.search(text)
        if found:
            yield read(found, text)


def _of_tag(tag: str) -> Iterator[Origin]:
    fields = _object_at(tag, len(tag) - len(tag.lstrip()))
    origin = of_json(fields) if fields else None
    if origin:
        yield origin


def _label(tag: str) -> str:
    """The tag itself when it is plain text, a JSON tag's own label, without any e-mail address."""
    text = tag.strip()
    if text.startswith(("{", "[")):
        fields = _object_at(text, 0) or {}
        text = next((value for name in _LABELS if isinstance(value := fields.get(name), str)), "")
    return _EMAIL.sub("", text).strip()[:_LABEL_LENGTH]


def origins(texts: pa.Array, tags: pa.Array) -> dict[str, pa.Array]:
    """Columns tag, tool, tool_use, node_id, invocation_id for each statement; null where not known.

    The comments are cut out of whole columns first, so that Python reads each distinct pair of comment and tag once.
    """
    comments = _comments(texts)
    keys = pc.binary_join_element_wise(comments, pc.fill_null(tags, ""), _PART).dictionary_encode()
    found = [origin_of(*key.split(_PART, 1)) for key in keys.dictionary.to_pylist()]
    columns = {
        "tag": [o.label for o in found],
        "tool": [o.tool for o in found],
        "tool_use": [o.tool_use for o in found],
        "node_id": [o.node_id for o in found],
        "invocation_id": [o.invocation_id for o in found],
    }
    return {
        name: pa.array([v or None for v in vs], pa.string()).take(keys.indices)
        for name, vs in columns.items()
    }


def _comments(texts: pa.Array) -> pa.Array:
    """What of each statement may tell its origin: '' for most, its block comments, or both of its ends.

    Statements with one or two block comments and no other sign give just those; any other candidate its two ends.
    Splitting is the cheapest way Arrow has to find text, and gives the pieces too.
    """
    texts = pc.fill_null(texts, "")
    pieces = pc.split_pattern(texts, "/*")
    marks = pc.subtract(pc.list_value_length(pieces), 1)
    long = pc.greater(pc.binary_length(texts), 2 * _END)
    odd = pc.or_(pc.greater(marks, 2), pc.and_(pc.greater(marks, 0), long))
    odd = pc.or_(odd, _signed_lines(texts))
    blocks = _block_comments(pieces, pc.if_else(odd, 0, marks))
    found = pc.if_else(odd, _both_ends(texts, odd), blocks) if pc.any(odd).as_py() else blocks
    return pc.replace_substring(found, _PART, " ")


def _signed_lines(texts: pa.Array) -> pa.Array:
    """Whether a statement has a line comment and a word that signs."""
    lines = pc.greater(pc.list_value_length(pc.split_pattern(texts, "--", max_splits=1)), 1)
    if not pc.any(lines).as_py():
        return lines
    return pc.match_substring_regex(pc.if_else(lines, texts, ""), _LINE_SIGNS)


def _block_comments(pieces: pa.Array, marks: pa.Array) -> pa.Array:
    """The first block comment and, where there are two different ones, the second, each with its marks."""
    first = _closed(_piece(pieces, 1, pc.greater_equal(marks, 1)))
    two = pc.equal(marks, 2)
    if not pc.any(two).as_py():
        return first
    second = _closed(_piece(pieces, 2, two))
    return pc.binary_join_element_wise(first, pc.if_else(pc.equal(first, second), "", second), "")


def _piece(pieces: pa.Array, at: int, there: pa.Array) -> pa.Array:
    """The piece at a place of each list, null where it is not wanted."""
    places = pc.add(pieces.offsets[:-1], pa.scalar(at, pa.int32()))
    return pieces.values.take(pc.if_else(there, places, None))


def _closed(after: pa.Array) -> pa.Array:
    """The comment whose text begins with `after`, up to its end and with its marks; '' for null."""
    ended = pc.split_pattern(pc.fill_null(after, ""), "*/", max_splits=1)
    body = ended.values.take(ended.offsets[:-1])
    return pc.if_else(pc.is_valid(after), pc.binary_join_element_wise("/*", body, "*/", ""), "")


def _both_ends(texts: pa.Array, candidates: pa.Array) -> pa.Array:
    """The candidates' first and last 4 KiB, '' for the others."""
    some = pc.if_else(candidates, texts, "")
    long = pc.greater(pc.utf8_length(some), 2 * _END)
    if not pc.any(long).as_py():
        return some
    ends = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(some, 0, _END), pc.utf8_slice_codeunits(some, -_END), "\n"
    )
    return pc.if_else(long, ends, some)
