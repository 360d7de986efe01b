"""A made-up account with every way a table may be read, and tables that nobody reads, as an export of views."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

LAST_DAY = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = 19
OLD = datetime(2025, 1, 1, tzinfo=UTC)
_LTZ = pa.timestamp("us", "UTC")
PERSON = {"USER_NAME": "ANNA", "USER_TYPE": "PERSON"}
AIRFLOW = {"USER_NAME": "AIRFLOW", "USER_TYPE": "SERVICE", "application": "Airflow"}
DBT = {"USER_NAME": "DBT", "USER_TYPE": "SERVICE", "application": "dbt"}
SODA = {"USER_NAME": "SODA", "USER_TYPE": "SERVICE", "application": "Soda"}
HIGHTOUCH = {"USER_NAME": "HIGHTOUCH", "USER_TYPE": "SERVICE", "application": "Hightouch"}
TASK = {"USER_NAME": "SYSTEM", "USER_TYPE": "SYSTEM"}


@dataclass
class Export:
    """An export under construction: statements, relations and what refers to them. Bare names are of DB.S."""

    queries: list[dict[str, Any]] = field(default_factory=list)
    access: list[dict[str, Any]] = field(default_factory=list)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    dependencies: list[dict[str, Any]] = field(default_factory=list)
    shares: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)

    def relation(self, *names: str, kind: str = "BASE TABLE", born: datetime = OLD) -> Self:
        """There are such tables."""
        for name in names:
            database, schema, table = _whole(name)
            self.tables.append(
                {
                    "TABLE_ID": len(self.tables) + 1, "TABLE_NAME": table, "TABLE_SCHEMA": schema,
                    "TABLE_CATALOG": database, "TABLE_TYPE": kind, "CREATED": born, "LAST_ALTERED": born,
                    "IS_DYNAMIC": "NO",
                }
            )  # fmt: skip
        return self

    def send(  # noqa: PLR0913 - what a statement is and what it touched
        self,
        who: dict[str, str],
        text: str,
        *,
        reads: str = "",
        base: str = "",
        writes: str = "",
        kind: str = "SELECT",
        day: int = 10,
        times: int = 1,
        parent: str = "",
    ) -> str:
        """Send a statement so many days before the last one; the names it touched are for the access history."""
        sent = ""
        for _ in range(times):
            sent = f"q{len(self.queries):05}"
            at = LAST_DAY - timedelta(days=day) + timedelta(hours=3, seconds=len(self.queries))
            session = f"s-{who['USER_NAME']}"
            self.sessions.setdefault(session, {"SESSION_ID": session, "CREATED_ON": at, "who": who})
            self.sessions[session]["CREATED_ON"] = min(at, self.sessions[session]["CREATED_ON"])
            self.queries.append(
                {
                    "QUERY_ID": sent, "QUERY_TEXT": text, "START_TIME": at, "END_TIME": at + timedelta(seconds=2),
                    "WAREHOUSE_NAME": "WH", "DATABASE_NAME": "DB", "SCHEMA_NAME": "S", "QUERY_TYPE": kind,
                    "SESSION_ID": session, "USER_NAME": who["USER_NAME"], "USER_TYPE": who["USER_TYPE"],
                    "EXECUTION_STATUS": "SUCCESS",
                }
            )  # fmt: skip
            if reads or base or writes:
                self.access.append(
                    {
                        "QUERY_ID": sent, "QUERY_START_TIME": at, "USER_NAME": who["USER_NAME"],
                        "DIRECT_OBJECTS_ACCESSED": _objects(reads), "BASE_OBJECTS_ACCESSED": _objects(base or reads),
                        "OBJECTS_MODIFIED": _objects(writes), "PARENT_QUERY_ID": parent or None,
                        "ROOT_QUERY_ID": parent or None,
                    }
                )  # fmt: skip
        return sent

    def depends(self, referencing: str, referenced: str, *, domain: str = "VIEW", on: str = "TABLE") -> Self:
        """One object is defined by another."""
        row: dict[str, Any] = {}
        for end, name, of in (("REFERENCING", referencing, domain), ("REFERENCED", referenced, on)):
            database, schema, table = _whole(name)
            row |= {
                f"{end}_DATABASE": database, f"{end}_SCHEMA": schema, f"{end}_OBJECT_NAME": table,
                f"{end}_OBJECT_DOMAIN": of,
            }  # fmt: skip
        self.dependencies.append(row)
        return self

    def write(self, folder: Path, *, enterprise: bool) -> Path:
        """Write the views; without ACCESS_HISTORY the account is one of the Standard edition."""
        for day in range(DAYS):  # somebody is there every day
            self.send(PERSON, "select 1", day=day)
        views = {
            "QUERY_HISTORY": self.queries,
            "SESSIONS": [_session(row) for row in self.sessions.values()],
            "TABLES": self.tables,
            "OBJECT_DEPENDENCIES": self.dependencies,
            "GRANTS_TO_SHARES": self.shares,
            "TASK_VERSIONS": self.tasks,
            **({"ACCESS_HISTORY": self.access} if enterprise else {}),
        }
        folder.mkdir(parents=True)
        for name, rows in views.items():
            pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
        return folder


def _whole(name: str) -> tuple[str, str, str]:
    parts = name.split(".")
    database, schema, table = (["DB", "S"][: 3 - len(parts)] + parts)[-3:]
    return database, schema, table


def _objects(names: str) -> str:
    """Names parted by blanks, as a nested column has them."""
    return json.dumps(
        [
            {"objectDomain": "Table", "objectId": 1, "objectName": ".".join(_whole(name))}
            for name in names.split()
        ]
    )


def _session(row: dict[str, Any]) -> dict[str, Any]:
    environment = json.dumps({"APPLICATION": row["who"].get("application", "Snowflake Web App")})
    return {
        "SESSION_ID": row["SESSION_ID"],
        "CREATED_ON": row["CREATED_ON"],
        "USER_NAME": row["who"]["USER_NAME"],
        "CLIENT_ENVIRONMENT": environment,
    }
