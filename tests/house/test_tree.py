"""What must hold of every file of the project."""

from __future__ import annotations

import hashlib
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from house.tree import ROOT, kept, name_of

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    ".cfg", ".css", ".csv", ".html", ".js", ".json", ".lock", ".md", ".py", ".sql", ".toml", ".txt", ".yml",
}  # fmt: skip
REGISTRIES = re.compile("|".join(("files.python" + "hosted", "pypi" + r"\.org", "registry" + r"\.npmjs")))
MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home)/\w+(?!-export)")
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
VENDOR = ROOT / "web" / "static" / "vendor"
LOCKS = ("requirements.lock", "requirements-test.lock")


def texts() -> list[Path]:
    """The files people write, without what is vendored."""
    return [
        file for file in kept() if (file.suffix in TEXTS or not file.suffix) and VENDOR not in file.parents
    ]


def matching(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Where the pattern stands, as file:line."""
    return [
        f"{name_of(file)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_migrations_are_no_package() -> None:
    """An __init__.py there would shadow the library alembic."""
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is each installation's own affair."""
    assert [] == matching(REGISTRIES, texts())


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """A path of one machine is wrong on every other."""
    assert [] == matching(MACHINE, texts())


def test_nothing_is_left_for_later() -> None:
    """A mark of unfinished work is an issue, not a comment."""
    assert [] == matching(UNFINISHED, [file for file in texts() if "tests/data" not in name_of(file)])


@pytest.mark.parametrize("name", [*LOCKS, "requirements-dbt.lock"])
def test_locks_pin_with_hashes_and_without_addresses(name: str) -> None:
    """Every requirement of a lock is one version with its hashes; no line is an option or an address."""
    text = (ROOT / name).read_text(encoding="utf-8")
    requirements = [line for line in text.splitlines() if line and line[0] not in " #"]

    assert "//" not in text
    assert [] == [
        line for line in requirements if not re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ]+ .*\\$", line)
    ]
    assert len(requirements) == len(
        re.findall(r"\\\n    --hash=sha256:[0-9a-f]{64}(?: \\\n    --hash=\S+)*\n", text)
    )


def test_the_test_lock_holds_the_run_lock() -> None:
    """Tests run on the very versions that people run."""
    run, test = (
        set(re.findall(r"^[^ #]+==[^ ]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in LOCKS
    )

    assert set() == run - test


def test_every_vendored_file_is_the_one_that_was_reviewed() -> None:
    """The scripts pages load are listed with their hashes; nothing else runs."""
    listed = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))["file"]
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.glob("*.js")}

    assert hashes == {entry["path"]: entry["sha256"] for entry in listed}


def test_every_dependency_has_an_upper_bound() -> None:
    """At a next major version: one that breaks us comes in by a change of ours, not by an installation."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [each for each in project["dependencies"] if not re.search(r">=[\d.]+,<[\d.]+$", each)] == []
