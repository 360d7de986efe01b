"""A model taken out of a project with everything that is only its own."""

from __future__ import annotations

from typing import Any

import pytest

from assay.cleanup.edits import Edits, Policy, deletion
from assay.cleanup.project import Files

SETTINGS = "name: shop\n"


def delete(
    files: dict[str, str], *names: str, manifest: dict[str, Any] | None = None, policy: Policy | None = None
) -> Edits:
    """What comes of deleting `dead`, or the names given, from these files beside a model that stays."""
    base = {"dbt_project.yml": SETTINGS, "models/kept.sql": "select 1", "models/dead.sql": "select 2"}
    return deletion(Files({**base, **files}), manifest, names or ("dead",), policy=policy)


def text(edits: Edits, path: str) -> str | None:
    """The new text of a file; None when it goes."""
    assert () == edits.refusals
    held = edits.changes[path]
    return None if held is None else held.decode()


def why(edits: Edits) -> str:
    """The reasons of a refusal, which changes nothing."""
    assert {} == edits.changes
    return "\n".join(map(str, edits.refusals))


def test_a_model_that_nothing_knows_of_is_one_file() -> None:
    """Nothing else changes."""
    assert {"models/dead.sql": None} == delete({}).changes


def test_a_python_model_goes_too() -> None:
    """Its file ends otherwise, and that is all."""
    edits = deletion(
        Files({"dbt_project.yml": SETTINGS, "models/dead.py": "def model(dbt, session): ..."}), None, ["dead"]
    )

    assert {"models/dead.py": None} == edits.changes


@pytest.mark.parametrize("name", ["dead", "model.shop.dead"])
def test_its_entry_goes(name: str) -> None:
    """By name or by dbt's id."""
    edits = delete({"models/s.yml": "models:\n- name: dead\n- name: kept\n"}, name)

    assert "models:\n- name: kept\n" == text(edits, "models/s.yml")


def test_a_property_file_that_says_nothing_more_goes() -> None:
    """A version is nothing."""
    assert None is text(delete({"models/s.yml": "version: 2\nmodels:\n- name: dead\n"}), "models/s.yml")


def test_tests_of_what_stays_that_read_it_go() -> None:
    """And a list of tests that loses its last goes with its key."""
    before = (
        "models:\n- name: kept\n  columns:\n  - name: id\n    tests:\n    - relationships:\n        to: ref('dead')\n"
        "        field: id\n  - name: b\n    data_tests: [unique, {relationships: {to: ref('dead'), field: b}}]\n"
        "sources:\n- name: s\n  tables:\n  - name: t\n    tests:\n"
        "    - equal: {with: \"{{ ref('dead') }}\"}\n    - fresh\n"
    )
    after = (
        "models:\n- name: kept\n  columns:\n  - name: id\n  - name: b\n    data_tests: [unique]\n"
        "sources:\n- name: s\n  tables:\n  - name: t\n    tests:\n    - fresh\n"
    )
    edits = delete({"models/s.yml": before})

    assert after == text(edits, "models/s.yml")
    assert 3 == len(edits.also)


def test_tests_of_what_stays_may_be_a_reason_to_refuse() -> None:
    """As the policy says."""
    files = {
        "models/s.yml": "models:\n- name: kept\n  tests:\n  - relationships: {to: ref('dead'), field: id}\n"
    }

    assert "models/s.yml:4: the test relationships of kept reads dead" == why(
        delete(files, policy=Policy(tests="refuse"))
    )


def test_its_unit_tests_go() -> None:
    """Those of other models stay."""
    files = {"models/u.yml": "unit_tests:\n- name: a\n  model: kept\n- name: b\n  model: dead\n"}

    assert "unit_tests:\n- name: a\n  model: kept\n" == text(delete(files), "models/u.yml")


def test_singular_tests_of_nothing_else_go() -> None:
    """One that also reads what stays is a reason to refuse."""
    assert None is text(delete({"tests/t.sql": "select * from {{ ref('dead') }}"}), "tests/t.sql")
    both = {"tests/t.sql": "select * from {{ ref('kept') }}\njoin {{ ref('dead') }}"}
    assert "tests/t.sql:2: it refers to dead" == why(delete(both))


def test_an_exposure_of_nothing_else_goes() -> None:
    """One that is also built on what stays is a reader."""
    alone = {"models/e.yml": "exposures:\n- name: e\n  depends_on:\n  - ref('dead')\n"}
    shared = {"models/e.yml": "exposures:\n- name: e\n  depends_on:\n  - ref('dead')\n  - ref('kept')\n"}

    assert None is text(delete(alone), "models/e.yml")
    assert "models/e.yml:4: it refers to dead" == why(delete(shared))


