"""Everything that is asked of the warehouses: one row per statement in columns, and a book of their texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assay.demo.warehouses import NO_WAREHOUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.demo.power import Ints

Values = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sort of statement: its type, where it runs, what it reads and what it writes (names of tables)."""

    type: str
    shape: str
    schema: str = "MARTS"
    reads: tuple[str, ...] = ()
    writes: str = ""
    ddl: bool = False

    @property
    def hash(self) -> str:
        """What stands for the statement without its literals."""
        return blake2b(f"{self.type}{self.shape}".encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class Book:
    """The distinct texts with their query tags and statements; a row of the load names them by number."""

    statements: list[Statement] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    statement: list[int] = field(default_factory=list)
    _known: dict[Statement, int] = field(default_factory=dict)

    def add(self, statement: Statement, text: str = "", tag: str = "") -> int:
        """Enter a text (by default the statement's shape) and return its number."""
        number = self._known.setdefault(statement, len(self.statements))
        if number == len(self.statements):
            self.statements.append(statement)
        self.texts.append(text or statement.shape)
        self.tags.append(tag)
        self.statement.append(number)
        return len(self.texts) - 1


COLUMNS = {
    "start_ms": 0, "compile_ms": 80, "run_ms": 0, "text": 0, "user": 0, "warehouse": NO_WAREHOUSE,
    "failed": 0, "rows": 0, "scanned": 0, "written": 0, "call": 0, "child_of": 0, "cloud": 100,
    "accelerated": 0,
    "spilled": 0,
    "result": 0,
}  # fmt: skip
"""The columns of a load and their defaults.

`call` and `child_of` number stored-procedure calls from 1, `result` dbt's results; `cloud` is the relative
weight of the cloud services used, `accelerated` the bytes scanned by query acceleration, `spilled` those written
to the warehouse's own disks for want of memory.
"""


@dataclass(slots=True)
class Load:
    """Statements in columns, all of one length; times are epoch ms, lengths ms, sizes bytes."""

    columns: dict[str, Ints]

    @classmethod
    def of(cls, **columns: Ints | int) -> Load:
        """A load from arrays and constants; what is not given has its default."""
        rows = max(np.size(values) for values in columns.values())
        given = {**COLUMNS, **columns}
        return cls({name: np.broadcast_to(np.asarray(given[name], dtype=np.int64), rows) for name in COLUMNS})

    @classmethod
    def join(cls, loads: Sequence[Load]) -> Load:
        """All statements of several loads in order of their start."""
        joined = {name: np.concatenate([load.columns[name] for load in loads]) for name in COLUMNS}
        order = np.argsort(joined["start_ms"], kind="stable")
        return cls({name: values[order] for name, values in joined.items()})

    def __len__(self) -> int:
        return len(self.columns["start_ms"])

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]
