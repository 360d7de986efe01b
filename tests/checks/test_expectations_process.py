"""The worker process of expectations: what it is given, and what becomes of a check when it does not answer."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

import pytest

from checks.deadline import CheckTimeoutError
from checks.expectations.config import ExpectationsConfig
from checks.expectations.process import program
from checks.processes import Program, WorkerError, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Workers of this test alone."""
    made = Workers()
    yield made
    made.close()


def _place(folder: Path, script: str) -> Program:
    """A place whose Python is a shell script: a worker that does what the test wants."""
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    root = folder / "gx"
    root.mkdir(exist_ok=True)
    return program(root, str(python))


def test_it_is_told_to_tell_nobody(tmp_path: Path, workers: Workers) -> None:
    """Analytics of either version are off, and so are the questions of the Snowflake driver."""
    script = (
        'read line; echo "{\\"told\\": \\"$GX_ANALYTICS_ENABLED $GE_USAGE_STATS'
        ' $SNOWFLAKE_DISABLE_PLATFORM_DETECTION\\"}"'
    )
    assert {"told": "false false true"} == workers.ask(_place(tmp_path, script), {}, 10)


def test_it_is_asked_in_the_projects_folder_and_kept(tmp_path: Path, workers: Workers) -> None:
    """One process answers one request after the other; an idle one that has ended is started again."""
    place = _place(tmp_path, 'for i in 1 2; do read line; echo "{\\"n\\": $i, \\"at\\": \\"$PWD\\"}"; done')
    told = [workers.ask(place, {}, 10) for _ in range(2)]
    workers._running[place].process.wait()
    again = workers.ask(place, {}, 10)

    assert [1, 2, 1] == [each["n"] for each in (*told, again)]
    assert str(tmp_path) == told[0]["at"]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("read line; kill -9 $$", "was killed by signal 9"),
        ("read line; echo 'out of luck' >&2; exit 3", "ended with code 3 before it answered. out of luck"),
        ("exit 0", "ended with code 0"),
        ("read line; echo 'no way: db://svc:canary@host' >&2; exit 1", "no way: db://…@host"),
        ("read line; echo 'no JSON'", "no answer that can be read"),
        ("read line; echo '[1]'", "no answer that can be read"),
    ],
)
def test_one_that_does_not_answer_is_an_error(
    tmp_path: Path, workers: Workers, script: str, says: str
) -> None:
    """With how it ended and the last line it printed; nothing of it is kept."""
    with pytest.raises(WorkerError, match=says) as caught:
        workers.ask(_place(tmp_path, script), {"suite": "x" * 200_000}, 10)
    assert caught.value.hint
    assert {} == workers._running


def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path, workers: Workers) -> None:
    """A pipe that its child holds open is closed; the next check finds a fresh worker."""
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    script = f"(echo begun; exec sleep 600) > '{tmp_path}/held' & read line; sleep 600"
    with pytest.raises(CheckTimeoutError, match="1 second"):
        workers.ask(_place(tmp_path, script), {}, 1)
    os.set_blocking(held, True)
    told = os.read(held, 100)
    assert told in {b"begun\n", b""}
    assert not told or select.select([held], [], [], 10)[0]
    assert b"" == os.read(held, 1)
    os.close(held)
    assert {} == workers._running


def test_a_python_that_is_not_there_is_told(tmp_path: Path, workers: Workers) -> None:
    """By its path."""
    with pytest.raises(WorkerError, match="nowhere/python"):
        workers.ask(program(tmp_path, "nowhere/python"), {}, 1)


def test_an_environment_without_great_expectations_is_told(tmp_path: Path, workers: Workers) -> None:
    """The worker itself answers: it runs on the standard library alone."""
    root = tmp_path / "gx"
    root.mkdir()
    (tmp_path / "bin").mkdir()
    bare = tmp_path / "bin" / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    bare.chmod(0o755)
    told = workers.ask(program(root, str(bare)), {"suite": "x"}, 30)
    assert "No module named 'great_expectations'" in told["error"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "either a checkpoint or a suite"),
        ({"suite": "a", "checkpoint": "b"}, "either a checkpoint or a suite"),
        ({"suite": "a", "batch": {"year": 1}}, "for a checkpoint"),
        ({"checkpoint": "a", "where": "x = 1"}, "data of its own"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, object], says: str) -> None:
    """When the check is declared."""
    with pytest.raises(ValueError, match=says):
        ExpectationsConfig.model_validate({"project": "quality", **given})
