"""Reading artifacts of any version: what is known is taken, what is unknown is passed over, what is broken is told."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.errors import MalformedInputError
from collectors.json_text import storable

if TYPE_CHECKING:
    from collectors.dbt.loose import Json
    from collectors.dbt.places import Found

LARGEST_BYTES = 2 * 1024**3
"""The largest document read, unpacked: ten times the largest manifest heard of, and no bomb."""


class Artifact(StrEnum):
    """The files dbt writes that we read; a name may go on after it (run_results_2026-01-01.json)."""

    MANIFEST = "manifest"
    RUN_RESULTS = "run_results"
    CATALOG = "catalog"
    SOURCES = "sources"


_CONTENT = {
    Artifact.MANIFEST: ("nodes", dict),
    Artifact.RUN_RESULTS: ("results", list),
    Artifact.CATALOG: ("nodes", dict),
    Artifact.SOURCES: ("results", list),
}


def stem(name: str) -> str:
    """A file's name without .json and .gz."""
    return name.removesuffix(".gz").removesuffix(".json")


def kind_of(found: Found) -> Artifact | None:
    """Which artifact a file is, by its name; None for other files."""
    bare = stem(found.name)
    return next(
        (kind for kind in Artifact if bare == kind or bare.startswith((f"{kind}_", f"{kind}-"))), None
    )


def load(found: Found, data: bytes) -> Json:
    """The document of an artifact.

    Raises:
        MalformedInputError: truncated, too deep, not JSON, not UTF-8, or not an object with the artifact's content.
    """
    document = _parsed(found, data)
    kind = kind_of(found)
    content, shape = _CONTENT[kind] if kind else ("metadata", dict)
    if not isinstance(document, dict) or not isinstance(document.get(content), shape):
        raise malformed(found, f"it has no `{content}`")
    return document


def _parsed(found: Found, data: bytes) -> object:
    try:
        told = _unpacked(found, data).decode("utf-8-sig")
        if not told.strip():
            raise malformed(found, "it is empty")
        return json.loads(storable(told))
    except RecursionError:
        raise malformed(found, "it is nested too deeply to be a dbt artifact") from None
    except json.JSONDecodeError as error:
        raise malformed(found, f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError as error:
        raise malformed(found, f"byte {error.start} is not UTF-8, in which dbt writes") from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise malformed(found, str(error)) from None


def _unpacked(found: Found, data: bytes) -> bytes:
    if found.name.endswith(".gz"):
        data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise malformed(found, f"it is larger than {LARGEST_BYTES:,} bytes")
    return data


def malformed(found: Found, what: str) -> MalformedInputError:
    """The error of an artifact that cannot be read, and the next step."""
    return MalformedInputError(
        f"{found.path} cannot be read: {what}.",
        hint="Was it cut short while being copied? Copy it again, or let dbt write it again; the rest is read.",
    )
