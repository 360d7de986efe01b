"""What pydantic refuses, said as an error of ours: the key, its place, and the nearest valid one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_LONGEST_NAME = 80


def fault(
    error: ValidationError, model: type[BaseModel], origin: Callable[[str], str], above: str = ""
) -> ConfigError:
    """The first of what is wrong; `above` is the dotted place of `model` in the settings, with its dot."""
    problems = sorted(
        error.errors(include_url=False, include_input=False),
        key=lambda problem: problem["type"] != "extra_forbidden",  # a misspelt key explains a missing one
    )
    told = _unknown(problems[0], model, origin, above) or _refused(problems[0], origin, above)
    if len(problems) == 1:
        return told
    return ConfigError(f"{told.message} ({len(problems) - 1} more after it)", hint=told.hint)


def short(name: str) -> str:
    """A name as a sentence shows it, cut where it is far too long to be read."""
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def nearest(word: str, valid: Sequence[str]) -> str:
    """The next step for a wrong word: what was probably meant, and what is valid."""
    close = difflib.get_close_matches(word, valid, n=1)
    listed = f"Valid: {', '.join(map(short, valid))}." if valid else ""
    return f"Did you mean {short(close[0])}? {listed}" if close else listed


def _unknown(
    problem: ErrorDetails, model: type[BaseModel], origin: Callable[[str], str], above: str
) -> ConfigError | None:
    if problem["type"] != "extra_forbidden":
        return None
    *outer, key = map(str, problem["loc"])
    dotted = above + ".".join([*outer, key])
    return ConfigError(
        f"{origin(dotted)}: unknown key {short(dotted)}.", hint=nearest(key, _keys(model, outer))
    )


def _refused(problem: ErrorDetails, origin: Callable[[str], str], above: str) -> ConfigError:
    dotted = (above + ".".join(str(part) for part in problem["loc"] if part != "[key]")).strip(".")
    why = problem["msg"].removeprefix("Value error, ")
    where = origin(dotted)
    if problem["type"] == "missing":
        place = "" if where == "default" else f"{where}: "
        return ConfigError(
            f"{place}{dotted} is not set.", hint=f"Set it there, or by `--set {dotted}=VALUE`."
        )
    return ConfigError(
        f"{where}: {dotted}: {why}", hint="Mend the value; `assay config schema` tells what is valid."
    )


def _keys(model: type[BaseModel], outer: Sequence[str]) -> list[str]:
    """The keys valid below `outer`, as the models tell."""
    inner: type[BaseModel] | None = model
    for part in outer:
        if inner is not None and part in inner.model_fields:
            inner = _model_in(inner.model_fields[part].annotation)
    return sorted(inner.model_fields) if inner else []


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation may come
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
