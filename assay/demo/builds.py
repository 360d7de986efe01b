"""The daily dbt build: which node runs when, on four threads, with its statement and its result.

The story: one model becomes slower from day to day as it outgrows the memory of its warehouse, one fails on a
day and is retried two hours later, one table gets only half its rows on the last Tuesday, and in the last build
the key of one is no longer unique and one takes six times as long.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from assay.demo import people
from assay.demo.assets import (
    BY_NAME,
    CREEPING,
    DOUBLED,
    DOUBLES,
    FAILING,
    HALVED,
    MODELS,
    PROJECT,
    SLOW,
    SLOWER,
    Table,
)
from assay.demo.calendar import BUILD_MS, Calendar
from assay.demo.load import Book, Load, Statement
from assay.demo.repository import tests_of
from assay.demo.warehouses import DAY_MS, HOUR_MS, SECOND_MS, TRANSFORMING

if TYPE_CHECKING:
    from collections.abc import Iterable

THREADS = 4
RETRY_AFTER_MS = 2 * HOUR_MS
DBT_VERSION = "1.11.2"
TUESDAY = 1
SPILLED_PER_MS = 80_000
"""Bytes the creeping model spills in a millisecond, were the period four times as long."""
TYPES = {
    "view": "CREATE_VIEW", "table": "CREATE_TABLE_AS_SELECT", "incremental": "MERGE", "snapshot": "MERGE",
    "seed": "INSERT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the build: a model, or (where `test` says which) a test of it."""

    table: Table
    test: str = ""

    @property
    def unique_id(self) -> str:
        """Dbt's name of it."""
        if not self.test:
            return self.table.node
        name = f"{self.test}_{self.table.name.lower()}_{self.table.key}"
        return f"test.{PROJECT}.{name}.{_digest(name)}"


DOUBLED_TEST = Node(BY_NAME[DOUBLED], "unique")


@dataclass(slots=True)
class Result:
    """What became of a node in one invocation; `number` is the load's `result`, 0 where nothing ran."""

    node: Node
    status: str
    number: int = 0
    start_ms: int = 0
    run_ms: int = 0
    thread: int = 0
    failures: int = 0


@dataclass(slots=True)
class Invocation:
    """One call of dbt, and what it answered."""

    id: str
    command: str
    at_ms: int
    results: list[Result] = field(default_factory=list)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=5).hexdigest()


def nodes() -> tuple[Node, ...]:
    """Everything a full build runs, in an order in which each comes after what it needs."""
    found: list[Node] = []
    for table in MODELS:
        found += [Node(table), *(Node(table, test) for test in tests_of(table))]
    return tuple(found)


@dataclass(slots=True)
class Builds:
    """The builds of a period: invocations, and the load they made so far as rows."""

    calendar: Calendar
    book: Book
    rng: np.random.Generator
    invocations: list[Invocation] = field(default_factory=list)
    rows: list[dict[str, int]] = field(default_factory=list)
    statements: dict[Node, Statement] = field(default_factory=dict)

    def run(self, at_ms: int, command: str, chosen: Iterable[Node], *, fails: str = "") -> Invocation:
        """Invoke dbt for some nodes; the model `fails` fails and what needs it is skipped."""
        day = (at_ms - self.calendar.start_ms) // DAY_MS
        identity = UUID(bytes=self.rng.bytes(16), version=4)
        invocation = Invocation(str(identity), command, at_ms)
        free = [at_ms + 6 * SECOND_MS] * THREADS
        done: dict[str, int] = {}
        lost: set[str] = set()
        for node in chosen:
            if self._skipped(node, lost):
                lost |= {node.table.name} if not node.test else set()
                invocation.results.append(Result(node, "skipped"))
                continue
            thread = free.index(min(free))
            needs = (node.table.name,) if node.test else node.table.upstream
            start = max(free[thread], *(done.get(name, 0) for name in needs), 0)
            result = self._result(node, day, start, thread, failed=node.table.name == fails and not node.test)
            self._enter(result, day, invocation)
            invocation.results.append(result)
            free[thread] = start + result.run_ms + int(self.rng.integers(150, 700))
            if not node.test:
                done[node.table.name] = start + result.run_ms
                lost |= {fails} & {node.table.name}
        self.invocations.append(invocation)
        return invocation

    @staticmethod
    def _skipped(node: Node, lost: set[str]) -> bool:
        return node.table.name in lost or (not node.test and not lost.isdisjoint(node.table.upstream))

    def _result(self, node: Node, day: int, start_ms: int, thread: int, *, failed: bool) -> Result:
        """How long a node takes on a day; the creeping model thrice as long at the end."""
        aged = day / max(self.calendar.days - 1, 1)
        seconds = 1.5 if node.test else node.table.seconds * (1 + 0.15 * aged)
        if node.table.name == CREEPING and not node.test:
            seconds *= 1 + 2 * aged
        is_last = day == self.calendar.days - 1
        if node.table.name == SLOW and not node.test and is_last:
            seconds *= SLOWER
        run_ms = int(seconds * SECOND_MS * self.rng.lognormal(0, 0.08) * (0.3 if failed else 1))
        failures = DOUBLES if node == DOUBLED_TEST and is_last else 0
        status = ("fail" if failures else "pass") if node.test else "success"
        number = len(self.rows) + 1
        return Result(node, "error" if failed else status, number, start_ms, run_ms, thread, failures)

    def _enter(self, result: Result, day: int, invocation: Invocation) -> None:
        """Enter the statement of a result into the load."""
        node, table = result.node, result.node.table
        statement = self.statements.setdefault(node, statement_of(node))
        text = self.book.add(statement, f"{statement.shape}\n/* {json.dumps(comment(node, invocation))} */")
        rows = 1 if node.test else rows_of(table, day, self.calendar)
        self.rows.append(
            {
                "start_ms": result.start_ms, "run_ms": result.run_ms, "text": text, "user": people.DBT,
                "warehouse": TRANSFORMING, "failed": int(result.status == "error"), "rows": rows,
                "written": 0 if node.test else rows * table.row_bytes, "scanned": result.run_ms * 50_000,
                "result": result.number, "cloud": 400, "spilled": self._spilled(result, day),
            }
        )  # fmt: skip

    def _spilled(self, result: Result, day: int) -> int:
        """What outgrows the warehouse's memory: the creeping model, from a quarter of the period on."""
        aged = day / max(self.calendar.days - 1, 1)
        creeps = result.node.table.name == CREEPING and not result.node.test
        return int(result.run_ms * SPILLED_PER_MS * max(aged - 0.25, 0)) if creeps else 0

    def load(self) -> Load:
        """The statements of all builds."""
        return Load.of(**{name: np.array([row[name] for row in self.rows]) for name in self.rows[0]})


