"""Work with a time limit: what takes longer is given up, told, and kept from being waited for again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from checks.base import CheckError
from checks.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.model.warehouses import Warehouse

ResultT = TypeVar("ResultT")
GRACE_S = 5.0
"""How long a query that was cancelled may take to end."""


class CheckTimeoutError(CheckError):
    """A check took longer than it may."""


class _Work(Generic[ResultT]):
    """A call in a thread of its own, which dies with the program."""

    def __init__(self, call: Callable[[], ResultT]) -> None:
        self._call = call
        self._result: list[ResultT] = []
        self._error: list[Exception] = []
        self._thread = threading.Thread(target=self._run, name="assay-check", daemon=True)
        self._thread.start()

    def ends_in(self, seconds: float) -> bool:
        """Wait for the call; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> ResultT:
        """What the call gave; what it raised is raised."""
        if self._error:
            raise self._error[0]
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._call())
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            self._error.append(error)
        except BaseException as error:  # noqa: BLE001 - leaving the program is not the call's to decide
            why = f"It ended with {type(error).__name__}: {error}."
            self._error.append(CheckError(why, hint="Return a verdict, or raise an error that tells why."))


class Busy:
    """A warehouse with what still runs in it: a query given up but not ended keeps the next ones out."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._left: _Work[list[tuple[Any, ...]]] | None = None

    @property
    def dialect(self) -> str:
        """The warehouse's own."""
        return self._warehouse.dialect

    def relation(self, asset: Any) -> str:  # noqa: ANN401 - handed through
        """The warehouse's own."""
        return self._warehouse.relation(asset)

    def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
        """The rows, without a limit on time."""
        return self._warehouse.query(sql, limit)

    def query_within(self, seconds: float, sql: str, limit: int) -> list[tuple[Any, ...]]:
        """The rows; CheckTimeoutError when they take longer, after cancelling the query where that can be done."""
        if self._left is not None and not self._left.ends_in(0):
            raise CheckTimeoutError(
                "An earlier query that took too long is still running on this connection.",
                hint="End it in the warehouse; the next run starts afresh.",
            )
        work = _Work(lambda: self._warehouse.query(sql, limit))
        if work.ends_in(seconds):
            return work.result()
        if callable(cancel := getattr(self._warehouse, "cancel", None)):
            cancel()
            work.ends_in(GRACE_S)
        self._left = work
        raise CheckTimeoutError(
            f"The query took longer than {counted(seconds, 'second')}.",
            hint="Narrow it with `where`, or raise timeout_s of the check.",
        )


def within(seconds: float, warehouse: Warehouse, sql: str, limit: int) -> list[tuple[Any, ...]]:
    """The rows of a query that may take so long."""
    guarded = warehouse if isinstance(warehouse, Busy) else Busy(warehouse)
    return guarded.query_within(seconds, sql, limit)
