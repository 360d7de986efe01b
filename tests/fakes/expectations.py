"""A Great Expectations project written by hand, as version 1.x lays it out: no test imports the library to make one."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_STORES = {
    "expectations_store": ("ExpectationsStore", "expectations/"),
    "validation_results_store": ("ValidationResultsStore", "uncommitted/validations/"),
    "checkpoint_store": ("CheckpointStore", "checkpoints/"),
    "validation_definition_store": ("ValidationDefinitionStore", "validation_definitions/"),
}
_IDS = uuid.UUID(int=0)


def expect(kind: str, severity: str = "critical", **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - its arguments
    """An expectation of a suite, e.g. ``expect("column_values_to_not_be_null", column="state")``."""
    return {"type": f"expect_{kind}", "kwargs": arguments, "meta": {}, "severity": severity, "id": _id(kind)}


@dataclass(frozen=True)
class Project:
    """A project in a folder: gx/great_expectations.yml (JSON is YAML, too) and the files of its stores."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, sources: dict[str, dict[str, Any]], variables: dict[str, str]) -> Project:
        """An empty project with data sources, each with one batch definition `all` for every asset."""
        project = cls(folder)
        stores = {
            name: {
                "class_name": store,
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": below},
            }
            for name, (store, below) in _STORES.items()
        }
        config = {
            "config_version": 4.0,
            "config_variables_file_path": "uncommitted/config_variables.yml",
            "plugins_directory": "plugins/",
            "stores": stores,
            **{f"{name}_name": name for name in list(stores)[:3]},
            "data_docs_sites": {},
            "fluent_datasources": {name: _with_ids(name, source) for name, source in sources.items()},
            "analytics_enabled": True,
            "data_context_id": _id("context"),
        }
        project.write("great_expectations.yml", json.dumps(config))
        project.write("uncommitted/config_variables.yml", json.dumps(variables))
        return project

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        file = self.folder / "gx" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def source(self, name: str, source: dict[str, Any]) -> None:
        """Add a data source."""
        config = json.loads((self.folder / "gx" / "great_expectations.yml").read_text(encoding="utf-8"))
        config["fluent_datasources"][name] = _with_ids(name, source)
        self.write("great_expectations.yml", json.dumps(config))

    def suite(self, name: str, *expectations: dict[str, Any]) -> None:
        """Write a suite."""
        told = {"name": name, "id": _id(name), "expectations": expectations, "meta": {}, "notes": None}
        self.write(f"expectations/{name}.json", json.dumps(told))

    def checkpoint(self, name: str, suite: str, source: str, asset: str) -> None:
        """Write a checkpoint of one validation definition: a suite on the batch `all` of an asset."""
        data = {
            "datasource": source,
            "asset": f"{source}.{asset}",
            "batch_definition": f"{source}.{asset}.all",
        }
        named = {"datasource": source, "asset": asset, "batch_definition": "all"}
        definition = {
            "name": name,
            "id": _id(f"definition {name}"),
            "suite": {"name": suite, "id": _id(suite)},
            "data": {part: {"name": named[part], "id": _id(which)} for part, which in data.items()},
        }
        self.write(f"validation_definitions/{name}.json", json.dumps(definition))
        refers = {"name": name, "id": definition["id"]}
        told = {
            "name": name,
            "id": _id(f"checkpoint {name}"),
            "actions": [],
            "result_format": "COMPLETE",
            "validation_definitions": [refers],
        }
        self.write(f"checkpoints/{name}.json", json.dumps(told))

    def files(self) -> dict[str, int]:
        """Every file and when it was written: what running may not change."""
        return {
            str(file.relative_to(self.folder)): file.stat().st_mtime_ns
            for file in self.folder.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }


def _with_ids(name: str, source: dict[str, Any]) -> dict[str, Any]:
    assets = {
        asset: {
            **told,
            "id": _id(f"{name}.{asset}"),
            "batch_definitions": {
                "all": {"id": _id(f"{name}.{asset}.all"), "partitioner": told.get("partitioner")}
            },
        }
        for asset, told in source["assets"].items()
    }
    for told in assets.values():
        told.pop("partitioner", None)
    return {**source, "id": _id(name), "assets": assets}


def _id(of: str) -> str:
    return str(uuid.uuid5(_IDS, of))
