"""Custom Python: a function of one's own looks at the asset and judges."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from assay.model.checks import Cause, CheckResult, Outcome
from checks.base import DEFAULT_TIMEOUT_S, CheckConfig, CheckError, result
from checks.deadline import limited
from checks.script import load_script
from checks.words import one_sentence

if TYPE_CHECKING:
    from assay.model.checks import Check
    from checks.base import Scene

Function = Callable[["Scene"], Any]
_FIGURES = ("observed", "expected", "low", "high")
_SAYS = {
    Outcome.PASS: "says all is well",
    Outcome.FAIL: "says no",
    Outcome.ERROR: "could not look",
    Outcome.UNKNOWN: "cannot tell",
}
_HINT = "Return True or False, an Outcome, a CheckResult, or its parts as a dict with `passed`."


class CustomPythonConfig(CheckConfig):
    """Where the function stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"call": "checks/orders.py:totals_add_up"}]})

    call: str = Field(
        pattern=r"^[^:]+:[A-Za-z_]\w*$",
        description="package.module:function, or checks/file.py:function of the Assay folder",
    )
    options: dict[str, Any] = Field(default_factory=dict, description="Given to the function by their names")
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="Seconds the function may work")


class CustomPythonCheck:
    """A function of one's own is given the scene and tells whether all is well."""

    kind: ClassVar[str] = "custom_python"
    title: ClassVar[str] = "Custom Python"
    cause: ClassVar[Cause] = Cause.CUSTOM
    config_class: ClassVar[type[CustomPythonConfig]] = CustomPythonConfig
    from_page: ClassVar[bool] = False
    needs_warehouse = False

    def __init__(self, check: Check, config: CustomPythonConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Call the function within its time."""
        function = self._function(scene)

        def call() -> object:
            return function(scene, **self.config.options)

        given = limited(self.config.timeout_s, call, "The function", self._name(function))
        return self._verdict(scene, given)

    def _name(self, function: Function) -> str:
        """The check, and its function as it is now: a file that was mended is another."""
        return f"{self.check.name}\0{getattr(function, '__module__', '')}"

    def _function(self, scene: Scene) -> Function:
        place, _, name = self.config.call.rpartition(":")
        module = load_script(_in_folder(place, scene.folder)) if place.endswith(".py") else _imported(place)
        function = getattr(module, name, None)
        if not callable(function):
            raise CheckError(
                f"{place} has no function {name}.", hint="Name one that is given the scene: module:function."
            )
        return function  # type: ignore[no-any-return] # what is callable with a scene only the call can show

    def _verdict(self, scene: Scene, given: object) -> CheckResult:
        if isinstance(given, CheckResult):
            return replace(given, check=self.check, at=scene.now)
        if isinstance(given, Outcome | bool):
            found = result(self.check, scene, given, "")
            return replace(found, message=f"The function {_SAYS[found.outcome]}.")
        if isinstance(given, Mapping) and ("passed" in given or "outcome" in given):
            return self._of_parts(scene, given)
        raise CheckError(f"The function gave a {type(given).__name__}, which is no verdict.", hint=_HINT)

    def _of_parts(self, scene: Scene, parts: Mapping[str, Any]) -> CheckResult:
        known = {"passed", "outcome", "message", "metadata", *_FIGURES}
        if unknown := sorted(set(parts) - known):
            raise CheckError(f"The function gave the unknown part {unknown[0]!r}.", hint=_HINT)
        verdict = Outcome(parts["outcome"]) if "outcome" in parts else _yes_or_no(parts["passed"])
        figures = {name: float(parts[name]) for name in _FIGURES if parts.get(name) is not None}
        message = one_sentence(str(parts.get("message") or "The function gave its verdict."))
        found = result(self.check, scene, verdict, message, **figures)
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


def _in_folder(place: str, folder: Path | None) -> Path:
    """A file of the Assay folder's `checks`; never one outside of it."""
    home = (folder or Path()).resolve() / "checks"
    file = ((folder or Path()) / place).resolve()
    if not file.is_relative_to(home):
        raise CheckError(f"{place} is not in {home}.", hint="Keep functions of checks in that folder.")
    return file
