"""Stand-ins for the few names of orchestrators that the examples of our pages call, where these are not installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Dagster's request for a run."""

    run_key: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why a sensor of Dagster asks for no run."""

    skip_message: str


def dagster() -> ModuleType:
    """`op` and `job` leave functions as they are; `sensor` takes its options, and calling it evaluates it."""

    def sensor(**_options: object) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        return lambda function: function

    return _module(
        "dagster", RunRequest=RunRequest, SkipReason=SkipReason, sensor=sensor,
        op=lambda _function: lambda: None, job=lambda function: function,
    )  # fmt: skip


class AirflowFailException(Exception):  # noqa: N818 - Airflow's own name
    """The failure that Airflow does not try again."""


def airflow() -> dict[str, ModuleType]:
    """`dag` and `task` leave functions as they are, so calling the DAG runs its tasks in order."""

    def dag(**_options: object) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        return lambda function: function

    return {
        "airflow": _module("airflow"),
        "airflow.sdk": _module("airflow.sdk", dag=dag, task=lambda function: function),
        "airflow.sdk.exceptions": _module(
            "airflow.sdk.exceptions", AirflowFailException=AirflowFailException
        ),
    }


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module
