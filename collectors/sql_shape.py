"""SQL without what it was asked about: strings, numbers and comments out, so that no literal is ever stored.

A statement's shape is kept once per parameterised hash; where a source gives no hash, the shape's own stands in. What
names a relation is no literal of that sort: the name in IDENTIFIER('…') and TABLE('…') stays, and of EXECUTE IMMEDIATE
the statement within is what is kept.
All passes are RE2 over whole columns. Strings, quoted names and comments are matched together, so that a quote inside
a comment, or a comment mark inside a string, means nothing; what a cut text leaves open counts to its end.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STRING = r"'(?:[^'\\]|''|\\(?s:.)|\\\z)*(?:'|\z)|(?s:\$\$.*?(?:\$\$|\z))"
_QUOTED = r'"[^"]*(?:"|\z)'
_COMMENT = r"--[^\n]*|//[^\n]*|(?s:/\*.*?(?:\*/|\z))"
_NUMBER = r"\b(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\b"
_BLANKS = (
    r"\s{2,}|[\t-\r]"  # a single space stays as it is: to replace it with itself would take most of the time
)
_MARK = "\x01"
_NAME_MARK = "\x02"
_NAMED = r"""(?i)\b(identifier|table)(\s*\(\s*)'([\w$."-]+)'(\s*\))"""
_IMMEDIATE = r"(?is)\A\s*execute\s+immediate\s+"
_DOLLARS = _IMMEDIATE + r"\$\$(.*?)\$\$\s*;?\s*\z"
_QUOTES = _IMMEDIATE + r"'((?:[^'\\]|''|\\.)*)'\s*;?\s*\z"
_IN_LITERALS = r"(?i)\b(?:identifier|table)\s*\(\s*'|\A\s*execute\s+immediate\b"


def shapes_of(texts: pa.Array) -> pa.Array:
    """The shape of each statement: literals as ``?``, lists of them as one, blanks as one."""
    bare = pc.replace_substring_regex(texts, f"[{_MARK}{_NAME_MARK}]", " ")
    if pc.any(pc.match_substring_regex(bare, _IN_LITERALS)).as_py():
        bare = _with_names(bare)
    bare = pc.replace_substring_regex(bare, f"({_STRING}|{_QUOTED})|{_COMMENT}", r"\1 ")
    bare = pc.replace_substring_regex(bare, f"({_QUOTED})|{_STRING}", rf"\1{_MARK}")
    bare = pc.replace_substring_regex(bare, f'("[^"{_MARK}]*"?){_MARK}', r"\1")
    bare = pc.replace_substring(bare, _MARK, "?")
    bare = pc.replace_substring_regex(bare, _NUMBER, "?")
    bare = pc.replace_substring_regex(bare, r"\?(?:\s*,\s*\?)+", "?")
    bare = pc.replace_substring(bare, _NAME_MARK, "'")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, _BLANKS, " "))


def _with_names(texts: pa.Array) -> pa.Array:
    """The texts with the names of relations out of their literals."""
    quoted = pc.match_substring_regex(texts, _QUOTES)
    inner = pc.replace_substring(pc.replace_substring_regex(texts, _QUOTES, r"\1"), "''", "'")
    texts = pc.replace_substring_regex(pc.if_else(quoted, inner, texts), _DOLLARS, r"\1")
    return pc.replace_substring_regex(texts, _NAMED, rf"\1\2{_NAME_MARK}\3{_NAME_MARK}\4")


def with_hashes(hashes: pa.Array, texts: pa.Array) -> pa.Array:
    """The parameterised hashes, each missing one filled by the hash of the statement's own shape.

    A source's own hash is the same for all names in literals, so there the shape's stands in, too.
    Accounts send the same texts over and over: each distinct one is read once, each distinct shape hashed once.
    """
    named = pc.fill_null(pc.match_substring_regex(texts, _IN_LITERALS), False)
    if pc.any(named).as_py():
        hashes = pc.if_else(named, pa.scalar(None, pa.string()), hashes)
    if hashes.null_count == 0:
        return hashes
    distinct = pc.if_else(pc.is_null(hashes), texts, None).dictionary_encode()
    shapes = shapes_of(distinct.dictionary).dictionary_encode()
    own = pa.array(map(_own_hash, shapes.dictionary.to_pylist()), pa.string())
    return pc.coalesce(hashes, own.take(shapes.indices).take(distinct.indices))


def _own_hash(shape: str) -> str:
    return "shape-" + hashlib.sha256(shape.encode()).hexdigest()[:32]


def new_shapes(hashes: pa.Array, texts: pa.Array, times: pa.Array, seen: set[str]) -> pa.Table:
    """The shapes of hashes not in `seen`, with the time of a statement of each; `seen` then holds them too."""
    usable = pc.and_(pc.is_valid(hashes), pc.is_valid(texts))
    encoded = pc.if_else(usable, hashes, None).dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1))
    distinct, first = np.unique(codes, return_index=True)
    names = encoded.dictionary.to_pylist()
    fresh = [int(i) for code, i in zip(distinct, first, strict=True) if code >= 0 and names[code] not in seen]
    at = pa.array(sorted(fresh), pa.int64())
    kept = hashes.take(at)
    seen.update(kept.to_pylist())
    return pa.table(
        {"first_ms": times.take(at), "parameterized_hash": kept, "shape": shapes_of(texts.take(at))}
    )
