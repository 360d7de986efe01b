"""Let dbt parse a project: in a process of its own, with a deadline, without credentials, and asking no network.

What dbt itself would ask (its version, its statistics) is switched off; nothing keeps a process from the network.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.cleanup import profiles
from collectors.dbt.loose import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.dbt.loose import Json

DEADLINE_S = 300.0
"""How long one parse may take; the largest projects known need a minute or two."""

ERRORS = ("NoNodeForYamlKey", "NodeNotFoundOrDisabled", "UnusedResourceConfigPath")
"""Warnings of dbt that mean something was left behind: taken for errors."""

_NO_ADAPTER = "Could not find adapter type"
_PLACE = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP")
"""All that dbt is told of the surroundings: no token, no password, no home."""


@dataclass(frozen=True, slots=True)
class ParseReport:
    """What became of one parse.

    `ok`: dbt read the project to its end. `ran`: dbt could be started at all. `why`: its own words where not ok.
    `warnings` are what it warned of, without where each stands in its log; `manifest` is what it understood.
    """

    ok: bool
    ran: bool = True
    why: str = ""
    warnings: frozenset[str] = frozenset()
    manifest: Json | None = field(default=None, repr=False)
    adapter: str = ""
    version: str = ""


def arguments(project: Path, work: Path, *, strict: bool) -> list[str]:
    """What dbt is called with; `strict` makes errors of the warnings in ERRORS."""
    errors = ["--warn-error-options", json.dumps({"error": list(ERRORS)})] if strict else []
    return [
        "--no-use-colors",
        "--log-format", "json",
        "--log-level-file", "none",
        "--no-send-anonymous-usage-stats",
        "--no-version-check",
        *errors,
        "parse",
        "--no-partial-parse",
        "--project-dir", str(project),
        "--profiles-dir", str(work),
        "--profile", profiles.NAME,
        "--target-path", str(work / "target"),
        "--log-path", str(work / "logs"),
    ]  # fmt: skip


def parse(
    project: Path, dbt: str = "dbt", *, strict: bool = True, adapter: str = "", deadline_s: float = DEADLINE_S
) -> ParseReport:
    """Let the program `dbt` parse the project folder; the profile and all that dbt writes are thrown away.

    Nothing in the folder is changed. Where the `adapter` is not installed, any other that is reads it as well.
    """
    program = shutil.which(dbt)
    if program is None:
        return ParseReport(ok=False, ran=False, why=f"there is no program {dbt}")
    with tempfile.TemporaryDirectory(prefix="assay-dbt-") as folder:
        work = Path(folder)
        environment = _environment(project, work)
        report = ParseReport(ok=False, ran=False, why="dbt has no adapter that Assay knows a profile for")
        for each in profiles.adapters(adapter):
            (work / "profiles.yml").write_text(profiles.profile(each), encoding="utf-8")
            command = [program, *arguments(project, work, strict=strict)]
            code, lines = _run(command, work, environment, deadline_s)
            if _NO_ADAPTER not in "".join(lines):
                return _report(code, lines, work / "target" / "manifest.json", each)
        return report


def _environment(project: Path, work: Path) -> dict[str, str]:
    """The surroundings dbt runs in: those of a stranger, with a placeholder for each variable the project asks for."""
    texts = (
        file.read_text("utf-8", "replace")
        for ending in ("*.sql", "*.yml", "*.yaml", "*.py", "*.md")
        for file in sorted(project.rglob(ending))
        if file.is_file()
    )
    place = {name: value for name in _PLACE if (value := os.environ.get(name))}
    home = {"HOME": str(work), "DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return profiles.placeholders(texts) | place | home


def _run(
    command: list[str], work: Path, environment: dict[str, str], deadline_s: float
) -> tuple[int | None, list[str]]:
    """The exit code and the lines of a command; None for the code when its time was over and it was ended."""
    process = subprocess.Popen(  # noqa: S603 - the dbt program of the settings, with arguments of ours
        command,
        cwd=work,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that its children end with it
    )
    try:
        said, _ = process.communicate(timeout=deadline_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):  # it ended a moment before
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, [f"it took longer than {deadline_s:g} seconds"]
    return process.returncode, said.decode("utf-8", "replace").splitlines()


def _report(code: int | None, lines: list[str], written: Path, adapter: str) -> ParseReport:
    events = list(_events(lines))
    warnings = frozenset(_warning(each) for each in events if _info(each, "level") == "warn")
    version = next((_info(each, "msg") for each in events if _info(each, "name") == "MainReportVersion"), "")
    manifest = _manifest(written) if code == 0 else None
    if manifest is None:
        return ParseReport(
            ok=False, why=_why(events, lines), warnings=warnings, adapter=adapter, version=version
        )
    return ParseReport(
        ok=True, warnings=warnings, manifest=manifest, adapter=adapter, version=version.partition("=")[2]
    )


def _manifest(written: Path) -> Json | None:
    try:
        told: object = json.loads(written.read_bytes())
    except (OSError, ValueError):  # dbt ended well and wrote none, or half of one
        return None
    return told if isinstance(told, dict) else None


def _events(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:  # a library's own words among the events
            continue
        if isinstance(told, dict):
            yield told


def _info(event: dict[str, Any], name: str) -> str:
    return text(mapping(event.get("info")).get(name))


def _warning(event: dict[str, Any]) -> str:
    """A warning as one text: its kind and its words, the same whenever it is given."""
    return f"{_info(event, 'name')}: {_info(event, 'msg').removeprefix('[WARNING]: ')}"


def _why(events: list[dict[str, Any]], lines: list[str]) -> str:
    """Why dbt did not read the project, in its own words."""
    told = [_info(event, "msg") for event in events if _info(event, "level") == "error"]
    return (told[-1] if told else (lines[-1] if lines else "it said nothing")).removeprefix(
        "Encountered an error:\n"
    )
