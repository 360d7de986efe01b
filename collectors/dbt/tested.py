"""What dbt tested: results of data tests, unit tests and source freshness as results of checks, never run again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome, Severity
from collectors.base import StandingChecks
from collectors.dbt.loose import mapping, moment, sequence, text, whole
from collectors.dbt.runs import ended_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.dbt.loose import Json
    from collectors.dbt.nodes import Node
    from collectors.dbt.project import Known, Project

KIND = "dbt"
_CAUSES = {
    "not_null": Cause.NULLS,
    "unique": Cause.UNIQUENESS,
    "accepted_values": Cause.VALUES,
    "relationships": Cause.RELATIONSHIP,
    "unique_combination_of_columns": Cause.UNIQUENESS,
    "relationships_where": Cause.RELATIONSHIP,
    "accepted_range": Cause.VALUES,
    "not_empty_string": Cause.VALUES,
    "not_null_proportion": Cause.NULLS,
    "recency": Cause.FRESHNESS,
    "equal_rowcount": Cause.VOLUME,
    "fewer_rows_than": Cause.VOLUME,
}
"""What the tests of dbt itself and of its utils package look for; any other test is of its author's own making."""

_OUTCOMES = {
    "pass": Outcome.PASS,
    "success": Outcome.PASS,
    "warn": Outcome.FAIL,
    "fail": Outcome.FAIL,
    "error": Outcome.ERROR,
    "runtime error": Outcome.ERROR,
}
_NOT_MADE = {"skipped", "no-op", "reused"}
_FRESHNESS = _OUTCOMES | {"error": Outcome.FAIL}
"""Of a source `error` says that it is too old; one that could not be asked is a `runtime error`."""

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_LONGEST = 300


def standing(connection: str, project: Project) -> Iterator[StandingChecks]:
    """The checks that a project's newest manifest still holds; those of the packages it uses are left alone."""
    for resource, what in (("test", ""), ("unit_test", ""), ("source", ":freshness")):
        begins = f"{resource}.{project.name}."
        names = (_name(connection, i, what) for i in project.nodes if i.startswith(begins))
        yield StandingChecks(_name(connection, begins), frozenset(names))


def _name(connection: str, unique_id: str, what: str = "") -> str:
    """What a check is called: by the connection and dbt's own name, so the same in every run."""
    return f"dbt:{connection}/{unique_id}{what}"


