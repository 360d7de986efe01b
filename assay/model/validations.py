"""A validation of Great Expectations, read: a verdict and a few figures for each expectation, and none of the data.

Results of 0.18 and of 1.x differ in names only. What is no scalar (lists of unexpected values above all) is left out.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.model.checks import Cause, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BATCH = "batch_id"
_COLUMNS = ("column", "column_A", "column_B", "column_list", "column_set")
_WARNINGS = {"warning", "info"}
_FIGURES = (
    "observed_value", "element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent",
)  # fmt: skip
_SIGN_IN = re.compile(r"(?<=://)[^/\s@]*:[^\s@]*@")
"""User and password as an address holds them."""

_LONGEST = 300
_LONGEST_VALUE = 80
_CAUSES = (
    ("not_be_null", Cause.NULLS),
    ("be_null", Cause.NULLS),
    ("null_count", Cause.NULLS),
    ("row_count", Cause.VOLUME),
    ("proportion_of_unique", Cause.UNIQUENESS),
    ("be_unique", Cause.UNIQUENESS),
    ("unique_within", Cause.UNIQUENESS),
    ("unique_value_count", Cause.UNIQUENESS),
    ("column_count", Cause.SCHEMA),
    ("column_to_exist", Cause.SCHEMA),
    ("columns_to_match", Cause.SCHEMA),
    ("be_of_type", Cause.SCHEMA),
    ("be_in_type_list", Cause.SCHEMA),
    ("column_pair", Cause.RELATIONSHIP),
    ("multicolumn", Cause.RELATIONSHIP),
    ("expect_column_", Cause.VALUES),
)
"""Parts of an expectation's type and what it looks for, the first that fits."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one expectation.

    `column` are the columns it names, `arguments` its other arguments; `figures` the scalars it was judged by.
    """

    expectation: str
    column: str
    arguments: Mapping[str, Any]
    outcome: Outcome
    severity: Severity
    figures: Mapping[str, str | int | float | bool]
    trouble: str = ""

    @property
    def cause(self) -> Cause:
        """What sort of trouble its failure shows."""
        return next((cause for part, cause in _CAUSES if part in self.expectation), Cause.CUSTOM)

    @property
    def observed(self) -> float | None:
        """The figure it was judged by: how many values are unexpected, else what was observed."""
        for name in ("unexpected_count", "observed_value"):
            value = self.figures.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
        return None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the most that the observed value may be; None where there is no such bound."""
        if "unexpected_count" in self.figures:
            return None, None
        low, high = (self.arguments.get(name) for name in ("min_value", "max_value"))
        return _number(low), _number(high)

    @property
    def title(self) -> str:
        """The expectation and its columns, as one writes it."""
        return f"{self.expectation}({self.column})"

    @property
    def sentence(self) -> str:
        """What was found, in one sentence without any value of the data but the observed one."""
        if self.outcome is Outcome.ERROR:
            return f"{self.title} could not be run: {self.trouble}"[:_LONGEST]
        holds = "holds" if self.outcome is Outcome.PASS else "does not hold"
        return f"{self.title} {holds}{_found(self.figures)}."[:_LONGEST]

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        return {
            "expectation": self.expectation,
            "column": self.column,
            "arguments": {name: _kept(value) for name, value in self.arguments.items()},
            "outcome": self.outcome.value,
            "severity": self.severity.value,
            **self.figures,
            **({"trouble": self.trouble} if self.trouble else {}),
        }


@dataclass(frozen=True, slots=True)
class Validation:
    """One suite validated on one batch: whose data it was, when (as told, '' when not), and each verdict."""

    suite: str
    datasource: str
    asset: str
    schema: str
    table: str
    at: str
    verdicts: tuple[Verdict, ...] = field(repr=False)


def validations(document: object) -> list[Validation]:
    """The validations a document holds: itself, or those of a checkpoint's result; none when it is something else."""
    told = _mapping(document)
    runs = told.get("run_results")
    if isinstance(runs, dict):
        return [
            one for run in runs.values() for one in validations(_mapping(run).get("validation_result", run))
        ]
    results = told.get("results")
    if not isinstance(results, list) or not all("expectation_config" in _mapping(each) for each in results):
        return []
    return [_validation(told, results)] if "success" in told else []


