"""Criteria of selectors.yml that name what goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.cleanup.edits.removing import key_of
from assay.cleanup.project.nodes import Kind, YamlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

LISTS = frozenset({"union", "exclude"})
"""Lists that mean the same without a criterion that matches nothing."""
BY_NAME = frozenset({"fqn", "file", "path"})
UPSTREAM = re.compile(r"@|\d*\+")
GRAPH = re.compile(r"^(?:@|\d*\+)?(.*?)(?:\+\d*)?$")


def selectors(work: Work) -> None:
    """Take the criteria out that name only what goes; a selector that is one, when no other selector needs it."""
    path = work.project.selectors
    if not path:
        return
    try:
        work.pages.document(path)
    except YamlError as error:
        work.notes.append(f"{path} cannot be read, and was left alone: {error.message}")
        return
    root = work.pages.root(path)
    needed = {value.real.value for node in work.pages.kept(path) for value in _inherited(node)}
    for item in root.list("selectors") if root is not None else ():
        entry = item.real
        definition = entry.get("definition")
        if definition is None:
            continue
        name = entry.text("name")
        if _is_dead(work, definition):
            if name in needed:
                work.refuse(
                    work.doomed.names(), f"the selector {name}, which others use, names nothing else", path
                )
            else:
                _take(work, path, item, f"selector {name}")
        else:
            for criterion in _dead_criteria(work, definition):
                _take(work, path, criterion, f"a criterion of selector {name}")


def _dead_criteria(work: Work, node: Node) -> Iterator[Node]:
    """Members of unions and exclusions that match nothing any more; any other place of such a one is refused."""
    for key, value in node.real.pairs:
        for member in value.real.items:
            if key.value in LISTS and _is_dead(work, member):
                yield member
            elif key.value == "intersection" and _is_dead(work, member):
                names = work.doomed.names()
                line = work.pages.document(work.project.selectors).line_of(member)
                work.refuse(names, "an intersection names what goes", work.project.selectors, line)
            else:
                yield from _dead_criteria(work, member)


def _is_dead(work: Work, criterion: Node) -> bool:
    """Whether a criterion matches what goes and nothing else."""
    real = criterion.real
    if real.kind is Kind.SCALAR:
        return _names_gone(work, real.value)
    members = real.list("union")
    if members:
        rest = [each for each in members if each.real.get("exclude") is None]
        return bool(rest) and all(_is_dead(work, each) for each in rest)
    if real.text("method") in BY_NAME:
        return _names_gone(work, real.text("value"))
    if len(real.children) == 2:  # noqa: PLR2004 - `method: value`, the short form
        return real.children[0].value in BY_NAME and _names_gone(work, real.children[1].real.value)
    return False


def _names_gone(work: Work, criterion: str) -> bool:
    """Whether a name, file or path, with or without its graph operators, is that of what goes.

    What is built from it goes too; what it is built from stays, so a criterion that asks for its parents is refused.
    """
    found = _is_named(work, criterion)
    if found and UPSTREAM.match(criterion):
        names = work.doomed.names()
        work.refuse(
            names, f"the criterion {criterion} also selects what it is built from", work.project.selectors
        )
    return found


def _is_named(work: Work, criterion: str) -> bool:
    method, _, value = criterion.rpartition(":")
    bare = GRAPH.match(value if method.lstrip("@+0123456789") in BY_NAME else criterion)
    said = bare[1] if bare else criterion
    last = re.sub(r"\.(?:sql|py|csv)$", "", said.rpartition("/")[2])
    name = last if last in work.doomed.names() else last.rpartition(".")[2]
    return name in work.doomed.names() and work.doomed.is_whole(name)


def _inherited(node: Node) -> Iterator[Node]:
    if node.kind is Kind.MAPPING and node.text("method") == "selector":
        value = node.get("value")
        if value is not None:
            yield value


def _take(work: Work, path: str, node: Node, what: str) -> None:
    work.pages.take(path, key_of(node))
    work.also.append(f"{what} ({path}:{work.pages.document(path).line_of(node)})")
