"""Names of models that templates put together from pieces, or hand on to macros that look them up."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from assay.cleanup.project.templates import Template


def made_up(
    templates: Mapping[str, Template], names: AbstractSet[str], words: AbstractSet[str]
) -> dict[str, set[str]]:
    """The files that may refer to one of the names without writing it out, with those names.

    A template whose ref() computes a name may mean one of the texts in reach: its own, those of macros it calls, and if
    it is a macro those of its callers; of a name put together, each piece must be made of words in reach. `words` are
    in reach of all.
    """
    makers = {path: said for path, said in templates.items() if said.is_open or said.patterns}
    found: dict[str, set[str]] = defaultdict(set)
    if not makers:
        return found
    users = _users(templates)
    macros = _macros(templates)
    for path, said in makers.items():
        if said.patterns and not (possible := _matching(said.patterns, names)) and not said.is_open:
            continue
        near = _callers(path, templates, users) | _called(path, templates, macros)
        literals = {text for each in near for text in templates[each].literals}
        if said.is_open and (meant := literals & names):
            for each in near:
                if here := templates[each].literals & meant:
                    found[each] |= here
        if said.patterns:
            reach = words | {word for text in literals for word in text.split("_")}
            if meant := {
                name for name, pieces in possible if all(_made_of(piece, reach) for piece in pieces)
            }:
                found[path] |= meant
    return found


def _matching(patterns: Iterable[str], names: AbstractSet[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The names that a pattern fits, with the pieces that are not written in it."""
    return [
        (name, fitting.groups())
        for pattern in patterns
        for name in names
        if (fitting := re.fullmatch(pattern, name))
    ]


def _made_of(piece: str, words: AbstractSet[str]) -> bool:
    return all(word in words for word in piece.split("_") if word)


def _macros(templates: Mapping[str, Template]) -> dict[str, list[str]]:
    """The files that define each macro."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, said in templates.items():
        for macro in said.macros:
            found[macro].append(path)
    return found


def _users(templates: Mapping[str, Template]) -> dict[str, list[str]]:
    """The files that call each macro of the project."""
    macros = {macro for said in templates.values() for macro in said.macros}
    found: dict[str, list[str]] = defaultdict(list)
    for path, said in templates.items():
        for macro in said.calls & macros:
            found[macro].append(path)
    return found


def _callers(path: str, templates: Mapping[str, Template], users: Mapping[str, list[str]]) -> set[str]:
    """A file and all that call a macro of it, directly or by another macro."""
    return _spread(
        path, lambda each: (user for macro in templates[each].macros for user in users.get(macro, ()))
    )


def _called(path: str, templates: Mapping[str, Template], macros: Mapping[str, list[str]]) -> set[str]:
    """A file and all whose macros it calls, directly or by another macro."""
    return _spread(
        path, lambda each: (file for call in templates[each].calls for file in macros.get(call, ()))
    )


def _spread(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for each in step(waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return seen