@dataclass(frozen=True, slots=True)
class Tests:
    """The results a file of a connection tells; `written` stands in where a result has no time of its own."""

    connection: str
    known: Known
    written: datetime

    @classmethod
    def of(cls, connection: str, document: Json, known: Known, modified: float) -> Tests:
        """Those of a document; `modified` (epoch seconds) is the file's own time."""
        told = moment(mapping(document.get("metadata")).get("generated_at"))
        return cls(connection, known, told or datetime.fromtimestamp(modified, UTC))

    def results(self, run_results: Json) -> Iterator[CheckResult]:
        """A result for each test that was made; one that was skipped says nothing of its asset."""
        for result in map(mapping, sequence(run_results.get("results"))):
            unique_id, status = text(result.get("unique_id")), text(result.get("status")).lower()
            node = self.known.nodes.get(unique_id)
            if node is not None and node.is_test and status not in _NOT_MADE and unique_id in self.known.keys:
                yield self._tested(node, result, status)

    def freshness(self, sources: Json) -> Iterator[CheckResult]:
        """A result for each source whose age dbt judged."""
        for result in map(mapping, sequence(sources.get("results"))):
            node = self.known.nodes.get(text(result.get("unique_id")))
            if node is not None and node.unique_id in self.known.keys:
                yield self._aged(node, result)

    def _tested(self, node: Node, result: Json, status: str) -> CheckResult:
        outcome = _OUTCOMES.get(status, Outcome.ERROR)
        failures = whole(result.get("failures"))
        others = [str(key) for key in self.known.keys[node.unique_id][1:]]
        told = {
            "unit": "rows", "dbt": node.unique_id, "test": node.test, "column": node.column,
            "path": node.meta.get("path", ""), "rows_failed": failures, "also_about": others,
        }  # fmt: skip
        severity = Severity.WARN if status == "warn" or node.is_warning else Severity.ERROR
        check = self._check(node, "", _CAUSES.get(node.test, Cause.CUSTOM), severity)
        is_judged = outcome is not Outcome.ERROR and failures is not None
        return CheckResult(
            check,
            ended_at(result, self.written),
            outcome,
            _sentence(node, outcome, status, failures, text(result.get("message"))),
            observed=float(failures or 0) if is_judged else None,
            high=0.0 if is_judged else None,
            metadata={name: value for name, value in told.items() if value not in ("", [], None)},
        )

    def _aged(self, node: Node, result: Json) -> CheckResult:
        status = text(result.get("status")).lower()
        outcome = _FRESHNESS.get(status, Outcome.ERROR)
        criteria = mapping(result.get("criteria"))
        warn_h, error_h = (_hours(mapping(criteria.get(name))) for name in ("warn_after", "error_after"))
        limit = warn_h if status == "warn" or error_h is None else error_h
        age = _age_hours(result)
        loaded = moment(result.get("max_loaded_at"))
        severity = Severity.WARN if status == "warn" else Severity.ERROR
        return CheckResult(
            self._check(node, ":freshness", Cause.FRESHNESS, severity),
            moment(result.get("snapshotted_at")) or self.written,
            outcome,
            _age_sentence(outcome, status, age, limit, text(result.get("error"))),
            observed=age,
            high=limit,
            metadata={"unit": "hours", "dbt": node.unique_id}
            | ({"refreshed_at": loaded.isoformat()} if loaded else {}),
        )

    def _check(self, node: Node, what: str, cause: Cause, severity: Severity) -> Check:
        """The check a node is."""
        return Check(
            name=_name(self.connection, node.unique_id, what),
            asset=self.known.keys[node.unique_id][0],
            kind=KIND,
            cause=cause,
            severity=severity,
            config={"node": node.unique_id},
            source=CheckSource.DBT,
            owner=node.owner if node.is_test else "",
            description=node.description if node.is_test else "",
        )


def _sentence(node: Node, outcome: Outcome, status: str, failures: int | None, message: str) -> str:
    told = " ".join(message.split())
    if outcome is Outcome.PASS:
        return f"dbt's test {node.name} passes."
    if outcome is Outcome.ERROR:
        known = told or f"dbt tells no more than the status {status or 'nothing'!r}."
        return f"dbt's test {node.name} could not be run: {known}"[:_LONGEST]
    rows = "" if failures is None else f" on {failures:,} {'row' if failures == 1 else 'rows'}"
    return f"dbt's test {node.name} fails{rows}{f': {told}' if told else '.'}"[:_LONGEST]


def _age_sentence(outcome: Outcome, status: str, age: float | None, limit: float | None, error: str) -> str:
    if outcome is Outcome.ERROR or age is None:
        known = " ".join(error.split()) or f"dbt tells no more than the status {status or 'nothing'!r}."
        return f"dbt could not tell how fresh the source is: {known}"[:_LONGEST]
    allowed = "" if limit is None else f", allowed are {limit:,.4g}"
    return f"The source was last loaded {age:,.4g} hours before{allowed}."


def _age_hours(result: Json) -> float | None:
    age: Any = result.get("max_loaded_at_time_ago_in_s")
    is_told = isinstance(age, int | float) and not isinstance(age, bool) and age == age and abs(age) < 1e12  # noqa: PLR0124, PLR2004 - no NaN, nothing absurd
    return round(age / 3600, 4) if is_told else None


def _hours(criterion: Json) -> float | None:
    count, period = whole(criterion.get("count")), text(criterion.get("period"))
    return None if count is None or period not in _SECONDS else count * _SECONDS[period] / 3600
