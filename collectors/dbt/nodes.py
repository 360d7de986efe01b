"""The manifest's nodes as assets, names and edges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.model.assets import Alias, Asset, AssetKey, AssetKind, Column, Edge, EdgeSource
from collectors.dbt.artifacts import mapping, sequence, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

_PART = r'(?:"(?:[^"]|"")+"|`[^`]+`|[\w$-]+)'
_RELATION = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")
"""A relation as a warehouse writes it; a source's relation_name may also be a function call or a path, which is none."""

_BY_MATERIALIZATION = {
    "table": AssetKind.TABLE,
    "view": AssetKind.VIEW,
    "incremental": AssetKind.INCREMENTAL,
    "materialized_view": AssetKind.MATERIALIZED_VIEW,
    "dynamic_table": AssetKind.DYNAMIC_TABLE,
}
_BY_TYPE = {
    "seed": AssetKind.SEED,
    "snapshot": AssetKind.SNAPSHOT,
    "source": AssetKind.SOURCE,
    "exposure": AssetKind.EXPOSURE,
}
_TESTS = {"test", "unit_test"}
_NO_ASSETS = {"analysis", "operation", "sql_operation", "rpc", "sql operation", *_TESTS}


@dataclass(frozen=True, slots=True)
class Project:
    """A manifest read: its nodes by unique_id, and the asset of each that is one (a test: the asset it tests)."""

    name: str
    platform: str
    instance: str
    generated_at: datetime
    nodes: Mapping[str, Json] = field(repr=False)
    keys: Mapping[str, AssetKey] = field(repr=False)

    @classmethod
    def of(cls, manifest: Json, instance: str, modified: float) -> Project:
        """Read a manifest of any version; `modified` (epoch seconds) stands in for a missing time."""
        metadata = mapping(manifest.get("metadata"))
        groups = ("nodes", "sources", "exposures", "unit_tests")
        nodes = {
            unique_id: {**node, "unique_id": unique_id}
            for group in groups
            for unique_id, node in mapping(manifest.get(group)).items()
            if isinstance(node, dict)
        }
        name = text(metadata.get("project_name")) or _commonest_package(nodes)
        platform = text(metadata.get("adapter_type")) or "unknown"
        owners = mapping(manifest.get("groups"))
        nodes = {
            unique_id: {**node, "owner_of_group": _group_owner(node, owners)}
            for unique_id, node in nodes.items()
        }
        keys = {unique_id: _key(node, platform, instance, name) for unique_id, node in nodes.items()}
        known = {unique_id: key for unique_id, key in keys.items() if key is not None}
        tested = {
            unique_id: key for unique_id, node in nodes.items() if (key := _tested(node, known)) is not None
        }
        at = moment(metadata.get("generated_at")) or datetime.fromtimestamp(modified, UTC)
        return cls(name, platform, instance, at, nodes, known | tested)

    def records(self, columns: Mapping[str, Mapping[str, str]]) -> Iterator[Asset | Alias | Edge]:
        """Every asset, alias and edge; `columns` are the catalog's types by unique_id and column name."""
        for unique_id, key in self.keys.items():
            node = self.nodes[unique_id]
            if node.get("resource_type") not in _TESTS:
                yield _asset(node, key, columns.get(unique_id, {}))
                if key.platform != "dbt":
                    yield Alias("relation", ".".join(key.path), key)
            yield Alias("dbt", unique_id, key)
        yield from self._edges()

    def _edges(self) -> Iterator[Edge]:
        for unique_id, key in self.keys.items():
            node = self.nodes[unique_id]
            if node.get("resource_type") in _TESTS or _is_ephemeral(node):
                continue
            for parent in sorted(self._parents(node)):
                if parent != key:
                    yield Edge(parent, key, EdgeSource.DBT, self.generated_at)

    def _parents(self, node: Json) -> set[AssetKey]:
        """The assets a node reads; an ephemeral parent is no table, so its own parents stand for it."""
        found: set[AssetKey] = set()
        waiting, visited = _depends_on(node), set[str]()
        while waiting:
            unique_id = waiting.pop()
            parent = self.nodes.get(unique_id)
            if parent is None or unique_id in visited:
                continue
            visited.add(unique_id)
            if _is_ephemeral(parent):
                waiting += _depends_on(parent)
            elif unique_id in self.keys and parent.get("resource_type") not in _TESTS:
                found.add(self.keys[unique_id])
        return found