def outcome_of(verdicts: Iterable[Verdict]) -> Outcome:
    """The verdict on all: ERROR when one could not be run, else FAIL when one failed; UNKNOWN when there is none."""
    found = {verdict.outcome for verdict in verdicts}
    return next(
        (worst for worst in (Outcome.ERROR, Outcome.FAIL, Outcome.PASS) if worst in found), Outcome.UNKNOWN
    )


def struck(message: str) -> str:
    """An error's message on one line, without the user and password of any address in it."""
    return _SIGN_IN.sub("…@", " ".join(message.split()))


def _validation(told: Mapping[str, Any], results: list[Any]) -> Validation:
    meta = _mapping(told.get("meta"))
    batch, spec = _mapping(meta.get("active_batch_definition")), _mapping(meta.get("batch_spec"))
    loaded = _mapping(meta.get("batch_markers")).get("ge_load_time")
    run = _mapping(meta.get("run_id")).get("run_time")
    return Validation(
        suite=_text(told.get("suite_name")) or _text(meta.get("expectation_suite_name")),
        datasource=_text(batch.get("datasource_name")),
        asset=_text(batch.get("data_asset_name")) or _text(spec.get("data_asset_name")),
        schema=_text(spec.get("schema_name")),
        table=_text(spec.get("table_name")),
        at=_text(loaded) or _text(meta.get("validation_time")) or _text(run),
        verdicts=tuple(_verdict(_mapping(each)) for each in results),
    )


def _verdict(told: Mapping[str, Any]) -> Verdict:
    config = _mapping(told.get("expectation_config"))
    arguments = {name: value for name, value in _mapping(config.get("kwargs")).items() if name != _BATCH}
    columns = [_shown(arguments.pop(name)) for name in _COLUMNS if name in arguments]
    trouble = _trouble(_mapping(told.get("exception_info")))
    passed = told.get("success")
    outcome = Outcome.PASS if passed is True else Outcome.FAIL
    if trouble or not isinstance(passed, bool):
        outcome = Outcome.ERROR
    severity = _text(config.get("severity")) or _text(_mapping(config.get("meta")).get("severity"))
    return Verdict(
        expectation=_text(config.get("type")) or _text(config.get("expectation_type")) or "an expectation",
        column=", ".join(columns),
        arguments=arguments,
        outcome=outcome,
        severity=Severity.WARN if severity.lower() in _WARNINGS else Severity.ERROR,
        figures=_figures(_mapping(told.get("result"))),
        trouble=trouble or ("" if isinstance(passed, bool) else "its result does not say whether it holds"),
    )


def _trouble(info: Mapping[str, Any]) -> str:
    """What was raised, if anything; later versions tell it for each metric apart."""
    for each in (info, *map(_mapping, info.values())):
        if each.get("raised_exception") is True:
            return struck(_text(each.get("exception_message")))[:_LONGEST] or "it raised an error"
    return ""


def _figures(result: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    found: dict[str, str | int | float | bool] = {}
    for name in _FIGURES:
        value = result.get(name)
        if isinstance(value, str):
            found[name] = value[:_LONGEST_VALUE]
        elif isinstance(value, int | float) and math.isfinite(value):
            found[name] = value
    return found


def _found(figures: Mapping[str, str | int | float | bool]) -> str:
    unexpected, of = figures.get("unexpected_count"), figures.get("element_count")
    if isinstance(unexpected, int) and isinstance(of, int):
        return f": {unexpected:,} of {of:,} values are unexpected" if unexpected else ""
    observed = figures.get("observed_value")
    return "" if observed is None else f": {observed} was observed"


def _shown(value: object) -> str:
    """A value of an argument as a short text; the members of a list apart."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _kept(value: object) -> object:
    """A value of an argument as it may be stored: a finite scalar as it is, else a short text."""
    is_scalar = (
        value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
    )
    return value if is_scalar else _shown(value)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type] # the line above looked


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
