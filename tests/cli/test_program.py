"""The program as a whole: quick, quiet, and clear about what went wrong."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click
import pytest
from cli.conftest import Program, call

from assay import __version__
from assay.cli import app as program
from assay.cli.app import COMMANDS, app

ROOT = Path(__file__).parents[2]
HEAVY = (
    "snowflake", "boto3", "great_expectations", "flask", "apscheduler", "duckdb", "sqlalchemy", "pandas",
    "pyarrow", "pydantic", "rich", "structlog",
)  # fmt: skip
ALL = [name for section in COMMANDS.values() for name in section]


WITH_A_DEFAULT = ("incidents", "waste")
"""Groups that are one of their commands where none is named."""
GROUPS = ("alerts", "backfill", "check", "cleanup", "config", "connect", "db", "export", *WITH_A_DEFAULT)


def _commands() -> list[tuple[str, ...]]:
    """Every command and subcommand."""
    context = click.Context(app)
    found = [(name,) for name in ALL if name not in GROUPS]
    for name in GROUPS:
        group = app.get_command(context, name)
        assert isinstance(group, click.Group)
        found += [(name, sub) for sub in group.list_commands(context)]
    return found


def test_help_loads_no_heavy_library() -> None:
    """The list of commands needs none of the libraries the commands need."""
    text = (
        "import sys\nfrom assay.cli.app import run\ncode = run(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], code, file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)

    assert told.stderr.strip() == "[] 0"


def test_python_m_assay_is_the_same_program() -> None:
    """Whoever has no script on the path still has the program."""
    told = subprocess.run(
        [sys.executable, "-m", "assay", "--version"], check=True, capture_output=True, text=True
    )

    assert told.stdout == f"assay {__version__}\n"


def test_the_list_tells_each_command_as_the_command_tells_itself() -> None:
    """The words of `assay --help` stand apart from the commands, to load none; they must not drift."""
    context = click.Context(app)
    for section in COMMANDS.values():
        for name, text in section.items():
            command = app.get_command(context, name)
            assert command is not None
            assert (command.help or "").startswith(text.partition(":")[0].rstrip(".")), name


@pytest.mark.parametrize("path", _commands(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_the_common_options(path: tuple[str, ...]) -> None:
    """Nobody needs the manual to try a command."""
    told = call(*path, "--help")

    assert told.code == 0
    assert f"Example:\n    assay {' '.join(path)}" in told.out
    assert all(option in told.out for option in ("--dir", "--json", "--set", "--debug"))


@pytest.mark.parametrize("name", GROUPS)
def test_every_group_has_help_with_an_example(name: str) -> None:
    """A group shows how one of its commands is called."""
    assert f"Example:\n    assay {name} " in call(name, "--help").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["cots"], "error: There is no command cots.\n→ Did you mean `assay costs`?\n"),
        (["xyzzy"], "error: There is no command xyzzy.\n→ `assay --help` lists the commands.\n"),
        (["costs", "--by", "colour"], "`assay costs --help` tells what it takes."),
        (["costs", "--nonsense"], "error: No such option"),
        (["connect", "snowflkae", "--name", "x"], "→ Did you mean snowflake? Valid: dbt, "),
        (["config", "show", "--set", "money"], "error: --set money is not of the form KEY=VALUE."),
    ],
)
def test_a_wrong_call_is_told_with_the_next_step(arguments: list[str], told: str) -> None:
    """What is wrong and what would be right, on stderr; nothing on stdout."""
    answer = call(*arguments)

    assert answer.code in {2, 3}
    assert told in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    "path", [(), *((name,) for name in GROUPS if name not in WITH_A_DEFAULT)], ids=" ".join
)
def test_a_call_without_a_command_is_answered_with_the_help(path: tuple[str, ...]) -> None:
    """It is no error to ask what there is."""
    told = call(*path)

    assert told.code == 2
    assert told.err == call(*path, "--help").out


def test_a_folder_that_is_none_is_told_with_the_way_to_make_it(assay: Program) -> None:
    """Exit code 3: configuration."""
    told = assay("costs")

    assert told.code == 3
    assert "it has no assay.toml" in told.err
    assert f"→ Run `assay init --dir {assay.folder}`" in told.err


def test_a_trace_is_shown_only_when_asked_for(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a mistake of ours is a sentence."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("assay.cli.config.Settings.model_json_schema", broken)
    quiet, loud = ready("config", "schema"), ready("config", "schema", "--debug")

    assert quiet.code == loud.code == 1
    assert "error: This is a mistake in Assay: ZeroDivisionError: oh" in quiet.err
    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err


def test_interrupted_it_is_quiet(ready: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130 and no word."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assay.cli.config.Settings.model_json_schema", interrupted)
    told = ready("config", "schema")

    assert (told.code, told.out, told.err) == (130, "", "")


def test_a_reader_that_goes_away_is_no_error(ready: Program) -> None:
    """`assay … | head -1` ends quietly."""
    pipe = f"{sys.executable} -m assay config schema --dir {ready.folder} | head -1 > /dev/null"
    told = subprocess.run(
        ["bash", "-c", f"{pipe}; exit ${{PIPESTATUS[0]}}"], check=False, capture_output=True, cwd=ROOT
    )

    assert told.returncode in {0, program.INTERRUPTED}
    assert told.stderr == b""


def test_no_colour_where_no_terminal_is(company: Program) -> None:
    """Piped output holds no escape."""
    told = company("costs")

    assert "\x1b" not in told.out + told.err + call("cots").err


class Gone(io.StringIO):
    """A stdout whose reader has gone."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self._handle = handle

    def fileno(self) -> int:
        """A handle of our own, to be pointed elsewhere."""
        return self._handle

    def write(self, _text: str) -> int:
        """Nobody reads it."""
        raise BrokenPipeError


def test_what_nobody_reads_any_more_is_dropped(ready: Program, tmp_path: Path) -> None:
    """The rest goes nowhere, so that Python says nothing when it flushes at the end."""
    with (tmp_path / "pipe").open("w") as pipe, redirect_stdout(Gone(pipe.fileno())):
        code = program.run(["config", "schema", "--dir", str(ready.folder)])
        pipe.write("more")

    assert code == program.INTERRUPTED
    assert (tmp_path / "pipe").read_text("utf-8") == ""


def test_shells_complete_the_commands() -> None:
    """The script a shell loads is told without calling a command."""
    environ = {**os.environ, "_ASSAY_COMPLETE": "bash_source"}
    told = subprocess.run(
        [sys.executable, "-m", "assay"], check=False, env=environ, capture_output=True, text=True
    )

    assert "complete" in told.stdout
