"""Checks written in Python: functions in ``checks/*.py`` of the Assay folder, marked with `check`.

from checks.authoring import check

@check(asset="snowflake:acme:shop.marts.orders", severity="warn")
def totals_add_up(scene):
    (paid, booked), = scene.asked().query("SELECT SUM(paid), SUM(booked) FROM shop.marts.orders")
    return {"passed": paid == booked, "observed": paid, "expected": booked}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from assay.model.checks import Cause, Severity
from checks.base import DEFAULT_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

FunctionT = TypeVar("FunctionT", bound="Callable[..., Any]")
MARK = "__assay_check__"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a function's decorator says of its check."""

    asset: str
    name: str
    severity: Severity
    cause: Cause
    owner: str
    description: str
    timeout_s: float
    every: str


def check(  # noqa: PLR0913 - what a check may be told
    *,
    asset: str,
    name: str = "",
    severity: Severity | str = Severity.ERROR,
    cause: Cause | str = Cause.CUSTOM,
    owner: str = "",
    description: str = "",
    timeout_s: float = DEFAULT_TIMEOUT_S,
    every: str = "",
) -> Callable[[FunctionT], FunctionT]:
    """Make a function a check of an asset.

    The function is given the scene and returns True or False, an Outcome, or a dict with `passed` and what else
    explains it (`message`, `observed`, `expected`, `low`, `high`, `metadata`). By default the check is named
    after the file and the function, and described by the function's docstring. A cycle runs it once a day, unless
    `every` says otherwise: "1h", "1w", or "cycle" for every one.
    """
    mark = Mark(asset, name, Severity(severity), Cause(cause), owner, description, timeout_s, every)

    def marked(function: FunctionT) -> FunctionT:
        setattr(function, MARK, mark)
        return function

    return marked
