"""What a model, macro or test refers to, read from its Jinja or Python without running it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPENING = re.compile(r"\{[{%#]")
TOKEN = re.compile(r"""'(?:\\.|[^'\\])*+'|"(?:\\.|[^"\\])*+"|[{}]|%\}""", re.DOTALL)
LITERAL = re.compile(r"""'((?:\\.|[^'\\])*+)'|"((?:\\.|[^"\\])*+)\"""", re.DOTALL)
RAW = re.compile(r"[-+]?\s*raw\b")
END_RAW = re.compile(r"\{%[-+]?\s*endraw\b.*?%\}", re.DOTALL)
REF = re.compile(r"(?<!\w)ref\s*\(")
SOURCE = re.compile(r"(?<!\w)source\s*\(")
CALLED = re.compile(r"(?<!\w)([A-Za-z_]\w*)\s*\(")
MACRO = re.compile(r"^[-+]?\s*(?:macro|test|materialization)\s+(\w+)")
SNAPSHOT = re.compile(r"^[-+]?\s*snapshot\s+(\w+)")
APART = re.compile(r"(?<!\w)(?:config|source|ref)\s*\((?:[^()]|\([^()]*\))*\)")
"""Calls whose texts are no names that something else looks up."""
GROUP = re.compile(r"""(?<!\w)group\s*=\s*(['"])(.*?)\1""")
PIECE = "(.*)"
WHOLE = re.compile(r"""\s*\\?(['"])([^'"\\]*)\\?\1\s*""")
ARGUMENT_TOKEN = re.compile(r"""\\?'[^'\\]*\\?'|\\?"[^"\\]*\\?"|[()\[\]{},]""")
VERSION = re.compile(r"""\s*(?:v|version)\s*=\s*\\?['"]?([\w.]+)\\?['"]?\s*""")


class Ref(NamedTuple):
    """A reference to a model, seed or snapshot; `version` as written, without its v."""

    name: str
    package: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """What a file refers to.

    `patterns` are regular expressions of names put together from pieces, with a group for each piece that is not
    written there, and `is_open` tells a name that comes from elsewhere altogether. `literals` are the texts in the
    code that such names may be made of, also where a file hands them to the `macros` of another.
    """

    refs: frozenset[Ref] = frozenset()
    patterns: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()
    snapshots: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    is_open: bool = False
    reads_source: bool = False


class Arguments(NamedTuple):
    """The arguments of one ref()."""

    ref: Ref | None
    pattern: str


def template(held: bytes) -> Template:
    """What a file of SQL with Jinja refers to; comments of Jinja count for nothing, those of SQL are rendered."""
    code = list(regions(held.decode("utf-8", "replace")))
    return _template(code, "\n".join(code))


def python(held: bytes) -> Template:
    """What a Python model refers to; a file that is no Python is read as text."""
    text = held.decode("utf-8", "replace")
    try:
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError):
        return _template([text], text)
    code = [
        ast.unparse(call) for call in calls if ast.unparse(call.func).endswith(("ref", "source", "config"))
    ]
    return _template(code, "\n".join(code))


def refs_in(code: str) -> Iterator[Arguments]:
    """Every ref() of a piece of code, also of one in a string, which a hook renders later."""
    for found in REF.finditer(code):
        yield _arguments(code, found.end())


def regions(text: str) -> Iterator[str]:
    """The code between `{{ }}` and `{% %}`; comments and raw blocks are passed over."""
    at = 0
    while found := OPENING.search(text, at):
        if found[0] == "{#":
            at = _after(text, "#}", found.end())
            continue
        end, at = _closing(text, found.end(), is_statement=found[0] == "{%")
        code = text[found.end() : end]
        if found[0] == "{%" and RAW.match(code):
            ending = END_RAW.search(text, at)
            at = ending.end() if ending else len(text)
            continue
        yield code


def _after(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    return len(text) if found < 0 else found + len(what)


def _closing(text: str, at: int, *, is_statement: bool) -> tuple[int, int]:
    """Where the code ends, and where the text goes on; braces of dictionaries are balanced, as Jinja does."""
    depth = 0
    for token in TOKEN.finditer(text, at):
        if token[0] == "%}" and is_statement:
            return token.start(), token.end()
        if token[0] == "{":
            depth += 1
        elif token[0] == "}" and depth:
            depth -= 1
        elif token[0] == "}" and not is_statement and text.startswith("}}", token.start()):
            return token.start(), token.start() + 2
    return len(text), len(text)


def _template(code: list[str], whole: str) -> Template:
    found = list(refs_in(whole))
    heads = [(MACRO.match(each), SNAPSHOT.match(each)) for each in code]
    return Template(
        refs=frozenset(each.ref for each in found if each.ref),
        patterns=frozenset(each.pattern for each in found if each.pattern),
        literals=frozenset(_literals(APART.sub("", whole))),
        calls=frozenset(CALLED.findall(whole)),
        macros=frozenset(macro[1] for macro, _ in heads if macro),
        snapshots=tuple(snapshot[1] for _, snapshot in heads if snapshot),
        groups=frozenset(group for _, group in GROUP.findall(whole)),
        is_open=any(each.ref is None and not each.pattern for each in found),
        reads_source=SOURCE.search(whole) is not None,
    )


def _literals(code: str) -> Iterator[str]:
    return (single or double for single, double in LITERAL.findall(code))


def _arguments(code: str, at: int) -> Arguments:
    names, version = [], ""
    for argument in _split(code, at):
        if found := VERSION.fullmatch(argument):
            version = found[1].removeprefix("v")
        elif argument.strip():
            names.append(argument)
    whole = [WHOLE.fullmatch(name) for name in names]
    if names and all(whole) and len(whole) <= 2:  # noqa: PLR2004 - a name, or a package and a name
        said = [found[2] for found in whole if found]
        return Arguments(Ref(said[-1], said[0] if len(said) > 1 else "", version), "")
    return Arguments(None, _pattern(names[-1]) if names else "")


def _split(code: str, at: int) -> Iterable[str]:
    """The arguments of the call whose bracket opened before `at`, as written."""
    found: list[str] = []
    depth, start = 0, at
    for token in ARGUMENT_TOKEN.finditer(code, at):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
            if depth < 0:
                return [*found, code[start : token.start()]]
        elif token[0] == "," and depth == 0:
            found.append(code[start : token.start()])
            start = token.end()
    return [*found, code[start:]]


def _pattern(argument: str) -> str:
    """A regular expression of the names an expression with literals may give; empty when it has none."""
    parts = [re.escape(part) for part in _literals(argument)]
    if not any(parts):
        return ""
    begins, ends = argument.strip()[0] in "'\"", argument.strip()[-1] in "'\""
    return ("" if begins else PIECE) + PIECE.join(parts) + ("" if ends else PIECE)
