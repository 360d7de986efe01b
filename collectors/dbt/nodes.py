"""A node of a manifest of any version, slimmed to what we use: the code of a large project is not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.assets import AssetKind, Column
from assay.model.decisions import UseKind
from collectors.dbt.loose import mapping, sequence, text, texts
from collectors.dbt.relations import relation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from collectors.dbt.loose import Json

_BY_MATERIALIZATION = {
    "table": AssetKind.TABLE,
    "view": AssetKind.VIEW,
    "incremental": AssetKind.INCREMENTAL,
    "materialized_view": AssetKind.MATERIALIZED_VIEW,
    "dynamic_table": AssetKind.DYNAMIC_TABLE,
    "ephemeral": AssetKind.OTHER,
}
_BY_RESOURCE = {
    "seed": AssetKind.SEED,
    "snapshot": AssetKind.SNAPSHOT,
    "source": AssetKind.SOURCE,
    "exposure": AssetKind.EXPOSURE,
}
_USES = {
    "exposure": UseKind.EXPOSURE,
    "metric": UseKind.METRIC,
    "semantic_model": UseKind.SEMANTIC_MODEL,
    "saved_query": UseKind.SAVED_QUERY,
}
_DIGEST = 16
_TESTS = {"test", "unit_test", "data_test"}
_REFABLE = {"model", "seed", "snapshot"}
_REFERENCE = re.compile(r"(?:ref|source)\(([^)]*)\)")
_QUOTED = re.compile(r"""['"]([^'"]+)['"]""")


@dataclass(frozen=True, slots=True)
class Node:
    """A node: where it lies (`relation`, folded; () for nowhere), what it reads, and what is written about it.

    `tests` are the nodes a test may be about, the likeliest first; `tested_name` is the bare name it gives. `test` is
    the generic test it is made of, `column` what that looks at, `is_warning` whether its failure only warns. `uses` are
    those the node declares of itself.
    """

    unique_id: str
    resource: str
    name: str
    package: str
    materialized: str
    relation: tuple[str, ...]
    depends_on: tuple[str, ...]
    tests: tuple[str, ...]
    tested_name: str
    test: str
    column: str
    is_warning: bool
    owner: str
    description: str
    tags: tuple[str, ...]
    columns: tuple[Column, ...]
    meta: Mapping[str, str]
    uses: tuple[tuple[UseKind, str], ...]

    @classmethod
    def of(
        cls, unique_id: str, node: Json, platform: str, owners: Mapping[str, str], parents: object
    ) -> Node:
        """Read a node; `owners` are those of groups by name, `parents` its parent_map for want of depends_on."""
        config = mapping(node.get("config"))
        resource = text(node.get("resource_type")) or unique_id.partition(".")[0]
        group = text(node.get("group")) or text(config.get("group"))
        depends_on = texts(mapping(node.get("depends_on")).get("nodes", parents))
        metas = (mapping(node.get("meta")), mapping(config.get("meta")))
        told = (*(owner_name(meta.get("owner")) for meta in metas), owner_name(node.get("owner")))
        meta = {
            "dbt": unique_id,
            "path": text(node.get("original_file_path")),
            "materialized": text(config.get("materialized")),
            "access": text(node.get("access")) or text(config.get("access")),
            "group": group,
            "code": text(mapping(node.get("checksum")).get("checksum"))[:_DIGEST],
            "unique_key": text(config.get("unique_key")) or ", ".join(texts(config.get("unique_key"))),
        }
        return cls(
            unique_id=unique_id,
            resource=resource,
            name=text(node.get("name")),
            package=text(node.get("package_name")),
            materialized=text(config.get("materialized")),
            relation=() if resource == "exposure" else relation_of(node, platform),
            depends_on=depends_on,
            tests=(text(node.get("attached_node")), text(node.get("tested_node_unique_id")), *depends_on),
            tested_name=_tested_name(node),
            test=text(mapping(node.get("test_metadata")).get("name")),
            column=text(node.get("column_name")),
            is_warning=text(config.get("severity")).lower() == "warn",
            owner=next(filter(None, told), "") or owners.get(group, ""),
            description=text(node.get("description")),
            tags=texts(node.get("tags")) or texts(config.get("tags")),
            columns=tuple(_columns(node)),
            meta={name: value for name, value in meta.items() if value},
            uses=tuple(_uses(node, config, group, metas)),
        )

    @property
    def use(self) -> UseKind | None:
        """How it uses what it reads, where it is no data itself but a dashboard or a figure."""
        return _USES.get(self.resource)

    @property
    def is_test(self) -> bool:
        """Whether it tests another node and is no asset of its own."""
        return self.resource in _TESTS

    @property
    def is_asset(self) -> bool:
        """Whether it is a thing of its own: data, or what reads data."""
        return self.resource == "model" or self.resource in _BY_RESOURCE

    @property
    def is_ephemeral(self) -> bool:
        """Whether it exists only inside the statements of its readers."""
        return self.materialized == "ephemeral"

    @property
    def is_refable(self) -> bool:
        """Whether a project calls it by its bare name."""
        return self.resource in _REFABLE

    @property
    def kind(self) -> AssetKind:
        """What sort of asset it is; a materialization of the project's own making is a model."""
        return _BY_RESOURCE.get(self.resource) or _BY_MATERIALIZATION.get(self.materialized, AssetKind.MODEL)


def owner_name(owner: object) -> str:
    """Who an owner is: a text, or an object's name, else its (first) e-mail."""
    told = mapping(owner)
    return text(owner) or text(told.get("name")) or next(iter(texts(told.get("email"))), "")


def _uses(node: Json, config: Json, group: str, metas: Iterable[Json]) -> Iterator[tuple[UseKind, str]]:
    """What a node says of its own use: it is for other projects, it has a contract, it is to be kept."""
    name = text(node.get("name"))
    if "public" in {text(node.get("access")), text(config.get("access"))}:
        yield UseKind.PUBLIC, group or name
    contracts = (mapping(node.get("contract")), mapping(config.get("contract")))
    if any(contract.get("enforced") is True for contract in contracts):
        yield UseKind.CONTRACT, name
    if any(_is_kept(meta) for meta in metas):
        yield UseKind.KEEP, name


def _is_kept(meta: Json) -> bool:
    """Whether ``meta`` asks to keep it: ``keep: true``, or the same (or ``keep`` alone) under ``assay``."""
    own = meta.get("assay")
    return meta.get("keep") is True or own == "keep" or mapping(own).get("keep") is True


def _tested_name(node: Json) -> str:
    """The bare name of what a generic test was written under: manifests before 1.5 say it only in Jinja."""
    kwargs = mapping(mapping(node.get("test_metadata")).get("kwargs"))
    inside = _REFERENCE.search(text(kwargs.get("model")))
    names = _QUOTED.findall(inside[1]) if inside else []
    return names[-1] if names else ""


def _columns(node: Json) -> Iterator[Column]:
    told = node.get("columns")
    named = mapping(told).items() or (("", column) for column in sequence(told))
    for key, column in named:
        said = mapping(column)
        name = text(said.get("name")) or key
        if name:
            yield Column(name, text(said.get("data_type")), text(said.get("description")))
