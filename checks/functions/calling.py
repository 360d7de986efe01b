"""Loading and calling functions of checks. This runs in their own process: nothing of it can harm the main one."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.model.checks import Cause, Check, CheckResult, Outcome
from checks.authoring import MARK, Mark
from checks.base import CheckError, result
from checks.functions.remote import scene_of
from checks.functions.script import load_script
from checks.keepable import keepable
from checks.running import errored
from checks.words import one_sentence

if TYPE_CHECKING:
    from pathlib import Path

    from checks.base import Scene
    from checks.functions.remote import Ask

Function = Callable[..., Any]
_FIGURES = ("observed", "expected", "low", "high")
_SAYS = {
    Outcome.PASS: "says all is well",
    Outcome.FAIL: "says no",
    Outcome.ERROR: "could not look",
    Outcome.UNKNOWN: "cannot tell",
}
_HINT = "Return True or False, an Outcome, a CheckResult, or its parts as a dict with `passed`."
_PARTS = ("outcome", "message", *_FIGURES, "metadata")


def marked(file: Path) -> list[dict[str, Any]]:
    """The marked functions of a file: their names, lines, first paragraphs, and what the mark says."""
    found = []
    for name, function in list(vars(load_script(file)).items()):
        mark = getattr(function, MARK, None)
        if isinstance(mark, Mark):
            about = (inspect.getdoc(function) or "").split("\n\n")[0]
            line = function.__code__.co_firstlineno
            found.append({"function": name, "line": line, "about": about, "mark": dataclasses.asdict(mark)})
    return found


def called(request: Mapping[str, Any], folder: Path, ask: Ask) -> dict[str, Any]:
    """The parts of what the function found; of whatever kept it from finding anything, an ERROR."""
    scene = scene_of(request["scene"], folder, ask)
    check = Check(
        request["check"]["name"], scene.asset.key, "custom_python", Cause(request["check"]["cause"])
    )
    try:
        given = _function(request["call"], folder)(scene, **request["options"])
        found = keepable(_verdict(check, scene, given), check)
    except Exception as error:  # noqa: BLE001 - a function may raise anything; it is its result
        found = errored(check, error, scene.now)
    except BaseException as error:  # noqa: BLE001 - so may it try to leave, which decides nothing
        why = CheckError(f"It ended with {type(error).__name__}: {error}.", hint=_HINT)
        found = errored(check, why, scene.now)
    return {name: getattr(found, name) for name in _PARTS}


def _function(call: str, folder: Path) -> Function:
    place, _, name = call.rpartition(":")
    module = load_script(_in_folder(place, folder)) if place.endswith(".py") else _imported(place)
    function = getattr(module, name, None)
    if not callable(function):
        raise CheckError(
            f"{place} has no function {name}.", hint="Name one that is given the scene: module:function."
        )
    found: Function = function
    return found


def _verdict(check: Check, scene: Scene, given: object) -> CheckResult:
    if isinstance(given, CheckResult):
        return replace(given, check=check, at=scene.now)
    if isinstance(given, Outcome | bool):
        found = result(check, scene, given, "")
        return replace(found, message=f"The function {_SAYS[found.outcome]}.")
    if isinstance(given, Mapping) and ("passed" in given or "outcome" in given):
        return _of_parts(check, scene, given)
    raise CheckError(f"The function gave a {type(given).__name__}, which is no verdict.", hint=_HINT)


def _of_parts(check: Check, scene: Scene, parts: Mapping[str, Any]) -> CheckResult:
    known = {"passed", "outcome", "message", "metadata", *_FIGURES}
    if unknown := sorted(set(parts) - known):
        raise CheckError(f"The function gave the unknown part {unknown[0]!r}.", hint=_HINT)
    verdict = Outcome(parts["outcome"]) if "outcome" in parts else _yes_or_no(parts["passed"])
    figures = {name: float(parts[name]) for name in _FIGURES if parts.get(name) is not None}
    message = one_sentence(str(parts.get("message") or "The function gave its verdict."))
    found = result(check, scene, verdict, message, **figures)
    return replace(found, metadata=dict(parts.get("metadata") or {}))


def _yes_or_no(said: object) -> bool:
    """True, False, or what equals them, as numpy's do; CheckError for the rest: "false" must be no pass."""
    if said in (True, False):  # no set: what is no bool need not be hashable
        return bool(said)
    raise CheckError(f"The function says passed = {said!r}, which is no verdict.", hint=_HINT)


def _imported(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CheckError(
            f"The module {name} cannot be imported: {error}.",
            hint="Install it beside Assay, or mend its name.",
        ) from error


def _in_folder(place: str, folder: Path) -> Path:
    """A file of the Assay folder's `checks`; never one outside of it."""
    home = folder.resolve() / "checks"
    file = (folder / place).resolve()
    if not file.is_relative_to(home):
        raise CheckError(f"{place} is not in {home}.", hint="Keep functions of checks in that folder.")
    return file
