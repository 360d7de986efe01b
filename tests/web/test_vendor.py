"""What is vendored is what its list says, and nothing else is."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "web" / "static" / "vendor", ROOT / "tests" / "e2e" / "vendor")
FILES = [
    (folder, entry)
    for folder in FOLDERS
    for entry in tomllib.loads((folder / "vendor.toml").read_text())["file"]
]


@pytest.mark.parametrize(
    ("folder", "entry"), FILES, ids=lambda value: value["path"] if isinstance(value, dict) else ""
)
def test_a_vendored_file_is_the_listed_one(folder: Path, entry: dict[str, str]) -> None:
    """Its hash is the list's, its version stands in its name, and its licence lies beside it."""
    assert hashlib.sha256((folder / entry["path"]).resolve().read_bytes()).hexdigest() == entry["sha256"]
    assert entry["integrity"].startswith("sha512-")
    assert entry["licence"]
    assert list(folder.glob(f"{entry['package'].split('.')[0]}*LICENSE*")), "no licence beside it"


@pytest.mark.parametrize("folder", FOLDERS, ids=["web", "tests"])
def test_no_file_is_vendored_unlisted(folder: Path) -> None:
    """A script nobody listed is nobody's to trust."""
    listed = {Path(entry["path"]).name for where, entry in FILES if where == folder}
    told = {
        "vendor.toml",
        *(file.name for file in folder.glob("*LICENSE*")),
        *(file.name for file in folder.glob("*NOTICE*")),
    }
    assert {file.name for file in folder.iterdir()} == {
        name for name in listed if (folder / name).exists()
    } | told
