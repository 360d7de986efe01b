"""A dbt manifest as a clean-up looks at it: every resource of every type, who reads whom, and what keeps one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from collectors.dbt.loose import mapping, sequence, text, texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from collectors.dbt.loose import Json

SECTIONS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
)
"""Where a manifest keeps what can read or be read; macros, docs and groups depend on nothing in the warehouse."""

CHECKS = frozenset({"test", "unit_test", "data_test"})
"""Resources that go with what they check."""

_HISTORY_BUILDS = frozenset({"snapshot", "incremental"})
_KEEP = frozenset({"keep", "assay:keep", "assay_keep"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a manifest; `raw` is all that is written of it, `disabled` whether dbt passes it over."""

    unique_id: str
    raw: Json = field(repr=False)
    disabled: bool = False

    @property
    def type(self) -> str:
        """Its resource type, e.g. model, test, exposure, operation (a hook of the project)."""
        return text(self.raw.get("resource_type")) or self.unique_id.partition(".")[0]

    @property
    def is_check(self) -> bool:
        """Whether it is a test or a unit test."""
        return self.type in CHECKS

    @property
    def name(self) -> str:
        """The name it is called by."""
        return text(self.raw.get("name"))

    @property
    def package(self) -> str:
        """The package it belongs to."""
        return text(self.raw.get("package_name"))

    @property
    def path(self) -> str:
        """Its file, from the project's folder."""
        return text(self.raw.get("original_file_path")).replace("\\", "/")

    @property
    def config(self) -> Json:
        """Its configuration."""
        return mapping(self.raw.get("config"))

    @property
    def meta(self) -> Json:
        """What its writers say of it, in whichever of the two places."""
        return mapping(self.raw.get("meta")) | mapping(self.config.get("meta"))

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return texts(self.raw.get("tags")) + texts(self.config.get("tags"))

    @property
    def relation(self) -> str:
        """The relation it builds or names, as the warehouse writes it; '' for none."""
        return text(self.raw.get("relation_name"))

    @property
    def is_public(self) -> bool:
        """Whether other projects may build on it."""
        return "public" in {text(self.raw.get("access")), text(self.config.get("access"))}

    @property
    def holds_history(self) -> bool:
        """Whether its data may be more than could be built again: a snapshot, an incremental model."""
        return self.type == "snapshot" or text(self.config.get("materialized")) in _HISTORY_BUILDS

    @property
    def deprecation(self) -> str:
        """The day (ISO 8601) it is announced to go; '' for none."""
        return text(self.raw.get("deprecation_date"))

    @property
    def kept_by(self) -> str:
        """The wish to keep it, as a tag or in its meta; '' for none."""
        named = next((tag for tag in self.tags if tag in _KEEP), "")
        if named:
            return f"the tag {named}"
        told = self.meta.get("assay")
        if told == "keep" or mapping(told).get("keep"):
            return "meta assay: keep"
        return "meta keep" if self.meta.get("keep") else ""

    def parents(self) -> tuple[str, ...]:
        """The resources it reads, by unique_id."""
        return texts(mapping(self.raw.get("depends_on")).get("nodes"))

    def refs(self) -> Iterator[tuple[str, str]]:
        """The (package, name) pairs it refers to, as written; a disabled resource has these alone."""
        for each in sequence(self.raw.get("refs")):
            if isinstance(each, dict):
                yield text(each.get("package")), text(each.get("name"))
            elif parts := texts(each):
                yield (parts[0] if len(parts) > 1 else "", parts[-1])

    def is_written_as(self, held: bytes) -> bool | None:
        """Whether its file still holds what dbt read; None where the manifest has no checksum to tell.

        dbt hashes the text without the blanks around it; earlier versions, and seeds, the file as it is.
        """
        checksum = mapping(self.raw.get("checksum"))
        if text(checksum.get("name")) != "sha256":
            return None
        told = text(checksum.get("checksum"))
        straight = held.replace(b"\r\n", b"\n")
        spellings = (held, held.strip(), straight, straight.strip())
        return told in {hashlib.sha256(spelling).hexdigest() for spelling in spellings}


@dataclass(frozen=True)
class Manifest:
    """A manifest and its resources by unique_id."""

    raw: Json = field(repr=False)

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Everything that reads or is read, with what is disabled; one that is there twice counts as enabled.

        A test of a model that is disabled stays among the nodes: dbt only writes into its config that it is off.
        """
        found = {
            unique_id: Resource(unique_id, each, disabled=True)
            for unique_id, several in mapping(self.raw.get("disabled")).items()
            for each in sequence(several) or [several]
            if isinstance(each, dict)
        }
        for section in SECTIONS:
            for unique_id, each in mapping(self.raw.get(section)).items():
                if isinstance(each, dict):
                    off = mapping(each.get("config")).get("enabled") is False
                    found[unique_id] = Resource(unique_id, each, disabled=off)
        return found

    @property
    def project(self) -> str:
        """The name of the project it is of; '' before dbt 1.5 said so."""
        return text(mapping(self.raw.get("metadata")).get("project_name"))

    @property
    def adapter(self) -> str:
        """The kind of warehouse it is for."""
        return text(mapping(self.raw.get("metadata")).get("adapter_type"))

    @property
    def generated_at(self) -> str:
        """When dbt wrote it (ISO 8601)."""
        return text(mapping(self.raw.get("metadata")).get("generated_at"))

    def readers(self, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The resources outside `ids` that read one inside, disabled ones too, with what each reads of them."""
        wanted = set(ids)
        called = {self.resources[i].name: i for i in sorted(wanted) if i in self.resources}
        found = {}
        for unique_id, resource in self.resources.items():
            if unique_id in wanted:
                continue
            read = {parent for parent in resource.parents() if parent in wanted}
            if resource.disabled:
                read |= {called[name] for _, name in resource.refs() if name in called}
            if read:
                found[unique_id] = tuple(sorted(read))
        return found

    def riders(self, ids: Collection[str]) -> set[str]:
        """What holds no data and is only there for `ids`: ephemeral models all of whose readers go, and analyses.

        An ephemeral model counts when it reads one of them, so that the set would not be closed without it.
        """
        going = set(ids)
        while True:
            readers = self.readers(going)
            more = {i for i in readers if self._rides(self.resources[i], going)}
            if not more:
                return going - set(ids)
            going |= more

    def _rides(self, resource: Resource, going: set[str]) -> bool:
        if resource.type == "analysis":
            return set(resource.parents()) <= going
        if text(resource.config.get("materialized")) != "ephemeral":
            return False
        below = [i for i in self.readers({resource.unique_id}) if not self.resources[i].is_check]
        return set(below) <= going

    def checks_of(self, ids: Collection[str]) -> set[str]:
        """The tests and unit tests that read one of `ids`: they go with it."""
        return {i for i in self.readers(ids) if self.resources[i].is_check}

    def sources_over(self, ids: Collection[str]) -> dict[str, str]:
        """The sources that name a relation one of `ids` builds: another project reads it, or this one in a circle."""
        built = {self.resources[i].relation: i for i in ids if i in self.resources}
        return {
            unique_id: built[resource.relation]
            for unique_id, resource in self.resources.items()
            if resource.type == "source" and resource.relation and resource.relation in built
        }
