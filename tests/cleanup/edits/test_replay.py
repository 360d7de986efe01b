"""The replay of past deletions: what it finds in a repository's history, and what it calls wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assay.cleanup.project import Files, Repository, TreeError
from benchmarks.cleanup_replay.history import commits, deleted
from benchmarks.cleanup_replay.judging import violations
from benchmarks.cleanup_replay.replaying import DELETED, REFUSED, REWRITTEN, replay

if TYPE_CHECKING:
    from pathlib import Path

FIRST = {
    "dbt/dbt_project.yml": "name: shop\n",
    "dbt/models/a.sql": "select 1",
    "dbt/models/b.sql": "select * from {{ ref('a') }}",
    "dbt/models/c.sql": "select 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13",
    "dbt/models/d.sql": "select * from {{ ref('c') }}",
    "dbt/models/s.yml": "models:\n- name: a\n- name: b\n- name: c\n- name: d\n",
}
STEPS: list[dict[str, str | None]] = [
    dict(FIRST),
    {"dbt/models/b.sql": None, "dbt/models/s.yml": "models:\n- name: a\n- name: c\n- name: d\n"},
    {"dbt/models/c.sql": None, "dbt/models/moved/c.sql": FIRST["dbt/models/c.sql"]},
    {"dbt/models/moved/c.sql": None, "dbt/models/d.sql": "select 4"},
    {"dbt/models/e.sql": "select * from {{ ref('a') }}"},
    {"dbt/models/a.sql": None},
]


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ("git", *identity, *arguments), cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def history(tmp_path: Path) -> tuple[Path, list[str]]:
    """A repository with a commit for each step, and their names."""
    git(tmp_path, "init", "-q", "-b", "main")
    names = []
    for step in STEPS:
        for path, held in step.items():
            file = tmp_path / path
            if held is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(held, encoding="utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", "step")
        names.append(git(tmp_path, "rev-parse", "HEAD"))
    return tmp_path, names


def test_each_deletion_is_made_again(history: tuple[Path, list[str]]) -> None:
    """A move is none; what people rewrote is taken over; what would dangle is refused."""
    folder, names = history
    with Repository(folder) as repository:
        found = [replay(past) for name in commits(repository, ["auto"]) for past in deleted(repository, name)]

    assert [(names[5], REFUSED, 0), (names[3], REWRITTEN, 1), (names[1], DELETED, 1)] == [
        (each.commit, each.outcome, each.deleted) for each in found
    ]
    assert [[], [], []] == [each.violations for each in found]
    assert {"a": "dbt/models/e.sql:1: it refers to a"} == found[0].refused
    assert ["dangling: dbt/models/e.sql refers to a"] == found[0].refs_left_by_people


def test_commits_are_named_as_people_name_them(history: tuple[Path, list[str]], tmp_path: Path) -> None:
    """By name, by a file of names, by a range; a name git does not know is an error."""
    folder, names = history
    listed = tmp_path / "names.txt"
    listed.write_text(f"{names[1]}  # the first\n\n{names[3]}\n", encoding="utf-8")
    with Repository(folder) as repository:
        assert [names[1], names[3]] == commits(repository, [str(listed), names[1]])
        assert [names[3]] == commits(repository, [f"{names[2]}..{names[4]}"])
        with pytest.raises(TreeError, match="rev-list failed"):
            list(deleted(repository, "nothing"))


def test_the_program_prints_json_and_ends_well(history: tuple[Path, list[str]]) -> None:
    """A refusal is nothing wrong."""
    folder, _ = history
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.cleanup_replay", str(folder), "auto", "--json"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode
    totals = json.loads(done.stdout)["totals"]
    assert (3, 2, 1, 0) == (
        totals["deletions"], totals["models deleted"], totals["models refused"], totals["violations"]
    )  # fmt: skip


BEFORE = {
    "dbt_project.yml": "name: shop\n",
    "models/a.sql": "select 1",
    "models/b.sql": "select * from {{ ref('a') }}",
    "models/s.yml": "models:\n- name: a\n- name: b\n  description: x\n",
}
WRONG: dict[str, tuple[dict[str, bytes | None], str]] = {
    "a model that is still there": ({}, "files: models/a.sql is still there"),
    "an entry that was left": ({"models/a.sql": None}, "leftover: models/s.yml still has a in models"),
    "a ref that dangles": (
        {"models/a.sql": None, "models/s.yml": b"models:\n- name: b\n  description: x\n"},
        "dangling: models/b.sql refers to a",
    ),
    "an entry that was to stay": (
        {"models/a.sql": None, "models/s.yml": b"models:\n- name: b\n"},
        "entry: models of models/s.yml differs in what was to stay",
    ),
    "another file": ({"models/a.sql": None, "models/b.sql": b"select 1"}, "other: models/b.sql was changed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_judge_sees_what_is_wrong(what: str) -> None:
    """Each kind of fault by its name."""
    changes, said = WRONG[what]

    found = list(violations(Files(BEFORE), changes, {"models/a.sql"}, {"a"}, "shop"))
    assert any(each.startswith(said) for each in found), found
