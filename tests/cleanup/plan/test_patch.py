"""A patch is what git applies, whatever the files hold."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from fakes.clean_shop import git
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.cleanup.patch import patch
from assay.cleanup.project.tree import Files, TreeError
from assay.cleanup.statements import Relation, identifier, statements

if TYPE_CHECKING:
    from pathlib import Path

LINES = st.lists(
    st.sampled_from([b"a", b"b", b"c", b"\xff\xfe", b"+x", b"-- y", b"\r", b"", b"@@"]), max_size=12
)
HELD = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, st.sampled_from([b"", b"\n", b"\r\n"]))
NAMES = st.sampled_from(["a.sql", "models/b c.yml", "models/caf\u00e9.sql", 'q"uote.sql', "tab\tbed.sql"])


def apply(folder: Path, held: bytes) -> None:
    """Let git apply a patch in a folder."""
    command = ["git", "apply", "--whitespace=nowarn", "-p1"]
    subprocess.run(command, cwd=folder, input=held, check=True, capture_output=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(NAMES, HELD, max_size=3),
    after=st.dictionaries(NAMES, HELD | st.none(), max_size=3),
)
def test_git_applies_any_change_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes | None]
) -> None:
    """No final line feed, carriage returns, bytes that are no text, and names that git quotes."""
    folder = tmp_path_factory.mktemp("applied")
    git(folder, "init", "-q")
    for path, held in before.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(held)
    changes = {path: held for path, held in after.items() if held is not None or path in before}

    made = patch(Files(before), changes)
    if made:
        apply(folder, made)
    there = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.parts
    }

    assert {path: held for path, held in (before | changes).items() if held is not None} == there


def test_a_file_that_is_not_there_cannot_go() -> None:
    """It is an error of ours, told before anything is written."""
    with pytest.raises(TreeError):
        patch(Files({}), {"a.sql": None})


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("orders", "orders"),
        ("Orders", '"Orders"'),
        ("or ders", '"or ders"'),
        ('a"; DROP TABLE b; --', '"a""; DROP TABLE b; --"'),
        ("a\n-- b", '"a?-- b"'),
    ],
)
def test_a_name_is_never_a_statement(part: str, expected: str) -> None:
    """Whatever a warehouse lets a name hold."""
    assert expected == identifier(part)


def test_statements_rename_and_drop_nothing_unasked() -> None:
    """Run by mistake, they rename: each line that drops is a remark; views are called views."""
    from datetime import date  # noqa: PLC0415 - for this test alone

    relations = [Relation(("shop", "marts", "a"), "view"), Relation(("shop", "marts", "B\nDROP"), "table")]

    told = statements(relations, date(2026, 11, 20), 14)
    active = [line for line in told.splitlines() if not line.startswith("--")]

    assert [
        "ALTER VIEW shop.marts.a RENAME TO shop.marts.a_deprecated;",
        'ALTER TABLE shop.marts."B?DROP" RENAME TO shop.marts."B?DROP_DEPRECATED";',
    ] == active
    assert "-- DROP VIEW shop.marts.a_deprecated;" in told