def moment(value: object) -> datetime | None:
    """A dbt time as an aware moment; one without a zone is UTC; None when it is none."""
    try:
        at = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def materialization(node: Json) -> str:
    """How a node is materialized; '' where that says nothing."""
    return text(mapping(node.get("config")).get("materialized"))


def _is_ephemeral(node: Json) -> bool:
    return materialization(node) == "ephemeral"


def _depends_on(node: Json) -> list[str]:
    return [name for name in sequence(mapping(node.get("depends_on")).get("nodes")) if isinstance(name, str)]


def _commonest_package(nodes: Mapping[str, Json]) -> str:
    """Manifests before 1.5 do not name their project: it owns most nodes."""
    names = [text(node.get("package_name")) for node in nodes.values()]
    return max(sorted(set(names)), key=names.count, default="") or "project"


def _key(node: Json, platform: str, instance: str, project: str) -> AssetKey | None:
    if node.get("resource_type") in _NO_ASSETS:
        return None
    relation = _relation(node)
    if relation and not _is_ephemeral(node) and node.get("resource_type") != "exposure":
        return AssetKey.of_relation(platform, instance, relation)
    return AssetKey("dbt", project, tuple(node["unique_id"].split(".")))


def _relation(node: Json) -> str:
    """The relation in the warehouse's words: told by dbt itself since 1.4, else database.schema.name; '' for none."""
    told = text(node.get("relation_name"))
    if _RELATION.fullmatch(told):
        return told
    name = text(node.get("alias")) or text(node.get("identifier")) or text(node.get("name"))
    parts = [part for part in (text(node.get("database")), text(node.get("schema")), name) if part]
    return (
        ".".join('"' + part.replace('"', '""') + '"' for part in parts)
        if text(node.get("schema")) and name
        else ""
    )


def _tested(node: Json, keys: Mapping[str, AssetKey]) -> AssetKey | None:
    """The asset a test tests: the node it is attached to, else the first it depends on."""
    if node.get("resource_type") not in _TESTS:
        return None
    names = [text(node.get("attached_node")), text(node.get("tested_node_unique_id")), *_depends_on(node)]
    return next((keys[name] for name in names if name in keys), None)


def _group_owner(node: Json, groups: Json) -> str:
    name = text(node.get("group")) or text(mapping(node.get("config")).get("group"))
    group = next((g for g in map(mapping, groups.values()) if name and g.get("name") == name), {})
    return _owner_name(group.get("owner"))


def _owner_name(owner: object) -> str:
    told = mapping(owner)
    return text(owner) or text(told.get("name")) or text(told.get("email"))


def _owner(node: Json) -> str:
    metas = (mapping(node.get("meta")), mapping(mapping(node.get("config")).get("meta")))
    told = (_owner_name(meta.get("owner")) for meta in metas)
    return next(filter(None, told), "") or _owner_name(node.get("owner")) or node["owner_of_group"]


def _kind(node: Json) -> AssetKind:
    resource = text(node.get("resource_type"))
    if resource == "model":
        return _BY_MATERIALIZATION.get(materialization(node), AssetKind.OTHER)
    return _BY_TYPE.get(resource, AssetKind.OTHER)


def _asset(node: Json, key: AssetKey, types: Mapping[str, str]) -> Asset:
    meta = {
        "dbt": node["unique_id"],
        "path": text(node.get("original_file_path")),
        "materialized": materialization(node),
        "access": text(node.get("access")) or text(mapping(node.get("config")).get("access")),
        "group": text(node.get("group")) or text(mapping(node.get("config")).get("group")),
    }
    return Asset(
        key,
        kind=_kind(node),
        owner=_owner(node),
        description=text(node.get("description")),
        tags=tuple(tag for tag in sequence(node.get("tags")) if isinstance(tag, str)),
        columns=tuple(_columns(node, types)),
        meta={name: value for name, value in meta.items() if value},
    )


def _columns(node: Json, types: Mapping[str, str]) -> Iterator[Column]:
    """The declared columns, with the catalog's types; the catalog's own where none are declared."""
    declared = mapping(node.get("columns"))
    folded = {name.lower(): type_ for name, type_ in types.items()}
    for name, column in declared.items():
        told = mapping(column)
        type_ = folded.pop(name.lower(), "") or text(told.get("data_type"))
        yield Column(name, type_, text(told.get("description")))
    yield from (Column(name, type_) for name, type_ in types.items() if name.lower() in folded)
