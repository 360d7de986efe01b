"""Custom Python: a function of one's own looks at the asset and judges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict, Field

from assay.model.checks import Cause
from checks.base import DEFAULT_TIMEOUT_S, CheckConfig
from checks.functions.process import called

if TYPE_CHECKING:
    from assay.model.checks import Check, CheckResult
    from checks.base import Scene


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
    """A function of one's own is given the scene and tells whether all is well.

    It is called in a process of its own, which it may crash, and which is ended when its time is over.
    """

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
        """Have the function called, and hear what it says."""
        return called(self.check, scene, self.config.call, self.config.options, self.config.timeout_s)
