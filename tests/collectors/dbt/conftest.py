"""Targets for the dbt collector: real invocations, small ones made by hand, and a way to read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import pytest

from collectors.base import Batch, Degraded, Progress, StandingChecks
from collectors.dbt import DbtCollector
from collectors.dbt.config import DbtConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collectors.base import Record

T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """What one collection gave; which checks still stand comes in a batch of its own."""

    batches: list[Batch]
    degraded: list[Degraded]
    standing: list[StandingChecks]

    @property
    def records(self) -> list[Record]:
        """Every record, in the order given."""
        return [record for batch in self.batches for record in batch.records]

    @property
    def seen(self) -> frozenset[str]:
        """The fingerprints of all that is settled."""
        return frozenset(mark for batch in self.batches for mark in batch.seen)

    def of(self, kind: type[T]) -> list[T]:
        """The records of one kind."""
        return [record for record in self.records if isinstance(record, kind)]


class Kit:
    """What a test of the dbt collector needs: documents as dbt writes them, and a reading of a target."""

    real: ClassVar[Path] = Path(__file__).parents[2] / "data" / "dbt"

    @staticmethod
    def read(target: str | Path, seen: Iterable[str] = (), instance: str = "acme") -> Read:
        """Collect a target, having seen some fingerprints."""
        collector = DbtCollector("shop", DbtConfig(target=str(target), instance=instance))
        items = list(collector.collect(Progress(seen=frozenset(seen)), datetime.now(UTC)))
        batches = [item for item in items if isinstance(item, Batch)]
        standing = [each for item in batches for each in item.records if isinstance(each, StandingChecks)]
        return Read(
            [item for item in batches if not any(isinstance(each, StandingChecks) for each in item.records)],
            [item for item in items if isinstance(item, Degraded)],
            standing,
        )

    @staticmethod
    def node(unique_id: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - a node holds anything
        """A node of a manifest as dbt would write it, in the relation its name says."""
        resource, package, *_, name = unique_id.split(".")
        plain = {
            "resource_type": resource,
            "package_name": package,
            "name": name,
            "relation_name": None if resource in {"test", "unit_test", "exposure"} else f"db.marts.{name}",
            "config": {"materialized": "table"},
            "depends_on": {"nodes": []},
        }
        return plain | fields

    @staticmethod
    def manifest(
        nodes: Mapping[str, Any],
        *,
        at: str = "2026-01-01T00:00:00Z",
        platform: str = "snowflake",
        **groups: Any,  # noqa: ANN401 - sources, exposures, groups: each a document of its own
    ) -> dict[str, Any]:
        """A manifest of the project `shop`."""
        metadata = {
            "project_name": "shop",
            "adapter_type": platform,
            "generated_at": at,
            "invocation_id": "m",
        }
        return {"metadata": metadata, "nodes": nodes, **groups}

    @staticmethod
    def results(*told: Mapping[str, Any], which: str = "build", invocation: str = "r") -> dict[str, Any]:
        """The results of an invocation."""
        metadata = {"generated_at": "2026-01-01T01:00:00Z", "invocation_id": invocation}
        return {"metadata": metadata, "args": {"which": which}, "results": list(told)}

    @staticmethod
    def result(unique_id: str, status: str = "success", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as of a node
        """A result whose execute step took two seconds."""
        step = {
            "name": "execute",
            "started_at": "2026-01-01T00:59:00Z",
            "completed_at": "2026-01-01T00:59:02Z",
        }
        return {"unique_id": unique_id, "status": status, "timing": [step], "adapter_response": {}, **fields}

    @staticmethod
    def write(folder: Path, **documents: Any) -> Path:  # noqa: ANN401 - a document is what the test makes it
        """Write documents as <name>.json into a folder, made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        return folder


@pytest.fixture(scope="session")
def dbt() -> Kit:
    """The kit."""
    return Kit()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty target."""
    made = tmp_path / "target"
    made.mkdir()
    return made
