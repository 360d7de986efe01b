"""Which models differ between two states of a project: two manifests, or two commits of its files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from collectors.dbt.loose import mapping, texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from assay.cleanup.manifests import Manifest, Resource
    from collectors.dbt.loose import Json

_BUILT = frozenset({"model", "snapshot", "seed"})
_CODE = ("checksum", "raw_code", "raw_sql")
_RELATION = ("database", "schema", "alias", "relation_name")
_PLACE = frozenset({"enabled", "tags", "meta", "docs", "group"})
"""Parts of a configuration that change no relation and no build."""


class Kind(StrEnum):
    """What became of a model."""

    CHANGED = "changed"
    NEW = "new"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A model, seed or snapshot that differs, and in what: code, config, relation, contract, a macro it uses."""

    unique_id: str
    kind: Kind
    what: tuple[str, ...] = ()
    path: str = ""

    @property
    def name(self) -> str:
        """The model's own name, with its version if it has one."""
        return ".".join(self.unique_id.split(".")[2:]) or self.unique_id


def between(base: Manifest, head: Manifest) -> list[Change]:
    """What builds data and differs from one manifest to the other; what is disabled is not there.

    As dbt's state:modified does, a model also counts as changed by a macro it uses, however far away.
    """
    old, new = _built(base), _built(head)
    macros = _changed_macros(base.raw, head.raw)
    found = [Change(i, Kind.DELETED, path=old[i].path) for i in old.keys() - new.keys()]
    found += [Change(i, Kind.NEW, path=new[i].path) for i in new.keys() - old.keys()]
    for unique_id in old.keys() & new.keys():
        what = tuple(_what(old[unique_id], new[unique_id], macros))
        if what:
            found.append(Change(unique_id, Kind.CHANGED, what, new[unique_id].path))
    return sorted(found)


def by_files(
    manifest: Manifest, base: Mapping[str, object], head: Mapping[str, object], folder: str = ""
) -> list[Change]:
    """What builds data and whose file differs; `base` and `head` say of each path what identifies its content.

    A file the manifest does not know is a new model where it stands beside known ones; paths are the repository's, and
    the project stands in `folder`.
    """
    top = folder.strip("/").removeprefix("./")
    prefix = f"{top}/" if top not in {"", "."} else ""
    known = {prefix + each.path: each for each in _built(manifest).values() if each.path}
    places = {path.split("/")[len(prefix.split("/")) - 1] for path in known}
    found = []
    for path in sorted(base.keys() | head.keys()):
        before, after = base.get(path), head.get(path)
        if before == after:
            continue
        if path in known:
            kind = Kind.DELETED if after is None else Kind.NEW if before is None else Kind.CHANGED
            what = ("code",) if kind is Kind.CHANGED else ()
            found.append(Change(known[path].unique_id, kind, what, path.removeprefix(prefix)))
        elif before is None and _is_model(path, prefix, places):
            name = path.rpartition("/")[2].rpartition(".")[0]
            found.append(Change(f"model.{manifest.project}.{name}", Kind.NEW, path=path.removeprefix(prefix)))
    return sorted(found)


def _is_model(path: str, prefix: str, places: Collection[str]) -> bool:
    inner = path.removeprefix(prefix)
    return path.startswith(prefix) and inner.split("/")[0] in places and path.endswith((".sql", ".py"))


def _built(manifest: Manifest) -> dict[str, Resource]:
    return {i: each for i, each in manifest.resources.items() if each.type in _BUILT and not each.disabled}


def _what(old: Resource, new: Resource, macros: frozenset[str]) -> Iterator[str]:
    if _code(old) != _code(new):
        yield "code"
    if _settings(old) != _settings(new):
        yield "config"
    if any(old.raw.get(name) != new.raw.get(name) for name in _RELATION):
        yield "relation"
    if mapping(old.raw.get("contract")) != mapping(new.raw.get("contract")):
        yield "contract"
    if not macros.isdisjoint(_macros(new.raw)):
        yield "a macro it uses"


def _code(resource: Resource) -> object:
    """What tells its code: the checksum where there is one, else the text."""
    checksum = mapping(resource.raw.get("checksum")).get("checksum")
    return checksum or next((resource.raw[name] for name in _CODE[1:] if resource.raw.get(name)), None)


def _settings(resource: Resource) -> dict[str, object]:
    return {name: value for name, value in resource.config.items() if name not in _PLACE}


def _macros(raw: Json) -> tuple[str, ...]:
    return texts(mapping(raw.get("depends_on")).get("macros"))


def _changed_macros(base: Json, head: Json) -> frozenset[str]:
    """The macros that differ, and all that use one of them."""
    old, new = mapping(base.get("macros")), mapping(head.get("macros"))
    changed = {
        name
        for name in old.keys() | new.keys()
        if mapping(old.get(name)).get("macro_sql") != mapping(new.get(name)).get("macro_sql")
    }
    while True:
        more = {
            name for name, each in new.items() if name not in changed and changed & {*_macros(mapping(each))}
        }
        if not more:
            return frozenset(changed)
        changed |= more