def test_semantic_models_are_a_reason_to_refuse() -> None:
    """Unless they are to go as well."""
    files = {"models/m.yml": "semantic_models:\n- name: s\n  model: ref('dead')\n"}

    assert "models/m.yml:3: it refers to dead" == why(delete(files))
    assert None is text(delete(files, "dead", "semantic_model.shop.s"), "models/m.yml")


REFERENCES = {
    "a model": ("models/kept.sql", "select * from {{ ref('dead') }}"),
    "a model with a package": ("models/kept.sql", 'select * from {{ ref( "shop" , "dead" ) }}'),
    "a comment of SQL, which is rendered": ("models/kept.sql", "-- depends_on: {{ ref('dead') }}"),
    "a statement": ("models/kept.sql", "{% set x = ref('dead') %}"),
    "a dictionary": ("models/kept.sql", "{{ f({'a': {'b': 1}}, ref('dead')) }}"),
    "a hook in a string": ("models/kept.sql", "{{ config(post_hook=\"grant on {{ ref('dead') }}\") }}"),
    "a Python model": ("models/p.py", "def model(dbt, session):\n    return dbt.ref('dead')"),
    "a snapshot": ("snapshots/s.sql", "{% snapshot s %}select * from {{ ref('dead') }}{% endsnapshot %}"),
    "an analysis": ("analyses/a.sql", "select * from {{ ref('dead') }}"),
    "a macro": ("macros/m.sql", "{% macro m() %}{{ ref('dead') }}{% endmacro %}"),
    "the project's hooks": ("dbt_project.yml", "name: shop\non-run-end: \"grant on {{ ref('dead') }}\"\n"),
    "a snapshot's entry": ("snapshots/s.yml", "snapshots:\n- name: s\n  relation: ref('dead')\n"),
    "a list of names": (
        "models/kept.sql",
        "{% for x in ['dead', 'b'] %}select * from {{ ref(x) }}{% endfor %}",
    ),
    "a name put together": (
        "models/kept.sql",
        "{% for x in ['ad', 'b'] %}select * from {{ ref('de' ~ x) }}{% endfor %}",
    ),
    "another tool's file": ("semantic/m.yml", "models:\n  - table: ref('dead')\n"),
}


@pytest.mark.parametrize("what", REFERENCES)
def test_whatever_refers_to_it_is_a_reason_to_refuse(what: str) -> None:
    """Nothing changes, and the place is told."""
    path, held = REFERENCES[what]

    assert path in why(delete({path: held}))


