"""What the house's own tests look at: the files git keeps, and the modules among them."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("assay", "checks", "collectors", "costs", "web")


@functools.cache
def kept() -> tuple[Path, ...]:
    """Every file git keeps or would keep; outside a clone, whatever stands in the folders of the project."""
    asked = ("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(asked, capture_output=True, text=True, check=False)
    if listed.returncode:
        folders = (*PACKAGES, "alembic", "benchmarks", "docs", "tests")
        found = [file for folder in folders for file in (ROOT / folder).rglob("*")]
    else:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts))


def name_of(file: Path) -> str:
    """The file's path inside the project."""
    return file.relative_to(ROOT).as_posix()


def sources() -> list[Path]:
    """The modules of the program itself."""
    return [file for file in kept() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in PACKAGES]


@functools.cache
def parsed(file: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))
