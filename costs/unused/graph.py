"""Walks over who is built from whom: need flows up the stream, and what is dead falls into sets."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

Links = dict[int, list[int]]


def links(edges: Iterable[tuple[int, int]]) -> tuple[Links, Links]:
    """The parents and the children of each node, each once; an edge to oneself is none."""
    parents, children = defaultdict(list), defaultdict(list)
    for upstream, downstream in set(edges):
        if upstream != downstream:
            parents[downstream].append(upstream)
            children[upstream].append(downstream)
    return dict(parents), dict(children)


def reached(starts: Iterable[int], parents: Mapping[int, Sequence[int]], via: dict[int, int]) -> set[int]:
    """The starts and all that stands above them; `via` learns through which child each was reached first.

    What is in `via` already is not walked again: it is needed by someone more important.
    """
    found = {start for start in starts if start not in via}
    via.update((start, start) for start in found)
    waiting = deque(sorted(found))
    while waiting:
        node = waiting.popleft()
        for parent in parents.get(node, ()):
            if parent not in via:
                via[parent] = node
                found.add(parent)
                waiting.append(parent)
    return found


def through(node: int, children: Mapping[int, Sequence[int]], wanted: Collection[int]) -> list[int]:
    """The nearest of the wanted nodes below `node`: what is not wanted is looked through."""
    found, seen, waiting = set[int](), {node}, list(children.get(node, ()))
    while waiting:
        child = waiting.pop()
        if child in seen:
            continue
        seen.add(child)
        if child in wanted:
            found.add(child)
        else:
            waiting.extend(children.get(child, ()))
    return sorted(found)


def components(nodes: Collection[int], below: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The weakly connected parts of `nodes`; `below` are the children of each, all of them among the nodes."""
    beside: dict[int, set[int]] = {node: set() for node in nodes}
    for node in nodes:
        for child in below[node]:
            beside[node].add(child)
            beside[child].add(node)
    parts, seen = [], set[int]()
    for node in sorted(nodes):
        if node not in seen:
            part, waiting = [], [node]
            seen.add(node)
            while waiting:
                part.append(here := waiting.pop())
                fresh = beside[here] - seen
                seen |= fresh
                waiting.extend(fresh)
            parts.append(sorted(part))
    return parts


def leaves_first(
    part: Sequence[int], below: Mapping[int, Sequence[int]], name: Mapping[int, str]
) -> list[int]:
    """The nodes so that each comes after all its children, by name where that leaves a choice.

    In a circle, which has no such order, the first by name goes first.
    """
    waits = {node: set(below[node]) for node in part}
    above = defaultdict(list)
    for node in part:
        for child in below[node]:
            above[child].append(node)
    ordered: list[int] = []
    ready = sorted((node for node in part if not waits[node]), key=lambda node: name[node])
    left = set(part)
    while left:
        if not ready:
            ready = [min(left, key=lambda node: (len(waits[node]), name[node]))]
        fresh = []
        for node in ready:
            left.discard(node)
            ordered.append(node)
            for parent in above[node]:
                waits[parent].discard(node)
                if not waits[parent] and parent in left:
                    fresh.append(parent)
        ready = sorted({node for node in fresh if node in left}, key=lambda node: name[node])
    return ordered
