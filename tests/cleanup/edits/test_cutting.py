"""Entries cut out of YAML: exactly their lines, and every other byte as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cleanup.edits.cutting_cases import CASES, Case

from assay.cleanup.edits.removing import RemovingError, without
from assay.cleanup.project.nodes import Document, YamlError, parse, parse_text

if TYPE_CHECKING:
    from assay.cleanup.project.nodes import Node


def entries(document: Document, names: set[str]) -> list[Node]:
    """The entries of any section with these names."""
    root = document.root
    assert root is not None
    return [item for _, listed in root.pairs for item in listed.real.items if item.real.text("name") in names]


def cut(text: str, *names: str) -> str | None:
    """The text without the entries of these names."""
    document = parse_text(text)
    return without(document, entries(document, set(names)))


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
def test_an_entry_goes_with_its_lines_and_nothing_else(case: Case) -> None:
    """What is left is the text people would have left by hand, byte for byte."""
    assert case.after == cut(case.before, *case.gone)


REFUSED = {
    "a comment between brackets": (
        "models: [{name: dead}, # why\n  {name: kept}]\n",
        "a comment stands beside it",
    ),
    "a nested list's first item": ("models:\n- - name: x\n  - b\n- name: dead\n", None),
    "a key that stands twice": (
        "models:\n- name: kept\nmodels:\n- name: dead\n",
        "the key models stands twice",
    ),
    "an anchor that brackets cannot hold": (
        "models:\n- name: dead\n  columns:\n  - &c\n    name: id\n- {name: kept, columns: [*c]}\n",
        "what is left would not load",
    ),
}


@pytest.mark.parametrize("what", [name for name, (_, why) in REFUSED.items() if why])
def test_what_cannot_be_cut_out_exactly_is_refused(what: str) -> None:
    """The reason is told, and nothing is guessed."""
    text, why = REFUSED[what]

    with pytest.raises(RemovingError, match=why):
        cut(text, "dead")


def test_a_file_that_says_nothing_more_goes() -> None:
    """A version alone is no property."""
    assert None is cut("version: 2\nmodels:\n  - name: dead\n", "dead")


def test_a_byte_order_mark_stays() -> None:
    """It is the file's first character still."""
    mark = "\N{ZERO WIDTH NO-BREAK SPACE}"

    assert mark + "models:\n- name: kept\n" == cut(mark + "models:\n- name: dead\n- name: kept\n", "dead")


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (b"a: [", "no YAML in line"),
        (b"a: 1\n---\nb: 2\n", "several YAML documents"),
        (b"a: &x 1\nb: &x 2\n", "stands twice"),
        (b"a: *x\n", "alias"),
        (b"\xff\xfe", "no UTF-8"),
    ],
)
def test_what_dbt_could_not_load_is_told(held: bytes, why: str) -> None:
    """The fault is named, with its line where there is one."""
    with pytest.raises(YamlError, match=why):
        parse(held)
