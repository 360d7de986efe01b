"""The company's dbt project as its repository holds it: the files the manifest tells of."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from assay.demo.assets import BY_NAME, MODELS, PROJECT, SOURCES, Table
from assay.demo.people import DASHBOARDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FOLDERS = {"seed": "seeds", "snapshot": "snapshots"}
_PROJECT = f"""\
name: {PROJECT}
version: "1.0"
config-version: 2
profile: {PROJECT}

models:
  {PROJECT}:
    staging:
      +materialized: view
    marts:
      +tags: [marts]
"""


def path_of(table: Table) -> str:
    """Where a table's code lies in the repository."""
    folder, end = _FOLDERS.get(table.kind, "models"), "csv" if table.kind == "seed" else "sql"
    return f"{folder}/{table.schema.lower()}/{table.name.lower()}.{end}"


def properties_of(schema: str) -> str:
    """Where the models of a schema are described and tested."""
    return f"models/{schema.lower()}/_{schema.lower()}.yml"


def code_of(table: Table) -> str:
    """A table's code: a query over what it is made of, in the forms dbt knows."""
    if table.kind == "seed":
        return f"{table.key},name\n1,Germany\n2,Denmark\n"
    inputs = "\n".join(
        f"{'from' if place == 0 else 'left join'} {_reference(BY_NAME[name])} as t{place}"
        + ("" if place == 0 else f" on t{place}.{table.key} = t0.{table.key}")
        for place, name in enumerate(table.upstream)
    )
    query = f"select t0.*\n{inputs}\n"
    if table.kind == "snapshot":
        schema, name = table.schema.lower(), table.name.lower()
        config = f"target_schema='{schema}', unique_key='{table.key}', strategy='check', check_cols='all'"
        return f"{{% snapshot {name} %}}\n{{{{ config({config}) }}}}\n{query}{{% endsnapshot %}}\n"
    more = f", unique_key='{table.key}'" if table.kind == "incremental" else ""
    return f"{{{{ config(materialized='{table.kind}'{more}) }}}}\n\n{query}"


def checksum_of(table: Table) -> str:
    """The SHA-256 of its file, as the manifest notes it."""
    return hashlib.sha256(files()[path_of(table)].encode()).hexdigest()


@cache
def files() -> Mapping[str, str]:
    """Every file of the repository, by its path."""
    schemas = sorted({table.schema for table in MODELS})
    return {
        "dbt_project.yml": _PROJECT,
        **{path_of(table): code_of(table) for table in MODELS},
        **{properties_of(schema): _properties(schema) for schema in schemas},
        "models/sources.yml": _sources(),
        "models/exposures.yml": _exposures(),
    }


def write_repository(folder: Path) -> None:
    """Write the files into a folder."""
    for path, text in files().items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def tests_of(table: Table) -> tuple[str, ...]:
    """The generic tests of a table's key."""
    return ("not_null",) if table.kind in {"view", "seed"} else ("unique", "not_null")


def slug(name: str) -> str:
    """A dashboard's name as dbt takes it."""
    return name.lower().replace(" ", "_")


def _reference(table: Table) -> str:
    if table.kind == "source":
        return f"{{{{ source('{table.schema.lower()}', '{table.name.lower()}') }}}}"
    return f"{{{{ ref('{table.name.lower()}') }}}}"


def _properties(schema: str) -> str:
    """The description and tests of each model, seed and snapshot of a schema."""
    groups: dict[str, list[Table]] = {"models": [], "seeds": [], "snapshots": []}
    for table in MODELS:
        if table.schema == schema:
            groups[_FOLDERS.get(table.kind, "models")].append(table)
    parts = [f"{group}:\n" + "\n".join(map(_entry, tables)) for group, tables in groups.items() if tables]
    return "version: 2\n\n" + "\n".join(parts)


def _entry(table: Table) -> str:
    tests = "".join(f"          - {test}\n" for test in tests_of(table))
    return (
        f"  # {table.name.lower()}: {'built whole' if table.kind == 'table' else table.kind}\n"
        f"  - name: {table.name.lower()}\n"
        f"    description: {table.name.lower().replace('_', ' ')} of the shop\n"
        f"    columns:\n      - name: {table.key}\n        description: names a row\n        data_tests:\n{tests}"
    )


def _sources() -> str:
    schemas = sorted({table.schema for table in SOURCES})
    parts = []
    for schema in schemas:
        tables = "".join(
            f"      - name: {table.name.lower()}\n        identifier: {table.name}\n"
            for table in SOURCES
            if table.schema == schema
        )
        parts.append(f"  - name: {schema.lower()}\n    database: RAW\n    tables:\n{tables}")
    return "version: 2\n\nsources:\n" + "".join(parts)


def _exposures() -> str:
    parts = []
    for board in DASHBOARDS[:2]:
        needs = "".join(f"      - ref('{name.lower()}')\n" for name in board.tables if BY_NAME[name].node)
        parts.append(
            f"  - name: {slug(board.name)}\n    label: {board.name}\n    type: dashboard\n"
            f"    owner: {{name: BI, email: bi@nordlicht.example}}\n    depends_on:\n{needs}"
        )
    return "version: 2\n\nexposures:\n" + "".join(parts)
