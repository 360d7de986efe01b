"""What checks of anybody's give, and files anybody wrote: nothing of it stops another check, or passes unseen."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import NOW, ORDERS

from assay.config import Settings
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.registry import Registry
from assay.store import checks as stored
from checks.base import CheckError
from checks.keepable import MOST_CHARACTERS, keepable
from checks.running import errored
from checks.sources.declaring import DeclarationError, declare
from checks.sources.gathering import gather, without_others

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

CHECK = Check("one", ORDERS, "custom_python", Cause.CUSTOM)


def given(**parts: Any) -> CheckResult:  # noqa: ANN401 - parts of a result, right or wrong
    """A result with those parts."""
    return CheckResult(**{"check": CHECK, "at": NOW, "outcome": Outcome.FAIL, **parts})


def test_a_result_is_kept_without_what_no_store_can_hold() -> None:
    """NUL, half a surrogate pair, NaN and objects are replaced; the verdict stands."""
    odd = {"a": {1, 2} - {2}, 3: math.nan, "o": [math.inf, NOW, "\x00"], "deep": (), "b": b"x"}
    found = keepable(given(message="a\x00b\ud800\n" * 1000, high=math.inf, metadata=odd), CHECK)

    assert Outcome.FAIL is found.outcome
    assert None is found.high
    assert 300 == len(found.message)
    assert {"a": [1], "3": None, "o": [None, str(NOW), "\ufffd"], "deep": [], "b": "b'x'"} == found.metadata
    found.message.encode()
    json.dumps(found.metadata, allow_nan=False)


def test_metadata_without_an_end_is_cut() -> None:
    """A dict that holds itself, or millions of characters, is told as left out or in words."""
    ring: dict[str, Any] = {}
    ring["ring"] = ring

    assert "ring" in keepable(given(metadata=ring), CHECK).metadata
    assert ["left_out"] == list(keepable(given(metadata={"x": "y" * MOST_CHARACTERS}), CHECK).metadata)


@pytest.mark.parametrize(
    "found",
    [
        None,
        True,
        given(outcome="perhaps"),
        given(observed="many"),
        given(metadata=None),
        given(at=None),
        given(check=None),
        given(outcome=Outcome.PASS, observed=math.nan),
    ],
)
def test_what_is_no_verdict_is_an_error(found: object) -> None:
    """And so is a pass on a figure that is none."""
    with pytest.raises(CheckError):
        keepable(found, CHECK)


def test_an_error_that_cannot_say_why_is_one_all_the_same() -> None:
    """And what an error says is told without the sign-in of an address."""

    class SilentError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert "SilentError: it does not say why" == errored(CHECK, SilentError(), NOW).message
    told = errored(CHECK, ValueError("postgresql://me:secret@host/db is away"), NOW).message
    assert "secret" not in told


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "- &a\n  asset: x:y:z\n  checks: [{name: n, kind: volume, self: *a}]\n",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
        ),
    ],
    ids=["deep", "ring", "laughs"],
)
def test_a_hostile_file_stops_no_other(tmp_path: Path, text: str) -> None:
    """It is one problem that names the file; the checks of the next file are there."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/a.yml").write_text(text)
    good = "asset: duckdb:local:main.orders\nchecks: [{name: good, kind: volume, min_rows: 1}]\n"
    (tmp_path / "checks/b.yml").write_text(good)

    found = gather(Settings.load(tmp_path), Registry())

    assert ["good"] == [check.name for check in found.checks]
    assert ["checks/a.yml"] == [problem.message.partition(":")[0] for problem in found.problems]


@pytest.mark.parametrize(
    "name", ["assay.cycle", "Assay.source.shop", "detector:x:rows", "dbt:shop", "great_expectations:a"]
)
def test_a_name_that_the_program_gives_itself_is_refused(name: str) -> None:
    """Else its verdict, or its removal, would be taken for that of a job, a tool or the detector."""
    with pytest.raises(DeclarationError, match="that nobody declares"):
        declare(name, {}, Registry(), lambda _: "here", CheckSource.CONFIG)


def test_a_name_that_another_tool_gave_is_refused(tmp_path: Path, session: Session) -> None:
    """The tool's check stands as it was, and the declared one is told as a problem."""
    theirs = replace(CHECK, name="orders have rows", source=CheckSource.DBT)
    stored.save(session, [theirs], 0)
    (tmp_path / "assay.toml").write_text(
        f'[checks."{theirs.name}"]\nasset = "{ORDERS}"\nkind = "custom_sql"\nsql = "select 1"\n'
    )
    gathered = gather(Settings.load(tmp_path, environ={}), Registry())
    settled = without_others(session, gathered)

    assert () == settled.checks
    assert "dbt" in settled.problems[-1].message
