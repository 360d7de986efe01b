"""dbt's own documents: the manifest, an invocation's results, the catalog and the freshness of sources."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assay.demo.assets import LOST, MODELS, PROJECT, SOURCES, STALE, STALE_DAYS, TABLES, Table
from assay.demo.builds import DBT_VERSION, Invocation, Node, Result, nodes
from assay.demo.people import DASHBOARDS, USERS
from assay.demo.repository import checksum_of, code_of, path_of, properties_of, slug
from assay.demo.warehouses import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

QUARTER_MS = 900_000
"""The loader comes each quarter of an hour."""
SCHEMAS = "https://schemas.getdbt.com/dbt"
Document = dict[str, Any]


def iso(ms: int) -> str:
    """A moment as dbt writes it."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def metadata(kind: str, invocation: Invocation, at_ms: int) -> Document:
    """The head of every document."""
    return {
        "dbt_schema_version": f"{SCHEMAS}/{kind}.json", "dbt_version": DBT_VERSION,
        "generated_at": iso(at_ms),
        "invocation_id": invocation.id, "invocation_started_at": iso(invocation.at_ms), "env": {},
    }  # fmt: skip


def manifest(invocation: Invocation) -> Document:
    """The project: models, tests, sources and the dashboards declared as exposures."""
    head = {
        **metadata("manifest/v12", invocation, invocation.at_ms + 5000),
        "project_name": PROJECT,
        "adapter_type": "snowflake",
    }
    every = {node.unique_id: _node(node) for node in nodes()}
    exposures = {
        f"exposure.{PROJECT}.{slug(board.name)}": _exposure(board.name, board.tool, board.tables)
        for board in DASHBOARDS[:2]
    }
    parents = {key: value["depends_on"]["nodes"] for key, value in {**every, **exposures}.items()}
    children: dict[str, list[str]] = {key: [] for key in (*every, *(source.node for source in SOURCES))}
    for key, needs in parents.items():
        for need in needs:
            children[need].append(key)
    return {
        "metadata": head, "nodes": every, "sources": {source.node: _source(source) for source in SOURCES},
        "macros": {},
        "docs": {}, "exposures": exposures, "metrics": {}, "groups": {}, "selectors": {}, "disabled": {},
        "parent_map": parents, "child_map": children, "group_map": {}, "saved_queries": {},
        "semantic_models": {},
        "unit_tests": {},
    }  # fmt: skip


def _needs(table: Table) -> list[str]:
    by_name = {entry.name: entry for entry in TABLES}
    return [by_name[name].node for name in table.upstream]


def _node(node: Node) -> Document:
    table, name = node.table, node.unique_id.split(".")[2]
    kind = node.unique_id.split(".")[0]
    materialized = "test" if node.test else table.kind
    path = properties_of(table.schema) if node.test else path_of(table)
    code = "" if node.test else code_of(table)
    return {
        "unique_id": node.unique_id, "resource_type": kind, "package_name": PROJECT, "name": name,
        "alias": name,
        "database": table.database, "schema": "tests" if node.test else table.schema.lower(), "path": path,
        "original_file_path": path, "fqn": [PROJECT, table.schema.lower(), name],
        "checksum": {"name": "none", "checksum": ""} if node.test else {"name": "sha256",
            "checksum": checksum_of(table)},
        "config": {"enabled": True, "materialized": materialized, "tags": [table.schema.lower()],
            "meta": _meta(table)},
        "tags": [table.schema.lower()],
        "description": "" if node.test else f"{name.replace('_', ' ')} of the shop",
        "columns": {} if node.test else {table.key: {"name": table.key, "description": "names a row",
            "data_type": "NUMBER"}},
        "meta": _meta(table), "relation_name": None if node.test else relation(table),
        "created_at": 1795000000.0,
        "raw_code": code, "language": "sql",
        "depends_on": {"macros": [], "nodes": [table.node] if node.test else _needs(table)},
        **({"test_metadata": {"name": node.test, "kwargs": {"column_name": table.key}},
            "column_name": table.key,
            "attached_node": table.node} if node.test else {}),
    }  # fmt: skip


def _meta(table: Table) -> Document:
    return {"owner": "finance" if table.name.startswith("MART_REVENUE") else "data-platform"}


def relation(table: Table) -> str:
    """The relation as dbt-snowflake writes it: its parts in the project's own case, without quotes."""
    return f"{table.database}.{table.schema.lower()}.{table.name.lower()}"


def _source(table: Table) -> Document:
    return {
        "unique_id": table.node, "resource_type": "source", "package_name": PROJECT,
        "name": table.name.lower(),
        "identifier": table.name, "source_name": table.schema.lower(), "database": table.database,
        "schema": table.schema.lower(), "loader": "fivetran", "relation_name": relation(table),
        "loaded_at_field": "loaded_at", "description": f"{table.name.lower()} as the loader brings them",
        "columns": {},
        "freshness": {"warn_after": {"count": 2, "period": "hour"}, "error_after": {"count": 6,
            "period": "hour"}},
        "tags": [], "meta": {}, "config": {"enabled": True}, "original_file_path": "models/sources.yml",
        "fqn": [PROJECT, table.schema.lower(), table.name.lower()], "path": "models/sources.yml",
    }  # fmt: skip


