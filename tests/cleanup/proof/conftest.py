"""The dbt program that tests parse with, and many small projects parsed by it in one process."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fakes.parse_all
import pytest
from fakes.leftovers import Parsed

from assay.cleanup import profiles
from assay.cleanup.parsing import arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "ASSAY_TEST_DBT"
"""Names the dbt program of an environment of its own; `make test` builds one and sets it."""


@pytest.fixture(scope="session")
def dbt() -> Path:
    """The dbt program; without one there is nothing to parse with."""
    program = os.environ.get(VARIABLE, "")
    if not program:
        pytest.skip(f"{VARIABLE} names no dbt program; `make test` builds one")
    return Path(program).absolute()


@pytest.fixture(scope="session")
def parse_all(
    dbt: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mapping[str, tuple[Mapping[str, str], bool]]], dict[str, Parsed]]:
    """Parse projects by name, each given as its files and whether leftovers are errors, in one process."""

    def run(projects: Mapping[str, tuple[Mapping[str, str], bool]]) -> dict[str, Parsed]:
        root = tmp_path_factory.mktemp("parsed")
        asked = {}
        for name, (files, strict) in projects.items():
            project, work = root / name / "project", root / name / "work"
            for path, text in {**files, "../work/profiles.yml": profiles.profile("duckdb")}.items():
                file = project / path
                project.mkdir(parents=True, exist_ok=True)
                file.resolve().parent.mkdir(parents=True, exist_ok=True)
                file.resolve().write_text(text, encoding="utf-8")
            asked[name] = arguments(project, work, strict=strict)
        (root / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        worker = Path(fakes.parse_all.__file__)
        done = subprocess.run(
            [str(dbt.parent / "python"), str(worker), str(root / "asked.json")],
            capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        told = json.loads(done.stdout)
        return {
            name: _parsed(told[name], root / name / "work" / "target" / "manifest.json") for name in asked
        }

    return run


def _parsed(told: dict[str, Any], written: Path) -> Parsed:
    manifest = json.loads(written.read_bytes()) if told["ok"] else None
    return Parsed(told["ok"], "\n".join(told["lines"]), manifest)
