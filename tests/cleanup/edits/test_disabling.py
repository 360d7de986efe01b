"""Models switched off before they are deleted: lines are added, and taking them out again brings the model back."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from assay.cleanup.edits import Edits, disabling
from assay.cleanup.project import Files

UNTIL = date(2026, 12, 5)
BASE = {"dbt_project.yml": "name: shop\n", "models/kept.sql": "select 1", "models/dead.sql": "select 2\n"}


def disable(files: dict[str, str], *names: str) -> Edits:
    """What comes of switching `dead` off, or the names given."""
    return disabling(Files({**BASE, **files}), None, names or ("dead",), UNTIL)


def only(edits: Edits) -> str:
    """The new text of the one file that changes."""
    assert () == edits.refusals
    (held,) = edits.changes.values()
    assert held is not None
    return held.decode()


ENTRIES = {
    "an entry of a name": (
        "models:\n- name: dead\n- name: kept\n",
        (
            "models:\n- name: dead\n  config:\n    enabled: false\n    meta:\n      assay:\n"
            "        delete_after: '2026-12-05'\n- name: kept\n"
        ),
    ),
    "an entry with more": (
        "models:\n  # why\n  - name: dead # here\n    description: x\n",
        (
            "models:\n  # why\n  - name: dead # here\n    config:\n      enabled: false\n      meta:\n        assay:\n"
            "          delete_after: '2026-12-05'\n    description: x\n"
        ),
    ),
    "an entry without final newline": (
        "models:\n- name: dead",
        (
            "models:\n- name: dead\n  config:\n    enabled: false\n    meta:\n      assay:\n"
            "        delete_after: '2026-12-05'"
        ),
    ),
    "carriage returns": (
        "models:\r\n- name: dead\r\n",
        (
            "models:\r\n- name: dead\r\n  config:\r\n    enabled: false\r\n    meta:\r\n      assay:\r\n"
            "        delete_after: '2026-12-05'\r\n"
        ),
    ),
    "a config": (
        "models:\n- name: dead\n  config:\n    tags: [x]\n",
        (
            "models:\n- name: dead\n  config:\n    enabled: false\n    meta:\n      assay:\n"
            "        delete_after: '2026-12-05'\n    tags: [x]\n"
        ),
    ),
    "a config with meta": (
        "models:\n- name: dead\n  config:\n    enabled: true # yes\n    meta:\n      k: 1\n",
        (
            "models:\n- name: dead\n  config:\n    enabled: false # yes\n    meta:\n      assay:\n"
            "        delete_after: '2026-12-05'\n      k: 1\n"
        ),
    ),
    "a config between brackets": (
        "models:\n- name: dead\n  config: {tags: [x], meta: {k: 1}}\n",
        (
            "models:\n- name: dead\n  config: {enabled: false, tags: [x], "
            "meta: {assay: {delete_after: '2026-12-05'}, k: 1}}\n"
        ),
    ),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_the_setting_stands_in_the_entry(what: str) -> None:
    """Where the model has one, and nothing else in the file changes."""
    before, after = ENTRIES[what]

    text = only(disable({"models/s.yml": before}))
    assert after == text
    entry = yaml.safe_load(text)["models"][0]
    assert (False, "2026-12-05") == (
        entry["config"]["enabled"],
        entry["config"]["meta"]["assay"]["delete_after"],
    )


LINE = "{{ config(enabled=false, meta={'assay': {'delete_after': '2026-12-05'}}) }}"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_model_without_entry_gets_a_line_of_its_own(newline: str) -> None:
    """The first of its file; dbt joins the settings of several config() calls."""
    before = f"{{{{ config(materialized='table') }}}}{newline}select 2{newline}"

    assert LINE + newline + before == only(disable({"models/dead.sql": before}))


@pytest.mark.parametrize(
    "entry",
    [
        "models: [{name: dead}]\n",
        "models:\n- name: dead\n  config: {enabled: \"{{ var('x') }}\"}\n",
        "models:\n- name: dead\n- name: dead\n",
    ],
)
def test_an_entry_that_cannot_hold_it_leaves_it_to_the_file(entry: str) -> None:
    """What a model's file says comes before what its entry says."""
    edits = disable({"models/s.yml": entry})

    assert LINE + "\nselect 2\n" == only(edits)


def test_a_python_model_is_switched_off_in_its_function() -> None:
    """As its first statement."""
    files = {
        "dbt_project.yml": "name: shop\n",
        "models/dead.py": "import x\n\n\ndef model(dbt, session):\n    # all\n    return x.y()\n",
    }

    text = only(disabling(Files(files), None, ["dead"], UNTIL))
    assert (
        "    # all\n"
        '    dbt.config(enabled=False, meta={"assay": {"delete_after": "2026-12-05"}})\n'
        "    return x.y()\n"
    ) in text


def test_tests_of_it_stay() -> None:
    """Dbt passes over a test whose model is off."""
    files = {
        "models/s.yml": "models:\n- name: kept\n  tests:\n  - relationships: {to: ref('dead'), field: id}\n",
        "tests/t.sql": "select * from {{ ref('dead') }} join {{ ref('kept') }}",
        "models/u.yml": "unit_tests:\n- name: u\n  model: dead\n",
    }

    assert {"models/dead.sql"} == disable(files).changes.keys()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"models/kept.sql": "{{ ref('dead') }}"}, "it refers to dead"),
        ({"models/e.yml": "exposures:\n- name: e\n  depends_on: [ref('dead')]\n"}, "it refers to dead"),
        (
            {"models/dead.sql": "{{ config(enabled=var('x')) }}"},
            "its own config() says whether it is enabled",
        ),
    ],
)
def test_what_would_break_is_refused(files: dict[str, str], why: str) -> None:
    """Readers of what is off break as readers of what is gone do."""
    edits = disable(files)

    assert {} == edits.changes
    assert any(why in str(refusal) for refusal in edits.refusals)


def test_only_models_are_switched_off() -> None:
    """A seed is told to be one."""
    edits = disable({"seeds/codes.csv": "a\n"}, "seed.shop.codes")

    assert "only models are switched off, and codes is a seed" == str(edits.refusals[0])


def test_two_models_of_one_file_are_switched_off_at_once() -> None:
    """Each in its own entry."""
    text = only(
        disable(
            {"models/s.yml": "models:\n- name: dead\n- name: old\n", "models/old.sql": "select 3"},
            "dead",
            "old",
        )
    )

    assert [False, False] == [entry["config"]["enabled"] for entry in yaml.safe_load(text)["models"]]
