"""A manifest read: its nodes as assets, names and edges."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.model.assets import Alias, Asset, AssetKey, Column, Edge, EdgeSource, fold_part
from assay.model.decisions import DeclaredUse, UsesTold
from assay.model.time import to_ms
from collectors.dbt.loose import mapping, moment, text
from collectors.dbt.nodes import Node, owner_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collectors.base import Record
    from collectors.dbt.loose import Json

_GROUPS = ("sources", "nodes", "exposures", "unit_tests", "metrics", "semantic_models", "saved_queries")
"""Sources first: of a seed declared as a source too, what dbt builds it from stands."""
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Project:
    """The nodes of a manifest by unique_id, and what each stands for: itself, if it is an asset, or what it tests.

    A test of the project's own making may test several assets.
    """

    name: str
    platform: str
    generated_at: datetime
    nodes: Mapping[str, Node] = field(repr=False)
    keys: Mapping[str, tuple[AssetKey, ...]] = field(repr=False)

    @classmethod
    def of(cls, manifest: Json, instance: str, modified: float) -> Project:
        """Read a manifest of any version; `modified` (epoch seconds) stands in for a missing time."""
        metadata = mapping(manifest.get("metadata"))
        platform = _word(metadata.get("adapter_type")) or "unknown"
        nodes = dict(_nodes(manifest, platform))
        name = _word(metadata.get("project_name")) or _commonest_package(nodes)
        keys = {i: _key(node, platform, instance, name) for i, node in nodes.items() if node.is_asset}
        tested = {
            i: found for i, node in nodes.items() if node.is_test and (found := _tested(node, nodes, keys))
        }
        at = moment(metadata.get("generated_at")) or datetime.fromtimestamp(modified, UTC)
        return cls(name, platform, at, nodes, {i: (key,) for i, key in keys.items()} | tested)

    def records(self, types: Mapping[str, Mapping[str, str]]) -> Iterator[Record]:
        """Every asset, its name in the warehouse, every edge and every declared use.

        `types` are a catalog's, by unique_id and column.
        """
        for node, key in self._assets():
            yield _asset(node, key, types.get(node.unique_id, {}), self.generated_at)
            if key.platform != "dbt":
                yield Alias("relation", ".".join(key.path), key)
        yield from self._edges()
        yield from self._uses()

    def is_same(self, other: Project) -> bool:
        """Whether another manifest is of this project in this warehouse."""
        return (self.name, self.platform) == (other.name, other.platform)

    def names(self) -> Iterator[Alias]:
        """What dbt calls its assets: each unique_id, and a bare name where one node goes by it (versions share one)."""
        bare = Counter(node.name for node in self.nodes.values() if node.is_refable)
        for unique_id, (key, *others) in self.keys.items():
            node = self.nodes[unique_id]
            if not others:
                yield Alias("dbt", unique_id, key)
            if node.is_refable and node.name and bare[node.name] == 1 and node.name not in self.nodes:
                yield Alias("dbt", node.name, key)

    def _assets(self) -> Iterator[tuple[Node, AssetKey]]:
        for unique_id, keys in self.keys.items():
            if self.nodes[unique_id].is_asset:
                yield self.nodes[unique_id], keys[0]

    def _edges(self) -> Iterator[Edge]:
        for node, key in self._assets():
            if not node.is_ephemeral:
                for parent in sorted(self._parents(node) - {key}):
                    yield Edge(parent, key, EdgeSource.DBT, self.generated_at)

    def _uses(self) -> Iterator[DeclaredUse | UsesTold]:
        """What dashboards and metrics read, and what nodes say of themselves; all there is of these assets."""
        source = f"manifest of {self.name}"
        for node in self.nodes.values():
            if node.use:
                for asset in sorted(self._parents(node)):
                    yield DeclaredUse(asset, node.use, node.name, source, self.generated_at, node.owner)
        for node, key in self._assets():
            for kind, name in node.uses:
                yield DeclaredUse(key, kind, name, source, self.generated_at, node.owner)
        if told := frozenset(key for _, key in self._assets()):
            yield UsesTold(source, self.generated_at, told)

    def _parents(self, node: Node) -> set[AssetKey]:
        """The assets a node reads; what holds no data (an ephemeral model, a metric) gives way to what it reads."""
        found: set[AssetKey] = set()
        waiting, visited = list(node.depends_on), set[str]()
        while waiting:
            unique_id = waiting.pop()
            parent = self.nodes.get(unique_id)
            if parent is None or parent.is_test or unique_id in visited:
                continue
            visited.add(unique_id)
            if parent.is_asset and not parent.is_ephemeral:
                found.add(self.keys[unique_id][0])
            else:
                waiting += parent.depends_on
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """The nodes a file names, each as the manifest that knows it tells, and what each stands for; see `Project`."""

    nodes: Mapping[str, Node]
    keys: Mapping[str, tuple[AssetKey, ...]]

    @classmethod
    def of(cls, by_name: Mapping[str, Project]) -> Known:
        """Take each node from the manifest given for it."""
        return cls(
            {name: project.nodes[name] for name, project in by_name.items()},
            {name: project.keys[name] for name, project in by_name.items() if name in project.keys},
        )

    def typed(self, types: Mapping[str, Mapping[str, str]]) -> Iterator[Asset]:
        """The columns of each asset a catalog tells of; all else stays as a manifest told it."""
        for unique_id, keys in self.keys.items():
            node = self.nodes[unique_id]
            if node.is_asset and types.get(unique_id):
                yield Asset(keys[0], columns=tuple(_columns(node, types[unique_id])))


def _nodes(manifest: Json, platform: str) -> Iterator[tuple[str, Node]]:
    parents = mapping(manifest.get("parent_map"))
    groups = (mapping(group) for group in mapping(manifest.get("groups")).values())
    owners = {text(group.get("name")): owner_name(group.get("owner")) for group in groups}
    for name in _GROUPS:
        for unique_id, node in mapping(manifest.get(name)).items():
            if unique_id and isinstance(node, dict):
                yield unique_id, Node.of(unique_id, node, platform, owners, parents.get(unique_id))


def _word(value: object) -> str:
    """A name that can stand in an asset's key, else ''."""
    return text(value) if _WORD.fullmatch(text(value)) else ""


