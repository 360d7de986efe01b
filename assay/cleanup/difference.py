"""What changes between two manifests, and whether that is exactly what was meant to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cleanup.manifests import Manifest
from collectors.dbt.loose import mapping, sequence, texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from collectors.dbt.loose import Json

VOLATILE = frozenset({"created_at", "root_path", "build_path", "compiled_path"})
"""What differs from one parse to the next, whatever stands in the files."""

_BESIDE = ("macros", "docs", "groups")


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A way in which the manifest after a change is not what it should be: the resource, and what is wrong with it."""

    unique_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.unique_id} {self.what}"


UNORDERED = frozenset({"refs", "sources", "metrics"})
"""What a resource reads, listed by dbt as it comes."""


def expected_gone(before: Manifest, ids: Collection[str]) -> set[str]:
    """What a deletion of `ids` takes along: the tests and unit tests that read them."""
    return set(ids) | before.checks_of(ids)


def manifest_delta(before: Json, after: Json, expected: Collection[str]) -> list[Difference]:
    """How `after` is not `before` without the resources `expected` to go and those that check them.

    Every other resource must be equal in every field but those of `VOLATILE`. A macro must be equal too; a block of
    docs must go with the last that shows it, and a group may go when nothing is left in it.
    """
    old, new = Manifest(before), Manifest(after)
    gone = expected_gone(old, expected)
    found = [*_missing(old, new, gone), *_unequal(old, new, gone), *_beside(before, after, old, gone)]
    return sorted(found)


def disabled_delta(before: Json, after: Json, expected: Collection[str]) -> list[Difference]:
    """How `after` is not `before` with the `expected` resources, and those that check them, disabled."""
    old, new = Manifest(before), Manifest(after)
    gone = expected_gone(old, expected)
    found = [*_unequal(old, new, gone, new_disabled=gone), *_beside(before, after, old, set())]
    for unique_id in sorted(gone):
        there = new.resources.get(unique_id)
        if there is not None and not there.disabled:
            found.append(Difference(unique_id, "is still enabled"))
    found += [Difference(i, "is gone, not disabled") for i in expected if i not in new.resources]
    return sorted(found)


def _missing(old: Manifest, new: Manifest, gone: set[str]) -> Iterator[Difference]:
    for unique_id in sorted(gone):
        if unique_id not in old.resources:
            yield Difference(unique_id, "was not there before")
        elif unique_id in new.resources:
            yield Difference(unique_id, "is still there")


def _unequal(
    old: Manifest, new: Manifest, gone: set[str], new_disabled: Collection[str] = ()
) -> Iterator[Difference]:
    for unique_id in sorted((old.resources.keys() | new.resources.keys()) - gone - set(new_disabled)):
        before, after = old.resources.get(unique_id), new.resources.get(unique_id)
        if after is None:
            yield Difference(unique_id, "is gone")
        elif before is None:
            yield Difference(unique_id, "is new")
        elif before.disabled != after.disabled:
            yield Difference(unique_id, "is disabled" if after.disabled else "is enabled")
        elif fields := _fields(before.raw, after.raw):
            yield Difference(unique_id, f"differs in {', '.join(fields)}")


def _fields(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    names = (before.keys() | after.keys()) - VOLATILE
    return sorted(
        name for name in names if _settled(name, before.get(name)) != _settled(name, after.get(name))
    )


def _settled(name: str, value: object) -> object:
    """The value with what dbt lists in no order, as another parse of the same files may list it otherwise, in order."""
    if name == "depends_on":
        return {part: sorted(texts(listed)) for part, listed in mapping(value).items()}
    return sorted(map(repr, sequence(value))) if name in UNORDERED else value


def _beside(before: Json, after: Json, old: Manifest, gone: set[str]) -> Iterator[Difference]:
    left = [each for unique_id, each in old.resources.items() if unique_id not in gone]
    used = {block for each in left for block in _doc_blocks(each.raw)}
    orphans = {
        block for i in gone & old.resources.keys() for block in _doc_blocks(old.resources[i].raw)
    } - used
    groups = {str(each.raw.get("group") or each.config.get("group") or "") for each in left}
    for section in _BESIDE:
        was, now = mapping(before.get(section)), mapping(after.get(section))
        for unique_id in sorted(was.keys() | now.keys()):
            if section == "docs" and unique_id in now and unique_id in orphans:
                yield Difference(unique_id, "is left over: nothing shows it any more")
            elif unique_id not in was:
                yield Difference(unique_id, "is new")
            elif unique_id in now:
                if fields := _fields(mapping(was[unique_id]), mapping(now[unique_id])):
                    yield Difference(unique_id, f"differs in {', '.join(fields)}")
            elif section == "macros":
                yield Difference(unique_id, "is gone")
            elif unique_id in used or (section == "groups" and was[unique_id].get("name") in groups):
                yield Difference(unique_id, "is gone and still used")


def _doc_blocks(raw: Json) -> Iterator[str]:
    """The blocks of docs a resource or one of its columns shows (told since dbt 1.10)."""
    yield from texts(raw.get("doc_blocks"))
    for column in mapping(raw.get("columns")).values():
        yield from texts(mapping(column).get("doc_blocks"))