def statement_of(node: Node) -> Statement:
    """The SQL that builds or tests a node."""
    table = node.table
    if node.test:
        condition = f"{table.key} IS NULL" if node.test == "not_null" else f"{table.key} IN (SELECT 1)"
        rows = f"SELECT {table.key} FROM {table.sql} WHERE {condition}"  # noqa: S608 -- written, never run
        text = f"SELECT COUNT(*) AS failures FROM ({rows}) dbt_internal_test"  # noqa: S608 -- as above
        return Statement("SELECT", text, "TESTS", (table.name,))
    read = " JOIN ".join(BY_NAME[name].sql for name in table.upstream) or "VALUES (1)"
    select = f"SELECT * FROM {read}"  # noqa: S608 -- written, never run
    forms = {
        "view": f"CREATE OR REPLACE VIEW {table.sql} AS ({select})",
        "table": f"CREATE OR REPLACE TRANSIENT TABLE {table.sql} AS ({select})",
        "seed": f"INSERT INTO {table.sql} VALUES (%s, %s)",  # noqa: S608 -- written, never run
    }
    merge = (
        f"MERGE INTO {table.sql} AS DBT_INTERNAL_DEST USING ({select}) AS DBT_INTERNAL_SOURCE "
        f"ON DBT_INTERNAL_SOURCE.{table.key} = DBT_INTERNAL_DEST.{table.key} "
        "WHEN NOT MATCHED THEN INSERT VALUES (1)"
    )
    ddl = table.kind == "view"
    return Statement(
        TYPES[table.kind], forms.get(table.kind, merge), table.schema, table.upstream, table.name, ddl
    )


def comment(node: Node, invocation: Invocation) -> dict[str, str]:
    """What dbt says of itself behind each statement."""
    return {
        "app": "dbt", "dbt_version": DBT_VERSION, "profile_name": PROJECT, "target_name": "prod",
        "node_id": node.unique_id,
        "invocation_id": invocation.id, "invocation_command": invocation.command,
    }  # fmt: skip


def rows_of(table: Table, day: int, calendar: Calendar) -> int:
    """How many rows a build of the table writes on a day."""
    if table.kind == "view":
        return 0
    grown = table.rows * (0.85 + 0.15 * (day + 1) / calendar.days)
    if table.kind in {"incremental", "snapshot"}:
        return int(grown * 0.002)
    return int(grown * (0.5 if table.name == HALVED and day == halved_day(calendar) else 1))


def halved_day(calendar: Calendar) -> int:
    """The last Tuesday of the period but the last days; -1 when there is none."""
    return max(
        (
            day
            for day, weekday in enumerate(calendar.weekdays)
            if weekday == TUESDAY and day < calendar.days - 2
        ),
        default=-1,
    )


def failing_day(calendar: Calendar) -> int:
    """The day on which a model fails and is retried."""
    return (calendar.days * 3) // 5


def builds(calendar: Calendar, book: Book, rng: np.random.Generator) -> Builds:
    """A build a day, and a retry after the one that fails."""
    made, every = Builds(calendar, book, rng), nodes()
    for day, day_ms in enumerate(calendar.days_ms):
        fails = FAILING if day == failing_day(calendar) else ""
        invocation = made.run(day_ms + BUILD_MS, "dbt build --select models/* seeds/*", every, fails=fails)
        if fails:
            again = [result.node for result in invocation.results if result.status in {"error", "skipped"}]
            made.run(day_ms + BUILD_MS + RETRY_AFTER_MS, "dbt retry", again)
    return made
