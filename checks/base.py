"""What every check is: a kind, a typed config, and a verdict on one asset as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from assay.errors import AssayError
from assay.model.checks import CheckResult, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session
    from sqlglot import exp

    from assay.model.assets import AssetKey, Column
    from assay.model.checks import Cause, Check
    from assay.model.warehouses import Warehouse

DEFAULT_TIMEOUT_S = 300.0
"""How long a check may ask its warehouse, or its function may work, where its config says nothing."""


class CheckError(AssayError):
    """A check could not be run."""


class NoWarehouseError(CheckError):
    """A check needs to query its asset, and no connection can."""


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What the store knows of the asset a check is of; `id` is None for an asset it has never seen."""

    key: AssetKey
    id: int | None = None
    columns: tuple[Column, ...] = ()


class Reads(Protocol):
    """The store, to be read."""

    @property
    def url(self) -> str:
        """Where it is, with its password, for a process that reads it by itself."""

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one moment of it. It is to be left before a warehouse is asked, which takes long."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a check may look at: the moment, the store (to read), its asset, and the warehouse if there is one.

    `folder` is the Assay folder, where a check's own files stand; `read_until` how far the asset's account is read,
    None where that is not known to lag.
    """

    now: datetime
    store: Reads
    asset: AssetFacts
    warehouse: Warehouse | None = None
    folder: Path | None = None
    read_until: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """The moment what was collected speaks of: now, or the end of what is read where that is earlier."""
        return self.now if self.read_until is None else min(self.now, self.read_until)

    def asked(self) -> Warehouse:
        """The warehouse; NoWarehouseError where no connection answers queries of this asset."""
        if self.warehouse is None:
            raise NoWarehouseError(
                f"No connection answers queries of {self.asset.key}.",
                hint=f"Connect {self.asset.key.platform} as {self.asset.key.instance}: assay connect.",
            )
        return self.warehouse


class CheckConfig(BaseModel):
    """The options of a kind of check: unknown keys are refused, and nothing changes after it is read.

    Each kind's class carries an example in its schema: forms and the reference show it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class QueryConfig(CheckConfig):
    """The options of a check that asks a warehouse."""

    where: str = Field(default="", description="A condition in the warehouse's SQL: only these rows count")
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="Seconds the query may take")


class CheckType(Protocol):
    """A kind of check, found by entry point and made of one declared check and its config.

    `from_page` is False where the config is code: such a check is only taken from files of the Assay folder.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    cause: ClassVar[Cause]
    config_class: ClassVar[type[CheckConfig]]
    from_page: ClassVar[bool]

    def __init__(self, check: Check, config: Any) -> None: ...  # noqa: ANN401 - each kind has its own config class

    @property
    def needs_warehouse(self) -> bool:
        """Whether it cannot be run without asking the warehouse."""

    def run(self, scene: Scene) -> CheckResult:
        """Look and judge. Whatever it raises makes the outcome ERROR; it never passes by failing."""


@runtime_checkable
class Aggregate(Protocol):
    """A check whose figures are aggregates over the asset's rows: several are asked in one scan."""

    @property
    def config(self) -> QueryConfig:
        """Its options: all checks of a scan look at the same rows."""

    def figures(self, scene: Scene) -> Mapping[str, exp.Expr]:
        """The aggregates it needs, by a name of its own choice; `rows` is always there as well."""

    def judge(self, scene: Scene, figures: Mapping[str, Any]) -> CheckResult:
        """The verdict on the figures the scan gave."""


def result(  # noqa: PLR0913 - the parts of a result
    check: Check,
    scene: Scene,
    outcome: Outcome | bool,
    message: str,
    *,
    observed: float | None = None,
    expected: float | None = None,
    low: float | None = None,
    high: float | None = None,
    **metadata: Any,  # noqa: ANN401 - JSON values of any sort
) -> CheckResult:
    """What a check found now; True and False stand for PASS and FAIL."""
    if isinstance(outcome, bool):
        outcome = Outcome.PASS if outcome else Outcome.FAIL
    return CheckResult(check, scene.now, outcome, message, observed, expected, low, high, metadata)
