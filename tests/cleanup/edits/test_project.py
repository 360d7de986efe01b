"""A project seen through its files: where they come from, what they are, and what they refer to."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from assay.cleanup.project import Changed, Files, Folder, Project, ProjectError, Repository, TreeError
from assay.cleanup.project.layout import Layout, Role
from assay.cleanup.project.templates import Ref, python, template
from assay.cleanup.project.versions import versions_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits of a file, an executable, and a link."""
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "A"),
        ("config", "user.email", "a@b"),
    ):
        subprocess.run(("git", *arguments), cwd=tmp_path, check=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "link").symlink_to("models")
    for held in ("one", "two"):
        (tmp_path / "models" / "é a.sql").write_text(held, encoding="utf-8")
        subprocess.run(("git", "add", "-A"), cwd=tmp_path, check=True)
        subprocess.run(("git", "commit", "-q", "-m", held), cwd=tmp_path, check=True)
    return tmp_path


def test_a_commit_is_read_without_a_checkout(repository: Path) -> None:
    """Its own files with their own contents, links left out; what is made of contents is made once."""
    made: list[bytes] = []
    with Repository(repository) as opened:
        before, after = opened.commit("HEAD^"), opened.commit("HEAD")

        assert ["models/é a.sql"] == list(after.paths())
        assert (b"one", b"two") == (before.read("models/é a.sql"), after.read("models/é a.sql"))
        after.ahead(".sql")
        assert [None, None] == [after.made("models/é a.sql", made.append) for _ in range(2)]
    assert [b"two"] == made


def test_what_git_cannot_give_is_told(repository: Path) -> None:
    """In git's own words; or taken for what the caller says, and noted."""
    with Repository(repository) as opened:
        with pytest.raises(TreeError, match="ls-tree failed"):
            opened.commit("nothing").paths()
        with pytest.raises(TreeError, match="has no file x"):
            opened.commit("HEAD").read("x")
        with pytest.raises(TreeError, match="does not hold"):
            opened.blob("0" * 40)
    with Repository(repository, absent=b"") as lenient:
        assert b"" == lenient.blob("0" * 40)
        assert {"0" * 40} == lenient.missed


def test_a_folder_is_read_without_what_git_keeps(repository: Path) -> None:
    """Paths are from its root."""
    tree = Folder(repository)

    assert ["models/é a.sql"] == list(tree.paths())
    assert b"two" == tree.read("models/é a.sql")
    with pytest.raises(TreeError, match="cannot be read"):
        tree.read("nothing")


def test_changes_are_laid_over_a_tree() -> None:
    """New contents, new files, and files that are gone."""
    tree = Changed(Files({"a": "1", "b": "2", "c": "3"}), {"a": b"4", "b": None, "d": b"5"})

    assert ["a", "c", "d"] == list(tree.paths())
    assert [b"4", b"3", b"5"] == [tree.read(path) for path in tree.paths()]
    with pytest.raises(TreeError, match="b is deleted"):
        tree.read("b")


LAYOUTS = {
    "models/a/x.sql": Role.MODEL,
    "models/x.py": Role.MODEL,
    "models/x.yml": Role.PROPERTIES,
    "models/x.md": Role.DOCS,
    "models/x.txt": None,
    "seeds/x.csv": Role.SEED,
    "data/x.csv": Role.SEED,
    "tests/x.sql": Role.TEST,
    "tests/generic/x.sql": Role.MACRO,
    "macros/x.sql": Role.MACRO,
    "snapshots/x.sql": Role.SNAPSHOT,
    "analyses/x.sql": Role.ANALYSIS,
    "scripts/x.py": None,
    "other/models/x.sql": None,
    "x.yml": None,
}


@pytest.mark.parametrize("path", LAYOUTS)
def test_a_file_is_what_dbt_takes_it_for(path: str) -> None:
    """By the folders dbt has by default."""
    layout = Layout.read(Files({"dbt_project.yml": "name: shop\n"}))

    assert LAYOUTS[path] is layout.role_of(path)


