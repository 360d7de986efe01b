"""Checks written into a YAML file of the Assay folder, keeping what stands there."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model.checks import Check

FILE = Path("checks") / "suggested.yml"


class WriteError(ConfigError):
    """A file of checks cannot be written."""


def write(folder: Path, checks: Sequence[Check]) -> Path:
    """Add checks to the folder's file of accepted suggestions, each asset's in a block; the file's path.

    The file is replaced in one step, its comments kept.
    """
    file = folder / FILE
    yaml = YAML()
    yaml.width = 110
    blocks = _blocks(yaml, file)
    for check in checks:
        _block_of(blocks, str(check.asset))["checks"].append(_entry(check))
    text = io.StringIO()
    yaml.dump(blocks, text)
    _replace(file, text.getvalue())
    return file


def _blocks(yaml: YAML, file: Path) -> list[Any]:
    try:
        found = yaml.load(file.read_text("utf-8")) if file.exists() else []
    except (YAMLError, OSError, ValueError) as error:
        raise WriteError(f"{file} cannot be read: {error}", hint="Mend the file, then write again.") from None
    if not isinstance(found, list):
        raise WriteError(f"{file} is no list of blocks.", hint="Begin each block with `- asset:`.")
    return found


def _block_of(blocks: list[Any], asset: str) -> Any:  # noqa: ANN401 - a mapping of the file
    known = next((block for block in blocks if isinstance(block, dict) and block.get("asset") == asset), None)
    if known is None:
        known = {"asset": asset, "checks": []}
        blocks.append(known)
    return known


def _entry(check: Check) -> dict[str, Any]:
    said = {"owner": check.owner, "description": check.description}
    return {
        "name": check.name,
        "kind": check.kind,
        "severity": check.severity.value,
        **{key: value for key, value in said.items() if value},
        **check.config,
    }


def _replace(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        raise WriteError(f"{file} cannot be written: {error}", hint="Check the folder's rights.") from None
