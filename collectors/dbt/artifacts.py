"""Reading artifacts of any version: what is known is taken, what is unknown is passed over, what is broken is told."""

from __future__ import annotations

import gzip
import json
import zlib
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assay.errors import MalformedInputError

if TYPE_CHECKING:
    from collectors.dbt.places import Found

Json = dict[str, Any]


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


def kind_of(found: Found) -> Artifact | None:
    """Which artifact a file is, by its name; None for other files."""
    stem = found.name.removesuffix(".gz").removesuffix(".json")
    return next(
        (kind for kind in Artifact if stem == kind or stem.startswith((f"{kind}_", f"{kind}-"))), None
    )


def load(found: Found, data: bytes) -> Json:
    """The document of an artifact.

    Raises:
        MalformedInputError: truncated, too deep, not JSON, not UTF-8, or not an object with the artifact's content.
    """
    try:
        text = (gzip.decompress(data) if found.name.endswith(".gz") else data).decode("utf-8-sig")
        document = json.loads(text)
    except RecursionError:
        raise _malformed(found, "it is nested too deeply to be a dbt artifact") from None
    except json.JSONDecodeError as error:
        raise _malformed(found, f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError as error:
        raise _malformed(found, f"byte {error.start} is not UTF-8") from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _malformed(found, str(error)) from None
    kind = kind_of(found)
    content, shape = _CONTENT[kind] if kind else ("metadata", dict)
    if not isinstance(document, dict) or not isinstance(document.get(content), shape):
        raise _malformed(found, f"it has no `{content}`")
    return document


def _malformed(found: Found, what: str) -> MalformedInputError:
    return MalformedInputError(
        f"{found.path} cannot be read: {what}.",
        hint="Was it cut short while being copied? Copy it again, or let dbt write it again; the rest is read.",
    )


def mapping(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is text, else ''."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """The value if it is a finite whole number that fits 63 bits, else None; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        return None
    return int(value) if abs(value) < 2**63 and value == int(value) else None
