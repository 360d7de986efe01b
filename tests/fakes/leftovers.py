"""What a deletion may leave behind: twenty small projects in which `dead` is deleted and something still names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nsnapshot-paths: [snapshots]\n"
BASE = {
    "dbt_project.yml": PROJECT,
    "models/live.sql": "select 1 as id, current_date as day\n",
    "models/dead.sql": "select id from {{ ref('live') }}\n",
}
TIME_SPINE = (
    "models:\n  - name: live\n    columns: [{name: day, granularity: day}]\n"
    "    time_spine: {standard_granularity_column: day}\n"
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What dbt made of a project: whether it read it, what it said, and its manifest."""

    ok: bool
    said: str
    manifest: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Leftover:
    """A case: the files beside the base, the file whose deletion is proposed, and how dbt takes what is left.

    `parse` is what dbt 1.11 does: *error* without being asked to, *strict* where warnings are made errors, *silent*.
    """

    name: str
    parse: str
    files: Mapping[str, str] = field(default_factory=dict)
    deleted: tuple[str, ...] = ("models/dead.sql",)
    expected: str = "model.shop.dead"

    @property
    def before(self) -> dict[str, str]:
        """The project as it is."""
        return {path: text for path, text in (BASE | dict(self.files)).items() if text}

    @property
    def after(self) -> dict[str, str]:
        """The project with what is deleted gone, and the rest left behind."""
        return {path: text for path, text in self.before.items() if path not in self.deleted}


LEFTOVERS = (
    Leftover("a live model", "error", {"models/heir.sql": "select * from {{ ref('dead') }}\n"}),
    Leftover(
        "a snapshot",
        "error",
        {
            "snapshots/shot.sql": "{% snapshot shot %}{{ config(unique_key='id', strategy='check', check_cols='all', "
            "target_schema='s') }}select * from {{ ref('dead') }}{% endsnapshot %}\n"
        },
    ),
    Leftover("an analysis", "error", {"analyses/study.sql": "select * from {{ ref('dead') }}\n"}),
    Leftover(
        "an exposure",
        "error",
        {
            "models/e.yml": "exposures:\n  - name: board\n    type: dashboard\n    owner: {name: ann}\n"
            "    depends_on: [\"ref('dead')\"]\n"
        },
    ),
    Leftover(
        "a semantic model",
        "error",
        {
            "models/spine.yml": TIME_SPINE,
            "models/s.yml": "semantic_models:\n  - name: things\n    model: ref('dead')\n"
            "    entities: [{name: id, type: primary}]\n",
        },
    ),
    Leftover(
        "a hook of the project",
        "error",
        {"dbt_project.yml": PROJECT + "on-run-end: [\"select count(*) from {{ ref('dead') }}\"]\n"},
    ),
    Leftover(
        "a version",
        "error",
        {
            "models/dead.sql": "",
            "models/dead_v1.sql": "select 1 as id\n",
            "models/dead_v2.sql": "select 2 as id\n",
            "models/d.yml": "models:\n  - name: dead\n    latest_version: 2\n    versions: [{v: 1}, {v: 2}]\n",
            "models/heir.sql": "select * from {{ ref('dead', v=1) }}\n",
        },
        deleted=("models/dead_v1.sql",),
        expected="model.shop.dead.v1",
    ),
    Leftover(
        "a unit test",
        "error",
        {
            "models/u.yml": "unit_tests:\n  - name: works\n    model: dead\n    given: [{input: ref('live'), rows: "
            "[{id: 1}]}]\n    expect: {rows: [{id: 1}]}\n"
        },
    ),
    Leftover(
        "a macro that tells what it needs",
        "error",
        {
            "macros/m.sql": "{% macro most() %}{% if execute %}{% set q = run_query('select 1 from ' ~ ref('dead')) %}"
            "{% endif %}1{% endmacro %}\n",
            "models/heir.sql": "-- depends_on: {{ ref('dead') }}\nselect {{ most() }} as id\n",
        },
    ),
    Leftover(
        "an entry of properties",
        "strict",
        {"models/p.yml": "models:\n  - name: dead\n    description: gone\n"},
    ),
    Leftover(
        "an entry of versions",
        "strict",
        {
            "models/dead.sql": "",
            "models/dead_v1.sql": "select 1 as id\n",
            "models/d.yml": "models:\n  - name: dead\n    latest_version: 1\n    versions: [{v: 1}]\n",
        },
        deleted=("models/dead_v1.sql",),
        expected="model.shop.dead.v1",
    ),
    Leftover(
        "a test of its own", "strict", {"tests/t.sql": "select * from {{ ref('dead') }} where id < 0\n"}
    ),
    Leftover(
        "a test of relationships",
        "strict",
        {
            "models/r.yml": "models:\n  - name: live\n    columns:\n      - name: id\n        data_tests:\n"
            "          - relationships: {arguments: {to: ref('dead'), field: id}}\n"
        },
    ),
    Leftover(
        "a path of the project's settings",
        "strict",
        {"dbt_project.yml": PROJECT + "models:\n  shop:\n    dead:\n      +materialized: table\n"},
    ),
    Leftover(
        "a disabled model",
        "silent",
        {"models/off.sql": "{{ config(enabled=false) }}\nselect * from {{ ref('dead') }}\n"},
    ),
    Leftover(
        "a macro that tells nothing",
        "silent",
        {
            "macros/m.sql": "{% macro most() %}{% if execute %}{% set q = run_query('select 1 from ' ~ ref('dead')) %}"
            "{% endif %}1{% endmacro %}\n",
            "models/heir.sql": "select {{ most() }} as id\n",
        },
    ),
    Leftover(
        "an operation",
        "silent",
        {
            "macros/o.sql": "{% macro grant_all() %}{% do run_query('grant on ' ~ ref('dead')) %}{% endmacro %}\n"
        },
    ),
    Leftover(
        "a selector",
        "silent",
        {
            "selectors.yml": "selectors:\n  - name: nightly\n    definition: {method: fqn, value: dead}\n",
        },
    ),
    Leftover("a relation written by hand", "silent", {"models/heir.sql": "select * from main.dead\n"}),
    Leftover(
        "a block of documentation",
        "silent",
        {
            "models/d.md": "{% docs about_dead %}\nlong words\n{% enddocs %}\n",
            "models/p.yml": "models:\n  - name: dead\n    description: '{{ doc(\"about_dead\") }}'\n",
        },
        deleted=("models/dead.sql", "models/p.yml"),
    ),
)
"""The rows of a table found by trying: what dbt-core 1.11 on DuckDB catches, and what it does not."""
