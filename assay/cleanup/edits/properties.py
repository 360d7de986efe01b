"""What goes from property files with the models: their entries, their unit tests, tests that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.edits.pages import refs_of, resolved
from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import Kind, YamlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

KINDS = {
    "models": "model",
    "snapshots": "snapshot",
    "seeds": "seed",
    "analyses": "analysis",
    "tests": "test",
    "data_tests": "test",
}
"""The sections that describe files, with the kind of file."""
TESTED = frozenset({"models", "seeds", "snapshots", "sources"})
TESTS = frozenset({"tests", "data_tests"})


def entries(work: Work) -> None:
    """Note what goes from the property files in which a name that goes stands, and refuse what may not."""
    names = work.doomed.names() | work.doomed.names("analysis", "test")
    for found in work.doomed.entries.values():
        names |= found
    for path in work.project.saying(Role.PROPERTIES, names):
        try:
            work.pages.document(path)
        except YamlError as error:
            work.refuse(names, f"the file names what goes and cannot be read: {error.message}", path)
            continue
        root = work.pages.root(path)
        for section, listed in root.pairs if root is not None else ():
            for item in listed.real.items:
                _entry(work, path, section.value, item)


def _entry(work: Work, path: str, section: str, item: Node) -> None:
    entry = item.real
    name = entry.text("name")
    if name in work.doomed.entries.get(section, ()):
        _take(work, path, item, f"{section} {name}")
    elif section in KINDS and name in work.doomed.names(KINDS[section]):
        if work.doomed.is_whole(name):
            work.pages.take(path, item)
        else:
            _versions(work, path, entry, name)
    elif section in RULES:
        RULES[section](work, path, item)
    if section in TESTED:
        _tests(work, path, entry, name)


def _versions(work: Work, path: str, entry: Node, name: str) -> None:
    """The versions that go from a model that stays, and a `latest_version` that names one of them."""
    gone = work.doomed.versions[name]
    for element in entry.list("versions"):
        if element.real.text("v") in gone:
            work.pages.take(path, element)
    for key, value in entry.pairs:
        if key.value == "latest_version" and value.real.value in gone:
            _take(work, path, key, f"latest_version {value.real.value} of {name}")


def _exposure(work: Work, path: str, item: Node) -> None:
    """An exposure goes when everything it is built on goes; one that also reads what stays is a reader."""
    if work.policy.exposures == "refuse":
        return
    parents = [each.real.value for each in item.real.list("depends_on")]
    refs = [ref for each in item.real.list("depends_on") for ref in refs_of(each.real)]
    taken = {ref.name for ref in refs if work.doomed.takes(ref)}
    if taken and len(refs) == len(parents) and all(work.doomed.takes(ref) for ref in refs):
        _take(work, path, item, f"exposure {item.real.text('name')}")


def _unit_test(work: Work, path: str, item: Node) -> None:
    """A unit test goes with its model, or with all the versions it is for."""
    name = item.real.text("model")
    if name not in work.doomed.names("model"):
        return
    versions = item.real.get("versions")
    only = {each.real.value for each in versions.list("include")} if versions is not None else set()
    if work.doomed.is_whole(name) or (only and only <= work.doomed.versions[name]):
        _take(work, path, item, f"unit test {item.real.text('name')}")


RULES: dict[str, Callable[[Work, str, Node], None]] = {"exposures": _exposure, "unit_tests": _unit_test}
"""Sections whose entries go by rules of their own."""


def _tests(work: Work, path: str, entry: Node, name: str) -> None:
    """Tests of what stays that read what goes."""
    gone = {id(node) for node in work.pages.gone.get(path, ())}
    for test in _declared_tests(entry):
        taken = {ref.name for node in resolved(test) for ref in refs_of(node) if work.doomed.takes(ref)}
        if not taken or id(test) in gone or _stands_in(test, gone):
            continue
        kind = _kind_of(test)
        if work.policy.tests == "refuse":
            line = work.pages.document(path).line_of(test)
            work.refuse(taken, f"the test {kind} of {name} reads {_listed(taken)}", path, line)
        _take(work, path, test, f"test {kind} of {name}, which reads {_listed(taken)}")


def _declared_tests(entry: Node) -> Iterator[Node]:
    for node in list(resolved(entry)):
        for key, value in node.pairs:
            if key.value in TESTS:
                yield from value.real.items


def _kind_of(test: Node) -> str:
    real = test.real
    said = real.text("test_name") or real.text("name")
    return said or (real.children[0].value if real.kind is Kind.MAPPING and real.children else real.value)


def _stands_in(node: Node, gone: set[int]) -> bool:
    above = node.parent
    while above is not None and id(above) not in gone:
        above = above.parent
    return above is not None


def _take(work: Work, path: str, node: Node, what: str) -> None:
    work.pages.take(path, node)
    work.also.append(f"{what} ({path}:{work.pages.document(path).line_of(node)})")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
