"""The check `expectations`: a suite or checkpoint of Great Expectations, and its verdict on every expectation."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from assay.model.checks import Cause, CheckResult, Outcome, Severity
from assay.model.validations import outcome_of, struck, validations
from checks.base import CheckError
from checks.expectations.config import ExpectationsConfig
from checks.expectations.process import program
from checks.expectations.rows import rows_of
from checks.processes import WORKERS
from checks.words import counted, one_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model.checks import Check
    from assay.model.validations import Validation, Verdict
    from checks.base import Scene

MOST_TOLD = 200
"""Verdicts that are kept with a result, the gravest first."""

_ORDER = (Outcome.ERROR, Outcome.FAIL, Outcome.PASS)
_MEND = "Run the suite in its own project: the error is the same there."


class ExpectationsCheck:
    """A suite or checkpoint of an existing project holds."""

    kind: ClassVar[str] = "expectations"
    title: ClassVar[str] = "Great Expectations"
    cause: ClassVar[Cause] = Cause.CUSTOM
    config_class: ClassVar[type[ExpectationsConfig]] = ExpectationsConfig
    from_page: ClassVar[bool] = False

    def __init__(self, check: Check, config: ExpectationsConfig) -> None:
        self.check = check
        self.config = config

    @property
    def needs_warehouse(self) -> bool:
        """Whether the asset's rows are read by its own connection."""
        return self.config.needs_rows

    def run(self, scene: Scene) -> CheckResult:
        """Have the worker validate, and judge what it tells. CheckError for whatever kept it from doing so."""
        worker = program(self.config.root(scene.folder), self._python(scene.folder))
        asked = {
            "suite": self.config.suite,
            "checkpoint": self.config.checkpoint,
            "batch": self.config.batch,
            "parameters": self.config.parameters,
            "imports": self.config.imports,
        }
        began = time.monotonic()
        with rows_of(scene, self.config) as file:
            answer = WORKERS.ask(worker, {**asked, "rows": file}, self.config.timeout_s)
        if "error" in answer:
            raise CheckError(one_sentence(struck(str(answer["error"]))), hint=_MEND)
        told = {
            "gx_version": answer.get("version", ""),
            "run_ms": round((time.monotonic() - began) * 1000),
        }
        return self._judged(scene, _read(answer), told)

    def _python(self, folder: Path | None) -> str:
        """The interpreter: a path is taken from the Assay folder, a bare name is looked for as a shell does."""
        chosen = self.config.python
        if not chosen:
            return sys.executable
        return str((folder or Path()) / Path(chosen).expanduser()) if "/" in chosen else chosen

    def _judged(self, scene: Scene, found: Sequence[Validation], told: dict[str, Any]) -> CheckResult:
        verdicts = sorted(
            (verdict for validation in found for verdict in validation.verdicts),
            key=lambda verdict: _ORDER.index(verdict.outcome),
        )
        outcome = outcome_of(verdicts)
        if outcome is Outcome.UNKNOWN:
            raise CheckError("No expectation was validated.", hint=_MEND)
        bad = [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASS]
        only_warnings = outcome is Outcome.FAIL and all(each.severity is Severity.WARN for each in bad)
        check = replace(self.check, severity=Severity.WARN) if only_warnings else self.check
        told |= {
            "unit": "expectations",
            "suites": sorted({each.suite for each in found}),
            "evaluated": len(verdicts),
            "expectations": [each.as_dict() for each in verdicts[:MOST_TOLD]],
        }
        if outcome is Outcome.ERROR:
            told["next_step"] = _MEND
        sentence = _sentence(verdicts)
        found_out = CheckResult(check, scene.now, outcome, sentence, metadata=told)
        return (
            found_out if outcome is Outcome.ERROR else replace(found_out, observed=float(len(bad)), high=0.0)
        )


def _read(answer: dict[str, Any]) -> list[Validation]:
    documents = answer.get("validations")
    found = [each for document in documents or () for each in validations(document)]
    if not isinstance(documents, list) or len(found) != len(documents):
        raise CheckError("The worker's answer is no validation result.", hint="Report this.")
    return found


def _sentence(verdicts: Sequence[Verdict]) -> str:
    """How many hold, and the gravest that does not."""
    errors = sum(verdict.outcome is Outcome.ERROR for verdict in verdicts)
    failed = sum(verdict.outcome is Outcome.FAIL for verdict in verdicts)
    if not errors and not failed:
        one = len(verdicts) == 1
        return (
            f"{'The' if one else 'All'} {counted(len(verdicts), 'expectation')} {'holds' if one else 'hold'}."
        )
    parts = [
        f"{number:,} {what}" for number, what in ((errors, "could not be run"), (failed, "failed")) if number
    ]
    return one_sentence(
        f"Of {counted(len(verdicts), 'expectation')} {', '.join(parts)}: {verdicts[0].sentence}"
    )
