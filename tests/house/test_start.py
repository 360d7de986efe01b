"""What the program loads, and what its package holds."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from house.tree import ROOT

HEAVY = {
    "alembic", "apscheduler", "boto3", "duckdb", "flask", "great_expectations", "numpy", "pandas", "pyarrow",
    "snowflake", "sqlalchemy", "sqlglot",
}  # fmt: skip
LOADED = (
    "import sys, json\n{}\nprint(json.dumps(sorted(set(name.partition('.')[0] for name in sys.modules))))"
)


def loaded_by(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter has after `statement`."""
    done = subprocess.run(
        (sys.executable, "-c", LOADED.format(statement)), capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "statement",
    [
        "import assay.cli",
        "import collectors",
        "import checks",
        "import assay.model.assets",
        "import assay.cli.app as app; app.run(['--help'])",
    ],
)
def test_help_loads_nothing_heavy(statement: str) -> None:
    """The command line answers before any library of a vendor, a database or a page is loaded."""
    assert set() == loaded_by(statement) & HEAVY


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a wheel built from this tree, with the build tools that are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (built,) = Path(folder).glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_carries_all_it_needs(wheel: list[str]) -> None:
    """Migrations, SQL, templates, scripts, grants and the marks of typed packages are in it."""
    assert "assay/_alembic/env.py" in wheel
    assert any(name.startswith("assay/_alembic/versions/") for name in wheel)
    for part in ("assay/facts/sql/split.sql", "web/templates/overview.html", "web/static/vendor/vendor.toml"):
        assert part in wheel
    for part in ("collectors/snowflake/GRANTS.sql", "assay/py.typed", "web/py.typed", "costs/py.typed"):
        assert part in wheel


def test_the_wheel_carries_nothing_else(wheel: list[str]) -> None:
    """No top-level folder but the five packages: `alembic` in particular would overwrite the library."""
    tops = {name.partition("/")[0] for name in wheel}

    assert {"assay", "checks", "collectors", "costs", "web"} == {
        top for top in tops if not top.endswith(".dist-info")
    }
