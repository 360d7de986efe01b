"""What one SQL statement writes and reads: three answers for each relation, read, not read, or maybe.

A statement that cannot be understood is never taken for one that reads nothing: every known relation whose
name occurs in it is *maybe* read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from costs.mapping.moves import move_of
from costs.mapping.relations import NOTHING_KNOWN
from costs.mapping.tame import MAX_CHARS, is_tame
from costs.mapping.tree import path_of_text, reads_of, writes_of

if TYPE_CHECKING:
    from costs.mapping.moves import Move
    from costs.mapping.relations import Known, Path

# The parser warns of each statement it only keeps as text; here that is an answer (maybe), not news.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_SPACE = r"(?:\s|/\*(?:[^*]|\*(?!/))*\*/|--[^\n]*\n)*"
_HEAD = re.compile(_SPACE + r"([a-z]+)", re.IGNORECASE)
_SILENT = frozenset({
    "show", "desc", "describe", "use", "grant", "revoke", "set", "unset", "commit", "rollback", "list", "ls",
    "remove", "rm", "put", "get", "explain",
})  # fmt: skip
_TRANSACTION = re.compile(
    _SPACE + r"(begin|start)(\s+(work|transaction)\b.*|\s+name\b.*)?[\s;]*", re.IGNORECASE
)
_INNER = re.compile(
    _SPACE + r"execute\s+immediate\s+(?:'((?:[^'\\]|''|\\.)*)'|\$\$(.*?)\$\$)", re.IGNORECASE | re.DOTALL
)
_MODIFIERS = (
    "local|global|temp|temporary|volatile|transient|secure|recursive|"
    "materialized|dynamic|hybrid|event|iceberg|external"
)
_PLACEHOLDER = re.compile(r"""("[^"]*"|'[^']*')|\?""")
_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_TARGET = re.compile(
    _SPACE
    + r"(?:create(?:\s+or\s+(?:replace|alter))?|alter|drop|undrop|truncate)"
    + rf"(?:\s+(?:{_MODIFIERS}))*\s+(?:table|view)\s+"
    + rf"(?:if\s+(?:not\s+)?exists\s+)?({_NAME}(?:\s*\.\s*(?:{_NAME})?){{0,2}})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The relations a statement writes, reads, and may read; `opaque` when part of it was not understood.

    `move` is the way it opens from one name to another: a rename, a swap, a clone, a stream.
    """

    writes: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ()
    maybe: tuple[Path, ...] = ()
    opaque: bool = False
    move: Move | None = None


NOTHING = Parsed()


def parse(text: str, known: Known = NOTHING_KNOWN, *, inner: bool = False) -> Parsed:
    """Tell what the statement `text` writes and reads. Never raises, whatever the text.

    Names stay as incomplete as the statement wrote them; `known` is what an opaque statement may mean.
    """
    head = _HEAD.match(text)
    word = head[1].lower() if head else ""
    if word in _SILENT or _TRANSACTION.fullmatch(text):
        return NOTHING
    if (
        word == "execute"
        and not inner
        and (code := _INNER.match(text))
        and (code[1] or code[2] or "?") != "?"
    ):
        return parse((code[1] or "").replace("''", "'") or code[2], known, inner=True)
    if move := move_of(text):
        return Parsed(move.writes, move.reads, move=move)
    if not is_tame(text):
        return _guessed(text, known)
    return _understood(text, known)


def _understood(text: str, known: Known) -> Parsed:
    for attempt in (_as_it_stands, _with_numbers):
        try:
            trees = [tree for tree in sqlglot.parse(attempt(text), read="snowflake") if tree is not None]
            return _of_trees(trees, text, known)
        except Exception:  # noqa: BLE001, S112 - hostile text makes the parser raise anything; it is maybe
            continue
    return _guessed(text, known)


def _as_it_stands(text: str) -> str:
    """A shape as stored; only a column's place (``$1``) has lost its number."""
    return text.replace("$?", "$1")


def _with_numbers(text: str) -> str:
    """A shape with a number where a literal was: ``date ?`` is no SQL, ``date 0`` is."""
    return _PLACEHOLDER.sub(lambda found: found[1] or "0", _as_it_stands(text))


def _of_trees(trees: list[exp.Expr], text: str, known: Known) -> Parsed:
    if any(isinstance(tree, exp.Command) or not _is_statement(tree) for tree in trees):
        return _guessed(text, known)
    writes = tuple(dict.fromkeys(path for tree in trees for path in writes_of(tree)))
    found = [reads_of(tree) for tree in trees]
    reads = tuple(dict.fromkeys(path for paths, _ in found for path in paths))
    if not any(hidden for _, hidden in found):
        return Parsed(writes, reads)
    return Parsed(writes, reads, known.named_in(text), opaque=True)


def _is_statement(tree: exp.Expr) -> bool:
    """Whether the text was SQL at all: a lone word parses, too, as a column."""
    return not isinstance(tree, exp.Column | exp.Alias | exp.Literal)


def _guessed(text: str, known: Known) -> Parsed:
    """What an unreadable statement may mean: its plain target, if any, and every known name in it."""
    target = _TARGET.match(text[:MAX_CHARS])
    writes = (path_of_text(target[1]),) if target else ()
    return Parsed(writes=writes, maybe=known.named_in(text[:MAX_CHARS]), opaque=True)
