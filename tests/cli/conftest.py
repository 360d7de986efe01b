"""The program called in this process, and a small made-up company to call it on."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay.cli.app import run


@dataclass(frozen=True, slots=True)
class Told:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - as json's own
        """Stdout read as JSON."""
        return json.loads(self.out)


class Program:
    """`assay` on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str) -> Told:
        """Call it with the folder as --dir."""
        return call(*arguments, "--dir", str(self.folder))


def call(*arguments: str) -> Told:
    """Call the program with just these arguments."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(arguments))
    return Told(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of whoever runs the tests speaks into them."""
    monkeypatch.delenv("ASSAY_DIR", raising=False)


@pytest.fixture
def assay(tmp_path: Path) -> Program:
    """The program on a folder that is not there yet."""
    return Program(tmp_path / "assay")


@pytest.fixture
def ready(assay: Program) -> Program:
    """The program on a new Assay folder."""
    assert assay("init").code == 0
    return assay


@pytest.fixture(scope="session")
def made_company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """A small demo, run once, and what `assay demo` printed."""
    folder = tmp_path_factory.mktemp("demo") / "folder"
    told = call(
        "demo",
        "--no-serve",
        "--json",
        "--days",
        "4",
        "--queries",
        "1500",
        "--end",
        "2026-11-10",
        "--dir",
        str(folder),
    )
    return folder, told


@pytest.fixture
def company(made_company: tuple[Path, Told]) -> Program:
    """The program on the small demo, for commands that only read."""
    return Program(made_company[0])


@pytest.fixture
def own_company(made_company: tuple[Path, Told], tmp_path: Path) -> Program:
    """The program on a copy of the small demo, for commands that change something."""
    return Program(Path(shutil.copytree(made_company[0], tmp_path / "copy")))
