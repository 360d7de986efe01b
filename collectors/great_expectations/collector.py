"""The Great Expectations collector: validation results that are there already, as results of checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from assay.errors import AssayError, ConnectionFailedError, MalformedInputError
from assay.model.checks import Check, CheckResult, CheckSource
from assay.model.validations import validations
from collectors.base import Batch, Degraded, Finding, SourceStream, StandingChecks
from collectors.great_expectations.config import GreatExpectationsConfig
from collectors.great_expectations.naming import PLATFORM, Naming
from collectors.json_text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assay.model.validations import Validation, Verdict
    from collectors.base import Progress

VALIDATIONS = "validations"
LARGEST_BYTES = 256 * 1024**2
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


class GreatExpectationsCollector:
    """Reads the files in which Great Expectations keeps what it found; nothing is run."""

    kind: ClassVar[str] = PLATFORM
    title: ClassVar[str] = "Great Expectations results"
    config_class: ClassVar[type[GreatExpectationsConfig]] = GreatExpectationsConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream(VALIDATIONS, "validation results (JSON)", lag=timedelta(0), look_back=timedelta(0)),
    )

    def __init__(self, name: str, config: GreatExpectationsConfig) -> None:
        self.name = name
        self.config = config
        self._naming = Naming.of(name, config)

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:  # noqa: ARG002 - files carry their own times
        """Each new file as a batch, the oldest first; one that cannot be read is told and tried again next time.

        ConnectionFailedError when there is no such folder.
        """
        for file in self._files():
            mark = _mark(file, self.config.path)
            if mark in progress.seen:
                continue
            try:
                records = list(self._records(file))
            except AssayError as error:
                yield Degraded(VALIDATIONS, error)
            else:
                results = sum(isinstance(each, CheckResult) for each in records)
                yield Batch(VALIDATIONS, records=records, rows_read=results, seen=(mark,))

    def examine(self) -> Iterator[Finding]:
        """Look for results, and read the newest."""
        try:
            files = self._files()
            fix = "" if files else "Point `path` where Great Expectations stores its validation results."
            yield Finding(VALIDATIONS, ok=bool(files), detail=f"{len(files)} files found", fix=fix)
            if files:
                results = [each for each in self._records(files[-1]) if isinstance(each, CheckResult)]
                of = ", ".join(sorted({str(result.check.asset) for result in results})) or "nothing"
                yield Finding("newest", ok=True, detail=f"{len(results)} results of {of}")
        except AssayError as error:
            yield Finding(VALIDATIONS, ok=False, detail=error.message, fix=error.hint)

    @classmethod
    def grants(cls, role: str) -> str:
        """Files need no grant but the right to read them."""
        return f"# {role} needs no more than to read the folder: chmod -R g+rX\n"

    def _files(self) -> list[Path]:
        if not self.config.path.is_dir():
            raise ConnectionFailedError(
                f"There is no folder {self.config.path}.",
                hint="Give the folder of the results: <project>/gx/uncommitted/validations.",
            )
        found = [each for each in self.config.path.rglob("*.json") if each.is_file()]
        return sorted(found, key=lambda file: (file.stat().st_mtime_ns, str(file)))

    def _records(self, file: Path) -> Iterator[CheckResult | StandingChecks]:
        """A file's results, and which checks its suites still hold; none when it is some other JSON."""
        for validation in validations(_document(file)):
            key = self._naming.key(validation)
            at = _moment(validation.at) or datetime.fromtimestamp(file.stat().st_mtime, UTC)
            named = dict(self._naming.checks(validation, key))
            yield StandingChecks(self._naming.suite(validation, key), frozenset(named))
            for name, verdict in named.items():
                check = Check(
                    name, key, self.kind, verdict.cause, verdict.severity,
                    config={"suite": validation.suite, **verdict.as_dict()["arguments"]},
                    source=CheckSource.EXPECTATIONS, description=verdict.title,
                )  # fmt: skip
                yield _result(check, verdict, validation, at)


def _result(check: Check, verdict: Verdict, validation: Validation, at: datetime) -> CheckResult:
    low, high = verdict.bounds
    unit = "rows" if "unexpected_count" in verdict.figures else ""
    told = {**verdict.figures, "suite": validation.suite, **({"unit": unit} if unit else {})}
    return CheckResult(
        check, at, verdict.outcome, verdict.sentence,
        observed=verdict.observed, low=low, high=high, metadata=told,
    )  # fmt: skip


def _document(file: Path) -> object:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise _malformed(file, f"it is larger than {LARGEST_BYTES:,} bytes")
        return json.loads(storable(file.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise ConnectionFailedError(
            f"{file} cannot be read: {error.strerror}.", hint="Let Assay's user read the folder."
        ) from error
    except RecursionError:
        raise _malformed(file, "it is nested too deeply") from None
    except ValueError as error:
        raise _malformed(file, str(error)) from None


def _malformed(file: Path, what: str) -> MalformedInputError:
    return MalformedInputError(
        f"{file} is no validation result: {what}.",
        hint="Was it cut short while being copied? Copy it again; the rest is read.",
    )


def _mark(file: Path, root: Path) -> str:
    stat = file.stat()
    return f"{file.relative_to(root).as_posix()}:{stat.st_size}:{stat.st_mtime_ns}"


def _moment(text: str) -> datetime | None:
    """A time as Great Expectations writes it (also 20261121T134040.794974Z); None when it is none."""
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _EARLIEST else None
