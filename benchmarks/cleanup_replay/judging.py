"""Whether an edit is right, judged from the files before and after by means that share nothing with the edit's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from assay.cleanup.project import Changed
from assay.cleanup.project.tree import TreeError, made_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from assay.cleanup.project import Tree

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
REF = re.compile(r"""\bref\(\s*(?:['"]([^'"]*)['"]\s*,\s*)?['"]([^'"]*)['"]""")
DOC = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}.*?\{%-?\s*enddocs\s*-?%\}", re.DOTALL)
WORD = re.compile(rb"\w+")
MOVABLE = re.compile(rb"[&*]\w|[\[{]")
"""What may make a line differ: an anchor that moves, brackets that lose a member."""
TESTS = ("tests", "data_tests")
Value = Any


def violations(
    before: Tree,
    changes: Mapping[str, bytes | None],
    files: AbstractSet[str],
    names: AbstractSet[str],
    project: str,
) -> Iterator[str]:
    """What is wrong with an edit that was to delete these model files and names: nothing, when it is right."""
    after = Changed(before, changes)
    for path in sorted(files):
        if changes.get(path, b"") is not None:
            yield f"files: {path} is still there"
    for path, held in changes.items():
        if path not in files:
            yield from _change(before, path, held, names)
    yield from _left(after, names, project)


def refs_of(held: bytes) -> frozenset[tuple[str, str]]:
    """Package and name of each ref() in a template's Jinja."""
    code = " ".join(JINJA.findall(COMMENT.sub("", held.decode("utf-8", "replace"))))
    return frozenset(REF.findall(code))


def words(held: bytes) -> frozenset[bytes]:
    """The words of a file."""
    return frozenset(WORD.findall(held))


def left_behind(after: Tree, names: AbstractSet[str], project: str) -> tuple[list[str], list[str]]:
    """The leftover entries and the dangling refs a tree holds."""
    found = list(_left(after, names, project))
    entries = [each for each in found if each.startswith("leftover")]
    return entries, [each for each in found if each.startswith("dangling")]


def _left(after: Tree, names: AbstractSet[str], project: str) -> Iterator[str]:
    sought = {name.encode() for name in names}
    for path in after.paths():
        try:
            if path.endswith(".sql"):
                for package, name in made_of(after, path, refs_of):
                    if name in names and package in {"", project}:
                        yield f"dangling: {path} refers to {name}"
            elif path.endswith((".yml", ".yaml")) and not sought.isdisjoint(made_of(after, path, words)):
                yield from _left_in_yaml(path, after.read(path), names, project)
        except TreeError:  # a clone may lack its largest files
            continue


def _left_in_yaml(path: str, held: bytes, names: AbstractSet[str], project: str) -> Iterator[str]:
    try:
        root = _load(held)
    except yaml.YAMLError:
        return
    if not isinstance(root, dict):
        return
    for section, key in (("models", "name"), ("unit_tests", "model")):
        for entry in _entries(root, section):
            if entry.get(key) in names:
                yield f"leftover: {path} still has {entry.get(key)} in {section}"
    for text in _texts({key: value for key, value in root.items() if key != "version"}):
        for package, name in REF.findall(text):
            if name in names and package in {"", project}:
                yield f"dangling: {path} refers to {name}"


def _change(before: Tree, path: str, held: bytes | None, names: AbstractSet[str]) -> Iterator[str]:
    was = before.read(path)
    if path.endswith((".yml", ".yaml")):
        yield from _yaml(path, was, held, names)
    elif path.endswith(".md"):
        yield from _docs(path, was, held)
    elif held is not None or not {name for _, name in refs_of(was)} <= names:
        yield f"other: {path} was changed, which tests or holds more than what goes"


def _docs(path: str, was: bytes, held: bytes | None) -> Iterator[str]:
    """Of a file of documentation only whole doc blocks go."""
    before = was.decode("utf-8", "replace")
    after = "" if held is None else held.decode("utf-8", "replace")
    kept = [block[0] for block in DOC.finditer(after)]
    if [block[0] for block in DOC.finditer(before) if block[0] in kept] != kept:
        yield f"other: a doc block of {path} was changed"
    if DOC.sub("", before).split() != DOC.sub("", after).split():
        yield f"other: {path} was changed beside its doc blocks"


def _yaml(path: str, was: bytes, held: bytes | None, names: AbstractSet[str]) -> Iterator[str]:
    before = _load(was)
    after = {} if held is None else _load(held)
    if path.endswith(("dbt_project.yml", "selectors.yml")):
        if not _is_part(after, before):
            yield f"entry: {path} says something new"
        return
    for section in before:
        if (held is not None or section != "version") and not _is_kept(section, before, after, names):
            yield f"entry: {section} of {path} differs in what was to stay"
    if extra := after.keys() - before.keys():
        yield f"entry: {path} has new keys {sorted(extra)}"
    if (
        held is not None
        and not MOVABLE.search(was)
        and not _is_subsequence(held.splitlines(), was.splitlines())
    ):
        yield f"entry: {path} has lines that were not there"


def _is_kept(section: str, before: dict[str, Any], after: dict[str, Any], names: AbstractSet[str]) -> bool:
    if not isinstance(before[section], list):
        return bool(before[section] == after.get(section))
    found = _listed(after, section)
    wanted = [_less_tests(each, names) for each in before[section] if not _goes(section, each, names)]
    return found == [each for each in wanted if section != "groups" or each in found]


def _goes(section: str, entry: Value, names: AbstractSet[str]) -> bool:
    if not isinstance(entry, dict):
        return False
    if section == "models":
        return entry.get("name") in names
    if section == "unit_tests":
        return entry.get("model") in names
    if section == "exposures":
        parents = [str(each) for each in entry.get("depends_on") or ()]
        return bool(parents) and all({name for _, name in REF.findall(each)} & names for each in parents)
    return False


def _less_tests(value: Value, names: AbstractSet[str]) -> Value:
    """The entry without tests that read what goes."""
    if isinstance(value, list):
        return [_less_tests(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, held in value.items():
        if key in TESTS and isinstance(held, list):
            tests = [each for each in held if not _reads(each, names)]
            if tests or not held:
                kept[key] = tests
        else:
            kept[key] = _less_tests(held, names)
    return kept


def _reads(test: Value, names: AbstractSet[str]) -> bool:
    return any(name in names for text in _texts(test) for _, name in REF.findall(text))


def _is_part(part: Value, whole: Value) -> bool:
    """Whether a value is another one with keys or items left out."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _is_part(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        rest = iter(whole)
        return all(any(_is_part(each, other) for other in rest) for each in part)
    return bool(part == whole)


def _is_subsequence(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(line in rest for line in part)


def _load(held: bytes) -> Any:  # noqa: ANN401 - whatever the file holds
    """What a file holds; one with values no loader can make, as text."""
    try:
        return yaml.load(held, Loader=LOADER)  # noqa: S506 - the safe loader, in C where there is one
    except (yaml.constructor.ConstructorError, ValueError):
        return yaml.load(held, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


def _entries(root: dict[Any, Any], section: str) -> list[dict[Any, Any]]:
    return [each for each in _listed(root, section) if isinstance(each, dict)]


def _listed(root: Mapping[Any, Any], section: str) -> list[Any]:
    found = root.get(section)
    return found if isinstance(found, list) else []


def _texts(value: Value) -> Iterator[str]:
    """Every string of a loaded value that is no description."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            if key != "description":
                yield from _texts(held)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
