"""Values of a document nobody vouches for: what has the expected shape is taken, anything else is as if left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


def mapping(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is text, else ''."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list, each once and in order; a text alone is a list of one. Empty ones are left out."""
    told = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(one for one in told if isinstance(one, str) and one))


def whole(value: object) -> int | None:
    """The value if it is a finite whole number that fits 63 bits, else None; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    fits = -(2**63) < value < 2**63  # no for NaN too
    return int(value) if fits and value == int(value) else None


def moment(value: object) -> datetime | None:
    """A dbt time as an aware moment in UTC; one without a zone is UTC; None when it is none, or lies before 1970."""
    try:
        at = datetime.fromisoformat(text(value))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _EARLIEST else None
