"""Results as they can be kept: what a check of anybody's gives is brought to text, figures and JSON values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assay.model.checks import Check, CheckResult, Outcome
from checks.base import CheckError
from checks.words import one_sentence, printable

MOST_CHARACTERS = 1_000_000
"""Of a result's metadata as JSON; more than that is left out."""

_DEEPEST = 20
_FIGURES = ("observed", "expected", "low", "high")
_HINT = "Mend the check: give a CheckResult with an Outcome, figures and JSON values."


def keepable(found: object, check: Check) -> CheckResult:
    """The check's result with what no store can hold taken out; CheckError where it is no verdict at all.

    A figure that is no finite number is left out, and one that was observed makes a pass an error: nothing was seen.
    """
    if not isinstance(found, CheckResult):
        raise CheckError(f"The check gave a {type(found).__name__} instead of a result.", hint=_HINT)
    if not isinstance(found.check, Check) or found.check.name != check.name:
        raise CheckError("The check gave a result of some other check.", hint=_HINT)
    if not isinstance(found.at, datetime) or found.at.tzinfo is None:
        raise CheckError("The check gave a result of no moment.", hint=_HINT)
    try:
        outcome = Outcome(found.outcome)
        observed, expected, low, high = (_figure(getattr(found, name)) for name in _FIGURES)
        metadata = _small({printable(str(key)): _plain(value, 1) for key, value in found.metadata.items()})
    except (TypeError, ValueError, AttributeError) as error:
        raise CheckError(f"The check's result cannot be kept: {error}.", hint=_HINT) from error
    if outcome is Outcome.PASS and found.observed is not None and observed is None:
        raise CheckError(f"The check passed on {found.observed}, which is no figure.", hint=_HINT)
    message = one_sentence(printable(str(found.message)))
    return CheckResult(found.check, found.at, outcome, message, observed, expected, low, high, metadata)


def _figure(value: Any) -> float | None:  # noqa: ANN401 - a figure, or what somebody took for one
    number = None if value is None else float(value)
    return number if number is not None and math.isfinite(number) else None


def _plain(value: object, depth: int) -> Any:  # noqa: ANN401 - a JSON value
    """A JSON value for anything: what is none is told in its own words."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return _figure(value)
    if isinstance(value, str) or depth > _DEEPEST:
        return printable(str(value))
    if isinstance(value, Mapping):
        return {printable(str(key)): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [_plain(inner, depth + 1) for inner in value]
    return printable(str(value))


def _small(metadata: dict[str, Any]) -> dict[str, Any]:
    size = len(json.dumps(metadata))
    return metadata if size <= MOST_CHARACTERS else {"left_out": f"{size:,} characters of metadata"}