def _exposure(name: str, tool: int, tables: tuple[str, ...]) -> Document:
    needs = [table.node for table in TABLES if table.name in tables and table.node]
    return {
        "unique_id": f"exposure.{PROJECT}.{slug(name)}", "resource_type": "exposure", "name": slug(name),
        "label": name,
        "type": "dashboard", "package_name": PROJECT,
        "owner": {"email": "bi@nordlicht.example", "name": "BI"},
        "description": f"in {USERS[tool].application}", "url": f"https://bi.nordlicht.example/{slug(name)}",
        "depends_on": {"macros": [], "nodes": needs}, "tags": [], "meta": {}, "config": {"enabled": True},
        "path": "models/exposures.yml", "original_file_path": "models/exposures.yml",
        "fqn": [PROJECT, slug(name)],
    }  # fmt: skip


def run_results(invocation: Invocation, ran: Mapping[int, tuple[str, int, int]]) -> Document:
    """The results; `ran` gives, by the result's number, the query id and when it was sent and ended."""
    results, last = [], invocation.at_ms
    for result in invocation.results:
        if not result.number:
            results.append(_skipped(result.node))
            continue
        last = max(last, ran[result.number][2])
        results.append(_ran(result, *ran[result.number]))
    return {
        "metadata": metadata("run-results/v6", invocation, last + 900), "results": results,
        "elapsed_time": (last + 900 - invocation.at_ms) / 1000,
        "args": {
            "which": "build", "invocation_command": invocation.command, "select": ["models/*", "seeds/*"],
        },
    }  # fmt: skip


def _skipped(node: Node) -> Document:
    return {
        "status": "skipped", "timing": [], "thread_id": "Thread-1 (worker)", "execution_time": 0.0,
        "adapter_response": {},
        "message": None, "failures": None, "unique_id": node.unique_id, "compiled": False,
        "relation_name": None,
    }  # fmt: skip


def _ran(result: Result, query_id: str, start: int, end: int) -> Document:
    node, failed = result.node, result.status == "error"
    answer = {"_message": "SUCCESS 1", "code": "SUCCESS", "rows_affected": 1, "query_id": query_id}
    return {
        "status": result.status,
        "timing": [
            {"name": "compile", "started_at": iso(start - 140), "completed_at": iso(start - 60)},
            {"name": "execute", "started_at": iso(start - 50), "completed_at": iso(end + 40)},
        ],
        "thread_id": f"Thread-{result.thread + 1} (worker)", "execution_time": (end - start + 180) / 1000,
        "adapter_response": {} if failed else answer,
        "message": "Database Error: 000604 (57014): SQL execution canceled" if failed else _message(result),
        "failures": result.failures if node.test else None, "unique_id": node.unique_id, "compiled": True,
        "relation_name": None if node.test else relation(node.table),
    }  # fmt: skip


def _message(result: Result) -> str:
    if result.failures:
        return f"Got {result.failures} results, configured to fail if != 0"
    return "SUCCESS 1"


def _found(table: Table, lost: str = "") -> Document:
    """A relation as the catalog tells of it."""
    key, measured = table.key.upper(), bool(table.rows)
    figures = {"row_count": ("Row Count", table.rows), "bytes": ("Size", table.rows * table.row_bytes)}
    return {
        "metadata": {
            "type": "VIEW" if table.kind == "view" else "BASE TABLE", "schema": table.schema,
            "name": table.name, "database": table.database, "comment": None, "owner": "TRANSFORMER",
        },
        "columns": {
            name: {"type": type_, "index": place, "name": name, "comment": None}
            for place, (name, type_) in enumerate(((key, "NUMBER"), ("DAY", "DATE")), 1)
            if name != lost
        },
        "stats": {
            name: {"id": name, "label": label, "value": float(value), "include": measured, "description": ""}
            for name, (label, value) in figures.items()
        },
        "unique_id": table.node,
    }  # fmt: skip


def catalog(invocation: Invocation, *, is_last: bool = False) -> Document:
    """What dbt found in the warehouse: every relation's kind and columns. On the last day one is lost."""
    losing, column = LOST if is_last else ("", "")
    return {
        "metadata": metadata("catalog/v1", invocation, invocation.at_ms + 3_000_000),
        "nodes": {table.node: _found(table) for table in MODELS},
        "sources": {table.node: _found(table, column if table.name == losing else "") for table in SOURCES},
        "errors": None,
    }


def sources(invocation: Invocation, *, is_last: bool = False) -> Document:
    """How fresh the sources were when the build began. On the last day one has not been loaded for days."""
    results = [
        _freshness(table, invocation.at_ms, is_stale=is_last and table.name == STALE) for table in SOURCES
    ]
    return {
        "metadata": metadata("sources/v3", invocation, invocation.at_ms),
        "results": results,
        "elapsed_time": 4.2,
    }


def _freshness(table: Table, at_ms: int, *, is_stale: bool) -> Document:
    loaded = at_ms - at_ms % QUARTER_MS + 30_000
    if is_stale:
        loaded -= (STALE_DAYS - 1) * DAY_MS
    return {
        "unique_id": table.node, "status": "error" if is_stale else "pass", "max_loaded_at": iso(loaded),
        "snapshotted_at": iso(at_ms), "max_loaded_at_time_ago_in_s": (at_ms - loaded) / 1000,
        "criteria": {"warn_after": {"count": 2, "period": "hour"}, "error_after": {"count": 6,
            "period": "hour"}, "filter": None},
        "adapter_response": {}, "timing": [], "thread_id": "Thread-1 (worker)", "execution_time": 0.4,
    }  # fmt: skip