def test_a_project_says_where_its_files_are() -> None:
    """In today's words or in those of older versions, also outside its folder."""
    settings = "name: shop\nsource-paths: ['transform', '../shared']\ntest-paths: checks\n"
    layout = Layout.read(Files({"dbt/dbt_project.yml": settings}), "dbt")

    roles = [layout.role_of(path) for path in ("dbt/transform/x.sql", "shared/a/x.sql", "dbt/checks/x.sql")]
    assert [Role.MODEL, Role.MODEL, Role.TEST] == roles
    assert ("a",) == layout.inside("shared/a/x.sql", Role.MODEL)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "There is no dbt_project.yml"),
        ({"dbt_project.yml": "a: ["}, "no YAML"),
        ({"dbt_project.yml": ""}, "no settings"),
    ],
)
def test_a_folder_without_a_project_is_told(files: dict[str, str], why: str) -> None:
    """With the reason."""
    with pytest.raises(ProjectError, match=why):
        Project.open(Files(files))


REFS = {
    "{{ ref('a') }}": Ref("a"),
    '{{ref("a")}}': Ref("a"),
    "{{ ref('p', 'a') }}": Ref("a", "p"),
    "{{ ref('a', v=2) }}": Ref("a", "", "2"),
    "{{ ref('p', 'a', version='v3') }}": Ref("a", "p", "3"),
    "{{ builtins.ref('a') }}": Ref("a"),
    "{%- for x in ref('a') -%}": Ref("a"),
    "{{ f(\"it's }} \", ref('a')) }}": Ref("a"),
    "{{ ref(\n  'a'\n) }}": Ref("a"),
}


@pytest.mark.parametrize("code", REFS)
def test_a_ref_is_read_as_dbt_would(code: str) -> None:
    """With its package and version."""
    assert {REFS[code]} == template(code.encode()).refs


def test_a_ref_of_python_is_read_from_its_calls() -> None:
    """A comment is none; a file that is no Python is read as text."""
    assert {Ref("a")} == python(b"def model(dbt, s):\n    # dbt.ref('b')\n    return dbt.ref('a')\n").refs
    assert {Ref("a")} == python(b"def (: dbt.ref('a')").refs


def test_names_put_together_leave_a_pattern() -> None:
    """With a group for each piece that is not written there; a bare variable leaves nothing but openness."""
    assert {"a_(.*)_b"} == template(b"{{ ref('a_' ~ x ~ '_b') }}").patterns
    assert {"(.*)_b"} == template(b"{{ ref(x ~ '_b') }}").patterns
    assert template(b"{{ ref(x) }}").is_open
    assert not template(b"{{ ref('x') }}").is_open


def test_versions_are_read_with_the_latest() -> None:
    """The one that is named, or the highest number."""
    said = b"models:\n- name: a\n  versions: [{v: 2}, {v: 10}, {v: 1, defined_in: old}]\n"

    (found,) = versions_in(said)
    assert ("10", {"2": "a_v2", "10": "a_v10", "1": "old"}) == (found.latest, found.stems)
    (named,) = versions_in(said + b"  latest_version: 2\n")
    assert "2" == named.latest
    assert () == versions_in(b"versions: [")


def test_of_a_folder_only_plain_files_are_read(tmp_path: Path) -> None:
    """A link may lead out of the repository, and a pipe is never read to its end."""
    outside = tmp_path / "secret"
    outside.write_text("not ours")
    root = tmp_path / "repository"
    (root / "models").mkdir(parents=True)
    (root / "models" / "a.sql").write_text("select 1")
    (root / "models" / "b.sql").symlink_to(outside)
    (root / "models" / "gone.yml").symlink_to(tmp_path / "nothing")
    os.mkfifo(root / "models" / "pipe.sql")

    assert list(Folder(root).paths()) == ["models/a.sql"]