HARMLESS = {
    "a comment of Jinja": "select 1 {# ref('dead') #}",
    "a raw block": "{% raw %}{{ ref('dead') }}{% endraw %}",
    "text outside Jinja": "select 1 -- ref('dead')",
    "another package's model": "{{ ref('other', 'dead') }}",
    "another name": "{{ ref('dead_too') }}",
    "a source": "{{ source('raw', 'dead') }}",
    "names put together of other words": "{% for x in ['kept'] %}{{ ref('de' ~ x) }}{% endfor %}",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_only_looks_like_a_reference_is_none(what: str) -> None:
    """The model goes, and the other file stays as it is."""
    assert {"models/dead.sql": None} == delete({"models/kept.sql": HARMLESS[what]}).changes


def test_a_name_handed_to_a_macro_that_refers_to_it_is_a_reference() -> None:
    """Through as many macros as there are."""
    files = {
        "macros/a.sql": "{% macro a(n) %}{{ ref(n) }}{% endmacro %}",
        "macros/b.sql": "{% macro b(n) %}{{ a(n) }}{% endmacro %}",
        "models/kept.sql": "{{ b('dead') }}",
    }

    assert "models/kept.sql: it puts names of models together, and may mean dead" == why(delete(files))


def test_a_closed_set_goes_at_once() -> None:
    """References within it do not count."""
    files = {"models/leaf.sql": "select * from {{ ref('dead') }}"}

    assert {"models/dead.sql": None, "models/leaf.sql": None} == delete(files, "dead", "leaf").changes


VERSIONED = (
    "models:\n- name: dim\n  latest_version: 2\n  versions:\n  - v: 1\n  - v: 2\n    columns: []\n"
    "- name: kept\n"
)
VERSIONS = {"models/dim_v1.sql": "select 1", "models/dim_v2.sql": "select 2", "models/s.yml": VERSIONED}


def test_a_version_goes_alone() -> None:
    """Its element and its file; the model stays."""
    edits = delete(VERSIONS, "model.shop.dim.v1")

    assert VERSIONED.replace("  - v: 1\n", "") == text(edits, "models/s.yml")
    assert {"models/s.yml", "models/dim_v1.sql"} == edits.changes.keys()


def test_the_latest_version_goes_when_nobody_relies_on_it() -> None:
    """The setting that names it goes as well; a reader without a version is a reason to refuse."""
    edits = delete(VERSIONS, "dim.v2")

    assert "models:\n- name: dim\n  versions:\n  - v: 1\n- name: kept\n" == text(edits, "models/s.yml")
    reader = {**VERSIONS, "models/kept.sql": "{{ ref('dim') }}"}
    assert "it refers to dim" in why(delete(reader, "dim.v2"))
    assert "it refers to dim" in why(
        delete({**VERSIONS, "models/kept.sql": "{{ ref('dim', v=1) }}"}, "dim.v1")
    )


@pytest.mark.parametrize("names", [("dim",), ("dim.v1", "dim.v2"), ("dim_v1", "dim_v2")])
def test_a_model_goes_with_all_its_versions(names: tuple[str, ...]) -> None:
    """Asked for as a whole, or one by one."""
    edits = delete(VERSIONS, *names)

    assert "models:\n- name: kept\n" == text(edits, "models/s.yml")
    assert {"models/s.yml", "models/dim_v1.sql", "models/dim_v2.sql"} == edits.changes.keys()


def test_one_of_several_snapshots_in_a_file_goes() -> None:
    """The block, and the file with the last."""
    held = "{% snapshot a %}\nselect 1\n{% endsnapshot %}\n\n{% snapshot b %}\nselect 2\n{% endsnapshot %}\n"

    edits = delete({"snapshots/s.sql": held}, "snapshot.shop.a")
    assert "{% snapshot b %}\nselect 2\n{% endsnapshot %}\n" == text(edits, "snapshots/s.sql")
    both = delete({"snapshots/s.sql": held}, "snapshot.shop.a", "snapshot.shop.b")
    assert {"snapshots/s.sql": None} == both.changes


def test_seeds_analyses_and_exposures_go_by_their_ids() -> None:
    """Each with its entry."""
    files = {
        "seeds/codes.csv": "a\n1\n",
        "seeds/s.yml": "seeds:\n- name: codes\n",
        "analyses/look.sql": "select 1",
        "models/e.yml": "exposures:\n- name: e\n  depends_on:\n  - ref('kept')\n",
    }
    edits = delete(files, "seed.shop.codes", "analysis.shop.look", "exposure.shop.e")

    assert dict.fromkeys(files) == edits.changes


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("model.other.dead", "belongs to the package other"),
        ("model.shop.nothing", "there is no file or entry of model.shop.nothing"),
        ("exposure.shop.dead", "there is no file or entry"),
    ],
)
def test_what_is_not_there_to_delete_is_refused(name: str, said: str) -> None:
    """An id that names nothing of this project is told."""
    assert said in why(delete({}, name))


def test_a_property_file_that_cannot_be_read_and_names_it_is_a_reason_to_refuse() -> None:
    """One that does not name it is none."""
    assert "cannot be read" in why(delete({"models/s.yml": "models: [dead"}))
    assert {"models/dead.sql": None} == delete({"models/s.yml": "models: [other"}).changes


def test_the_manifest_tells_of_readers_that_files_do_not_show() -> None:
    """As of a model whose macro refers to it by a way of its own."""
    node = {"resource_type": "model", "package_name": "shop", "name": "dead", "version": None}
    reader = {"resource_type": "model", "depends_on": {"nodes": ["model.shop.dead"]}}
    manifest = {"nodes": {"model.shop.dead": node, "model.shop.kept": reader}}

    assert "the manifest says that model.shop.kept is built on dead" == why(
        delete({}, "model.shop.dead", manifest=manifest)
    )


def test_paths_are_those_of_the_repository() -> None:
    """Also where the project stands in a folder of it, and keeps models outside that folder."""
    files = Files(
        {
            "dbt/dbt_project.yml": "name: shop\nmodel-paths: [models, ../shared]\n",
            "dbt/models/dead.sql": "select 1",
            "shared/s.yml": "models:\n- name: dead\n",
        }
    )

    assert {"dbt/models/dead.sql": None, "shared/s.yml": None} == deletion(
        files, None, ["dead"], folder="dbt"
    ).changes


def test_a_model_of_another_project_with_the_same_name_has_its_own_readers() -> None:
    """They are none of ours."""
    files = Files(
        {
            "a/dbt_project.yml": "name: a\n",
            "a/models/dead.sql": "select 1",
            "b/dbt_project.yml": "name: b\n",
            "b/models/dead.sql": "select 1",
            "b/models/x.sql": "select * from {{ ref('dead') }}",
        }
    )

    assert {"a/models/dead.sql": None} == deletion(files, None, ["dead"], folder="a").changes