def _commonest_package(nodes: Mapping[str, Node]) -> str:
    """Manifests before 1.5 do not name their project: it owns most nodes."""
    counts = Counter(node.package for node in nodes.values() if _word(node.package))
    return min(counts, key=lambda package: (-counts[package], package), default="project")


def _key(node: Node, platform: str, instance: str, project: str) -> AssetKey:
    if node.relation and not node.is_ephemeral:
        return AssetKey(platform, instance, node.relation)
    return AssetKey("dbt", project, tuple(node.unique_id.split(".")))


def _tested(test: Node, nodes: Mapping[str, Node], keys: Mapping[str, AssetKey]) -> tuple[AssetKey, ...]:
    """The assets a test tests: the node it is attached to, else the one it names, else all it reads."""
    known = [name for name in test.tests if name in keys]
    attached = [name for name in test.tests[:2] if name in keys]
    named = [name for name in known if test.tested_name and nodes[name].name == test.tested_name]
    return tuple(sorted({keys[name] for name in (attached[:1] or named[:1] or known)}))


def _asset(node: Node, key: AssetKey, types: Mapping[str, str], at: datetime) -> Asset:
    told = {"code_at_ms": str(to_ms(at))} if "code" in node.meta else {}
    return Asset(
        key,
        kind=node.kind,
        owner=node.owner,
        description=node.description,
        tags=node.tags,
        columns=tuple(_columns(node, types)),
        meta={**node.meta, **told},
    )


def _columns(node: Node, types: Mapping[str, str]) -> Iterator[Column]:
    """The declared columns, with the catalog's types; then those only the catalog has."""
    folded = {name.lower(): type_ for name, type_ in types.items()}
    for column in node.columns:
        yield replace(column, type=folded.pop(column.name.lower(), "") or column.type)
    yield from (Column(fold_part(name), type_) for name, type_ in types.items() if name.lower() in folded)
