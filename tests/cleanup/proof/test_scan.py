"""Names in text: what speaks of a model, and what only looks as if it did."""

from __future__ import annotations

import pytest

from assay.cleanup.project.tree import Files
from assay.cleanup.scan import LARGEST_BYTES, Called, scan

DEAD = Called("dead", ("shop", "marts", "dead"))


def how(path: str, text: str) -> list[str]:
    """How the one file speaks of the model."""
    return [each.how for each in scan(Files({path: text}), [DEAD])]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("models/a.sql", "select * from {{ ref('dead') }}", "ref"),
        ("models/a.sql", 'select * from {{ ref( "shop" , "dead", v=2) }}', "ref"),
        ("models/a.sql", "-- depends_on: {{ ref('dead') }}\nselect 1", "ref"),
        ("macros/a.sql", "{% set q = ref('de' ~ suffix) %}", "built ref"),
        ("macros/a.sql", "{% set q = ref(prefix ~ 'ad') %}", "built ref"),
        ("models/a.sql", "select * from marts.dead", "relation"),
        ("models/a.sql", 'select * from "SHOP"."MARTS"."DEAD"', "relation"),
        ("models/a.sql", "select * from `shop`.`marts`.`dead`", "relation"),
        ("models/a.sql", "select * from {{ target.schema }}.dead", "relation"),
        ("models/a.sql", "select * from live l, dead d", "relation"),
        ("models/a.sql", "insert into dead select 1", "relation"),
        ("models/a.sql", "select 1 from live join dead using (id)", "relation"),
        ("views/shop.lkml", "sql_table_name: marts.dead ;;", "relation"),
        ("models/a.yml", "models:\n- name: b\n  config: {pre_hook: 'delete from dead'}", "relation"),
        ("dags/a.py", "run('select * from marts.dead')", "relation"),
        ("analyses/a.ipynb", '{"cells": [{"source": ["select * from marts.dead"]}]}', "relation"),
        ("dags/a.py", "DbtRun(models=['live', 'dead'])", "quoted"),
        ("macros/a.sql", "{% if model.name in ['dead'] %}{% endif %}", "quoted"),
        (".github/workflows/a.yml", "run: dbt build --select +dead --target prod", "selection"),
        ("jobs/a.sh", "dbt run -s live dead", "selection"),
        ("selectors.yml", "selectors: [{name: a, definition: dead+}]", "selection"),
        ("jobs/nightly.yml", "steps:\n  - dead\n", "selection"),
        ("dbt_project.yml", "models:\n  shop:\n    dead:\n      +enabled: true", "project"),
        ("docs/a.md", "The model dead is built at night.", "prose"),
        ("models/a.sql", "select 1 -- was: from dead", "prose"),
        ("models/a.sql", "{# select * from dead #} select 1", "prose"),
        ("jobs/a.sh", "# dbt run -s dead", "prose"),
    ],
)
def test_every_way_to_speak_of_a_model_is_told_apart(path: str, text: str, expected: str) -> None:
    """Each is found as what it is; only prose breaks nothing."""
    found = scan(Files({path: text}), [DEAD])

    assert [expected] == [each.how for each in found]
    assert [expected != "prose"] == [each.blocks for each in found]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/a.sql", "select dead, l.dead from {{ ref('live') }} l where dead > 0 group by dead"),
        ("models/a.sql", "with dead as (select 1) select * from dead"),
        ("models/a.sql", "select 'dead' as state"),
        ("models/a.sql", "select * from {{ ref('dead_or_alive') }} join marts.dead_letters"),
        ("models/a.sql", "select * from {{ ref('undead') }}"),
        ("models/a.yml", "models:\n- name: live\n  columns: [{name: dead}]"),
        ("dags/a.py", "from dead import thing"),
        ("target/compiled/a.sql", "select * from marts.dead"),
        ("dbt_packages/x/a.sql", "select * from marts.dead"),
        ("seeds/a.csv", "dead,1"),
        ("macros/a.sql", "{% set q = ref('stg_' ~ suffix) %}"),
    ],
)
def test_what_only_looks_like_the_name_is_no_mention(path: str, text: str) -> None:
    """A column, a value, a longer name, a table expression of the file's own, and built files are somebody else."""
    assert [] == how(path, text)


def test_a_mention_says_where_it_stands() -> None:
    """The line's number and its text, cut to a readable length."""
    text = "select 1\n  from marts.dead" + " " * 300 + "\n"

    (found,) = scan(Files({"models/a.sql": text}), [DEAD])

    assert "models/a.sql:2 (relation): from marts.dead" == str(found)


def test_files_that_are_no_text_are_left_alone() -> None:
    """Binary and very large files hold data; a file passed over is not looked at; without names nothing is."""
    files = Files(
        {
            "a.bin": b"\0from marts.dead",
            "big.sql": b"from marts.dead" + b" " * LARGEST_BYTES,
            "own.sql": "from dead",
        }
    )

    assert [] == scan(files, [DEAD], passed_over=["own.sql"])
    assert [] == scan(Files({"a.sql": "from dead"}), [])


def test_relations_of_one_name_are_told_apart_by_their_schemas() -> None:
    """Two that go are called alike: each is found by its own schema, whichever came last."""
    twins = [Called("sold", ("shop", "sales", "orders")), Called("booked", ("shop", "finance", "orders"))]
    job = Files({"jobs/a.py": "spark.table('sales.orders')\nspark.table('finance.orders')"})

    assert [(1, "sold"), (2, "booked")] == [(each.line, each.name) for each in scan(job, twins)]
