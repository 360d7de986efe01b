"""Whatever a property file holds: what is cut out is gone, and the rest loads as before, or nothing is cut."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from assay.cleanup.edits.removing import RemovingError, without
from assay.cleanup.project.nodes import parse_text

if TYPE_CHECKING:
    from collections.abc import Callable

    Value = dict[str, Any]

NAMES = st.sampled_from(["a", "b", "c", "dead", "d e", "é", "1", "yes"])
TEXTS = st.text(alphabet="ab :#-'\"\n{}[]&*|>é\t", max_size=12)
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.lists(
    st.builds(
        lambda name, more: {"name": name, **more}, NAMES, st.dictionaries(st.sampled_from("xyz"), VALUES)
    ),
    min_size=1,
    max_size=5,
)
COMMENTS = st.lists(st.sampled_from(["", "# comment", "  # deeper: comment", "\n"]), min_size=1, max_size=6)

some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def dumped(entries: list[dict[str, Any]], style: bool | None, indent: int) -> str:
    """The entries as a property file, in block or flow style."""
    return yaml.safe_dump(
        {"version": 2, "models": entries, "sources": [{"name": "s"}]},
        default_flow_style=style,
        indent=indent,
        allow_unicode=True,
        sort_keys=False,
        width=40,
    )


def commented(text: str, comments: list[str]) -> str | None:
    """The text with comment lines before lines that begin an entry or a section; None where that changes its value."""
    lines, turn = [], 0
    for line in text.splitlines():
        if line.startswith(("- ", "sources", "models")):
            lines += [each for each in [comments[turn % len(comments)]] if each]
            turn += 1
        lines.append(line)
    changed = "\n".join(lines) + "\n"
    try:
        return changed if yaml.safe_load(changed) == yaml.safe_load(text) else None
    except yaml.YAMLError:
        return None


def with_ruamel(text: str) -> Value:
    """The text's value as another library reads it."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    return reader.load(io.StringIO(text))


def check(text: str, gone: set[int], load: Callable[[str], Value]) -> bool:
    """Cut the entries out and compare what is left with what should be; whether it could be cut."""
    document = parse_text(text)
    assert document.root is not None
    items = document.root.list("models")
    try:
        left = without(document, [items[index] for index in gone])
    except RemovingError:
        return False
    want = load(text)
    want["models"] = [entry for index, entry in enumerate(want["models"]) if index not in gone]
    if not want["models"]:
        del want["models"]
    assert left is not None
    assert want == load(left)
    return True


@some
@given(st.data(), ENTRIES, st.sampled_from([False, None]), st.sampled_from([2, 4]), COMMENTS)
def test_block_entries_are_cut_out_exactly(
    data: st.DataObject, entries: list[dict[str, Any]], style: bool | None, indent: int, comments: list[str]
) -> None:
    """In block style, with comments between entries, everything can be cut."""
    text = commented(dumped(entries, style, indent), comments)
    if text is None:
        return
    gone = data.draw(st.sets(st.integers(0, len(entries) - 1), min_size=1))

    assert check(text, gone, yaml.safe_load)


@some
@given(st.data(), ENTRIES)
def test_flow_entries_are_cut_out_exactly(data: st.DataObject, entries: list[dict[str, Any]]) -> None:
    """Between brackets likewise, as YAML and as JSON of one line or more."""
    gone = data.draw(st.sets(st.integers(0, len(entries) - 1), min_size=1))

    assert check(dumped(entries, style=True, indent=2), gone, yaml.safe_load)


@some
@given(st.data(), ENTRIES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_another_library_agrees(
    data: st.DataObject, entries: list[dict[str, Any]], newline: str, final: bool
) -> None:
    """Line ends of either kind stay, and a reader that shares no code loads what was meant."""
    lines = dumped(entries, style=False, indent=2).rstrip("\n").split("\n")
    text = newline.join(lines) + newline * final
    gone = data.draw(st.sets(st.integers(0, len(entries) - 1), min_size=1))

    assert check(text, gone, with_ruamel)


@some
@given(st.data(), ENTRIES, st.integers(0, 4), VALUES)
def test_shared_values_survive_the_entry_that_held_them(
    data: st.DataObject, entries: list[dict[str, Any]], holder: int, shared: Value
) -> None:
    """An anchor in what goes moves to an alias that stays; or the cut is refused."""
    for entry in entries[holder % len(entries) :]:
        entry["shared"] = shared
    gone = data.draw(st.sets(st.integers(0, len(entries) - 1), min_size=1))
    text = dumped(entries, style=False, indent=2)

    check(text, gone, yaml.safe_load)
    if "&" not in text:
        assert check(text, gone, yaml.safe_load)
