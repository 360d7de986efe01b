"""What only the models that go made use of."""

from __future__ import annotations

import pytest

from assay.cleanup.edits import Edits, deletion
from assay.cleanup.project import Files

BASE = {"dbt_project.yml": "name: shop\n", "models/kept.sql": "select 1", "models/old/dead.sql": "select 2"}


def delete(files: dict[str, str]) -> Edits:
    """What comes of deleting `dead`."""
    return deletion(Files({**BASE, **files}), None, ["dead"])


def after(files: dict[str, str], path: str) -> str | None:
    """A file's text once `dead` is deleted; None when it goes."""
    edits = delete(files)
    assert () == edits.refusals
    held = edits.changes.get(path, files[path].encode())
    return None if held is None else held.decode()


DOCS = "# Docs\n\n{% docs one %}\nOne.\n{% enddocs %}\n\n{% docs two %}\nTwo.\n{% enddocs %}\n"
DESCRIBED = (
    "models:\n- name: dead\n  description: \"{{ doc('one') }}\"\n"
    "- name: kept\n  description: \"{{ doc('two') }}\"\n"
)


def test_a_doc_block_without_a_user_goes() -> None:
    """Its block, with the blank line that parted it; the others stay."""
    files = {"models/d.md": DOCS, "models/s.yml": DESCRIBED}

    assert "# Docs\n\n{% docs two %}\nTwo.\n{% enddocs %}\n" == after(files, "models/d.md")


def test_a_doc_block_that_others_use_stays() -> None:
    """Also when they name its package."""
    files = {"models/d.md": DOCS, "models/s.yml": DESCRIBED.replace("doc('two')", "doc('shop', 'one')")}

    assert DOCS == after(files, "models/d.md")


def test_a_file_of_docs_goes_with_its_last_block() -> None:
    """Nothing but blanks would be left."""
    only = "{% docs one %}x{% enddocs %}\n\n"

    assert None is after({"models/d.md": only, "models/s.yml": DESCRIBED}, "models/d.md")


GROUPED = (
    "groups:\n- name: g\n  owner: {name: x}\n- name: h\n  owner: {name: y}\n"
    "models:\n- name: dead\n  config: {group: g}\n"
)


def test_a_group_without_a_member_goes() -> None:
    """A group that never had one stays."""
    assert "groups:\n- name: h\n  owner: {name: y}\n" == after({"models/s.yml": GROUPED}, "models/s.yml")


@pytest.mark.parametrize(
    "member",
    [
        {"models/t.yml": "models:\n- name: kept\n  group: g\n"},
        {"models/kept.sql": "{{ config(group='g') }} select 1"},
        {"dbt_project.yml": "name: shop\nmodels:\n  shop:\n    +group: g\n"},
    ],
)
def test_a_group_with_a_member_stays(member: dict[str, str]) -> None:
    """Wherever membership is said."""
    assert "name: g" in (after({"models/s.yml": GROUPED, **member}, "models/s.yml") or "")


SETTINGS = """name: shop
models:
  shop:
    +materialized: view
    # the old ones
    old:
      +schema: old
      dead: {+tags: [x]}
    other:  # never had a model
      +schema: other
vars: {a: 1}
"""


def test_settings_of_a_folder_without_models_go() -> None:
    """Those of a folder that never had one are not ours to judge."""
    want = SETTINGS.replace("    old:\n      +schema: old\n      dead: {+tags: [x]}\n", "")

    assert want == after({"dbt_project.yml": SETTINGS}, "dbt_project.yml")


def test_settings_of_a_folder_with_models_stay() -> None:
    """Only those of the model itself go."""
    files = {"dbt_project.yml": SETTINGS, "models/old/more.sql": "select 1"}

    assert SETTINGS.replace("      dead: {+tags: [x]}\n", "") == after(files, "dbt_project.yml")


SELECTORS = """selectors:
- name: only
  definition: dead
- name: both
  definition:
    union:
    - dead+
    - {method: fqn, value: kept}
    - exclude:
      - method: path
        value: models/old/dead.sql
- name: tagged
  definition: {method: tag, value: dead}
"""


def test_criteria_that_name_nothing_more_go() -> None:
    """A selector of nothing else with them; a tag of the same name is another thing."""
    want = (
        "selectors:\n- name: both\n  definition:\n    union:\n    - {method: fqn, value: kept}\n"
        "- name: tagged\n  definition: {method: tag, value: dead}\n"
    )

    assert want == after({"selectors.yml": SELECTORS}, "selectors.yml")


@pytest.mark.parametrize(
    ("selectors", "why"),
    [
        (
            "selectors:\n- name: s\n  definition: {union: [+dead, kept]}\n",
            "also selects what it is built from",
        ),
        (
            "selectors:\n- name: s\n  definition: {intersection: [dead, kept]}\n",
            "an intersection names what goes",
        ),
        (
            (
                "selectors:\n- name: s\n  definition: dead\n- name: t\n  definition:\n"
                "    union: [kept, {method: selector, value: s}]\n"
            ),
            "the selector s, which others use",
        ),
    ],
)
def test_selectors_that_would_select_something_else_are_a_reason_to_refuse(selectors: str, why: str) -> None:
    """Their meaning is kept or nothing changes."""
    edits = delete({"selectors.yml": selectors})

    assert {} == edits.changes
    assert why in str(edits.refusals[0])
