"""Which paths may be changed at all, and what is read out of an archive."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cleanup.forges.archive import unpacked
from assay.cleanup.forges.errors import BrokenError, PathRefusedError
from assay.cleanup.forges.paths import AllowedPaths
from assay.config.decisions import RepositorySettings

USUAL = AllowedPaths(RepositorySettings(name="acme/shop").allow)


@pytest.mark.parametrize(
    "path",
    [
        "models/a.sql", "models/marts/core/a.sql", "models/a/_models.yml", "tests/a.sql", "snapshots/a.sql",
        "seeds/a.csv", "analyses/a.sql", "docs/a.md", "dbt_project.yml", "selectors.yml",
    ],
)  # fmt: skip
def test_a_dbt_project_s_own_files_may_be_changed(path: str) -> None:
    """By the usual settings."""
    assert not USUAL.refusal(path)


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml", ".gitlab-ci.yml", ".pre-commit-config.yml", "models/.hidden.sql", "macros/a.sql",
        "models/../macros/a.sql", "./models/a.sql", "/models/a.sql", "models//a.sql", "models/", "models", "",
        "models\\a.sql", "models/a\n.sql", "models/\u202ea.sql", "requirements.txt", "deploy/prod.yml", "Models/a.sql",
        ".git/config", "models/" + "a" * 1100,
    ],
)  # fmt: skip
def test_anything_else_may_not(path: str) -> None:
    """Workflows, what leaves the folder, what is spelt oddly, what no glob names."""
    assert USUAL.refusal(path)
    with pytest.raises(PathRefusedError, match="Nothing was sent"):
        USUAL.check(["models/a.sql", path])


def test_globs_count_from_the_project_s_folder() -> None:
    """A project below the repository's root has its own, and nothing beside it passes."""
    rule = AllowedPaths(("models/**", "*.yml"), keep=("models/finance/**",), folder="dbt/shop")

    assert not rule.refusal("dbt/shop/models/a.sql")
    assert not rule.refusal("dbt/shop/dbt_project.yml")
    assert "outside" in rule.refusal("models/a.sql")
    assert "outside" in rule.refusal("dbt/shopping/models/a.sql")
    assert "to be kept" in rule.refusal("dbt/shop/models/finance/a.sql")


@given(st.text(max_size=30))
def test_no_text_gets_past_its_folder(text: str) -> None:
    """Whatever allows everything still allows only plain paths below the folder."""
    rule = AllowedPaths(("**",), folder="dbt")
    path = f"dbt/{text}"
    if not rule.refusal(path):
        assert path.startswith("dbt/")
        assert not any(part.startswith(".") or not part for part in path.split("/"))
    assert rule.refusal(text) or text.startswith("dbt/")


@pytest.mark.parametrize(
    ("glob", "fits", "fits_not"),
    [
        ("models/**", ["models/a", "models/a/b"], ["models", "xmodels/a"]),
        ("**/a.sql", ["a.sql", "x/a.sql", "x/y/a.sql"], ["xa.sql"]),
        ("models/*.sql", ["models/a.sql"], ["models/x/a.sql"]),
        ("models/?.sql", ["models/a.sql"], ["models/ab.sql", "models//.sql"]),
        ("m[a]/x+y.sql", ["m[a]/x+y.sql"], ["ma/x+y.sql", "m[a]/xxy.sql"]),
    ],
)
def test_globs_mean_what_they_say(glob: str, fits: list[str], fits_not: list[str]) -> None:
    """`*` and `?` stay within a folder, `**` does not, and everything else is itself."""
    rule = AllowedPaths((glob,))
    assert [] == [path for path in fits if rule.refusal(path)]
    assert [] == [path for path in fits_not if not rule.refusal(path)]


def packed(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """An archive of these entries."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def link(name: str, target: str) -> tarfile.TarInfo:
    """A symbolic link."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


def test_only_plain_files_come_out_of_an_archive() -> None:
    """Links lead out of it, and nothing is written anywhere."""
    archive = packed(
        (tarfile.TarInfo("shop-1/dbt/models/a.sql"), b"select 1"),
        (tarfile.TarInfo("shop-1/README.md"), b"x"),
        (link("shop-1/dbt/models/b.sql", "/etc/passwd"), b""),
    )
    assert {"dbt/models/a.sql": b"select 1", "README.md": b"x"} == unpacked(archive)
    assert {"dbt/models/a.sql"} == unpacked(archive, "dbt").keys()
    assert {} == unpacked(archive, "db")


def test_an_archive_that_swells_is_not_unpacked() -> None:
    """A few kilobytes that hold a gigabyte of nothing."""
    archive = packed((tarfile.TarInfo("shop-1/a"), b"\0" * 100_000))
    with pytest.raises(BrokenError, match="more than 50,000 bytes"):
        unpacked(archive, most_bytes=50_000)


@pytest.mark.parametrize("archive", [b"", b"no archive", packed((tarfile.TarInfo("a/b"), b"x" * 9000))[:-40]])
def test_a_broken_archive_says_so(archive: bytes) -> None:
    """It is asked for again in the next cycle."""
    with pytest.raises(BrokenError, match="cannot be read"):
        unpacked(archive)
