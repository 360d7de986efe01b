"""Validation results in files: what each version's become, and what is told of those that cannot be read."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assay.model.checks import Cause, CheckResult, CheckSource, Outcome, Severity
from assay.model.validations import outcome_of, validations
from collectors.base import Batch, Degraded, Progress, StandingChecks
from collectors.great_expectations import GreatExpectationsCollector

REAL = Path(__file__).parents[2] / "data" / "great_expectations"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _collector(path: Path, **options: Any) -> GreatExpectationsCollector:  # noqa: ANN401 - options of any sort
    config = GreatExpectationsCollector.config_class.model_validate({"path": path, **options})
    return GreatExpectationsCollector("quality", config)


def _results(path: Path, **options: Any) -> list[CheckResult]:  # noqa: ANN401 - as above
    items = list(_collector(path, **options).collect(Progress(), NOW))
    records = [each for item in items if isinstance(item, Batch) for each in item.records]
    return [each for each in records if isinstance(each, CheckResult)]


def _copy(folder: Path, *names: str, **changes: Any) -> Path:  # noqa: ANN401 - a document holds anything
    for at, name in enumerate(names):
        document = json.loads((REAL / f"{name}.json").read_text()) | changes
        file = folder / "deep" / f"{at}-{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(document))
        os.utime(file, (at, at))
    return folder


@pytest.mark.parametrize(
    ("name", "suite", "at"),
    [
        ("v0.18-files", "orders_suite", datetime(2026, 11, 21, 13, 40, 40, 797569, UTC)),
        ("v1-files", "orders", datetime(2026, 11, 21, 13, 40, 0, 838240, UTC)),
    ],
)
def test_each_version_gives_a_verdict_for_each_expectation(
    tmp_path: Path, name: str, suite: str, at: datetime
) -> None:
    """The same four expectations: one holds, two do not, one could not be run; each with its figures."""
    found = {each.check.description: each for each in _results(_copy(tmp_path, name))}
    nulls = found["expect_column_values_to_not_be_null(state)"]
    unique = found["expect_column_values_to_be_unique(order_id)"]
    rows = found["expect_table_row_count_to_be_between()"]
    broken = found["expect_column_max_to_be_between(nope)"]

    assert 4 == len(found)
    assert {at} == {each.at for each in found.values()}
    assert {CheckSource.EXPECTATIONS} == {each.check.source for each in found.values()}
    assert {suite} == {each.metadata["suite"] for each in found.values()}
    assert (Outcome.FAIL, 1.0, Cause.NULLS) == (nulls.outcome, nulls.observed, nulls.check.cause)
    assert (Outcome.FAIL, 2.0, Cause.UNIQUENESS) == (unique.outcome, unique.observed, unique.check.cause)
    assert (Outcome.PASS, 3.0, 1.0, 10.0) == (rows.outcome, rows.observed, rows.low, rows.high)
    assert Outcome.ERROR is broken.outcome
    assert 'could not be run: Error: The column "nope"' in broken.message


def test_a_warning_only_warns(tmp_path: Path) -> None:
    """Versions 1.x give each expectation a severity; what has none is an error."""
    found = {each.check.cause: each.check.severity for each in _results(_copy(tmp_path, "v1-files"))}
    assert Severity.WARN is found[Cause.NULLS]
    assert Severity.ERROR is found[Cause.UNIQUENESS]


def test_no_value_of_the_data_is_kept(tmp_path: Path) -> None:
    """Lists of unexpected values stay in the file."""
    for each in _results(_copy(tmp_path, "v0.18-files", "v1-files")):
        assert "partial_unexpected" not in str(each.metadata)
        assert all(isinstance(value, str | int | float) for value in each.metadata.values())


@pytest.mark.parametrize(
    ("options", "files", "table"),
    [
        ({}, "great_expectations:quality:files.orders", "great_expectations:quality:lite.orders_tbl"),
        (
            {"relations": "snowflake:acme:SHOP.MARTS"},
            "snowflake:acme:shop.marts.orders",
            "snowflake:acme:shop.marts.orders",
        ),
        (
            {"relations": "duckdb:lake", "assets": ["lite/orders_tbl = duckdb:lake:main.o"]},
            "duckdb:lake:orders",
            "duckdb:lake:main.o",
        ),
    ],
)
def test_the_asset_is_the_one_that_was_told(
    tmp_path: Path, options: dict[str, Any], files: str, table: str
) -> None:
    """Else the project's own: a table by its name, other data by what the project calls it."""
    for name, key in (("v1-files", files), ("v1-table", table)):
        folder = tmp_path / name
        folder.mkdir()
        assert {key} == {str(each.check.asset) for each in _results(_copy(folder, name), **options)}


def test_what_no_database_holds_is_replaced(tmp_path: Path) -> None:
    """NUL and half a surrogate pair in a name: the file is read all the same, and the next one as well."""
    _copy(tmp_path, "v1-files", suite_name="a\0b\ud800")

    told = {each.metadata["suite"] for each in _results(tmp_path)}
    assert {"a\ufffdb\ufffd"} == told


def test_the_schema_of_a_table_comes_between(tmp_path: Path) -> None:
    """Unless the relations end with it already."""
    document = json.loads((REAL / "v1-table.json").read_text())
    document["meta"]["batch_spec"] |= {"schema_name": "MARTS", "table_name": "ORDERS"}
    (tmp_path / "a.json").write_text(json.dumps(document))
    for above in ("shop", "shop.marts"):
        (result,) = _results(tmp_path, relations=f"snowflake:acme:{above}")
        assert "snowflake:acme:shop.marts.orders" == str(result.check.asset)


def test_a_name_stays_when_a_threshold_changes(tmp_path: Path) -> None:
    """Another run with other arguments is the same check; two alike in one suite are told apart."""
    document = json.loads((REAL / "v1-files.json").read_text())
    (rows,) = [each for each in document["results"] if each["success"]]
    before = {each.check.name for each in _results(_copy(tmp_path, "v1-files"))}
    rows["expectation_config"]["kwargs"]["max_value"] = 20
    (tmp_path / "deep" / "0-v1-files.json").write_text(json.dumps(document))
    assert before == {each.check.name for each in _results(tmp_path)}

    twin = json.loads(json.dumps(rows))
    twin["expectation_config"]["kwargs"]["max_value"] = 30
    document["results"].append(twin)
    (tmp_path / "deep" / "0-v1-files.json").write_text(json.dumps(document))
    assert 5 == len({each.check.name for each in _results(tmp_path)})


def test_expectations_taken_out_of_a_suite_are_made_no_more(tmp_path: Path) -> None:
    """The newest validation of a suite on an asset says which of its checks stand."""
    document = json.loads((REAL / "v1-files.json").read_text())
    kept = [each for each in document["results"] if each["success"]]
    folder = _copy(tmp_path, "v1-files")
    (folder / "later.json").write_text(json.dumps(document | {"results": kept}))
    first, later = (item for item in _collector(folder).collect(Progress(), NOW) if isinstance(item, Batch))

    (before,) = [each for each in first.records if isinstance(each, StandingChecks)]
    (after,) = [each for each in later.records if isinstance(each, StandingChecks)]
    assert (4, 1, before.prefix) == (len(before.names), len(after.names), after.prefix)
    assert all(name.startswith(before.prefix) for name in before.names)


def test_the_result_of_a_checkpoint_holds_validations(tmp_path: Path) -> None:
    """As 0.18 writes it, each under a key of its own."""
    inner = json.loads((REAL / "v0.18-files.json").read_text())
    whole = {"success": False, "run_results": {"some::id": {"validation_result": inner}}}
    (tmp_path / "checkpoint.json").write_text(json.dumps(whole))
    assert 4 == len(_results(tmp_path))


def test_a_file_is_read_once_and_a_broken_one_again(tmp_path: Path) -> None:
    """Broken files are told by name and hide no other; other JSON is passed over."""
    folder = _copy(tmp_path, "v1-files", "v1-table")
    (folder / "torn.json").write_text('{"results": [')
    (folder / "other.json").write_text('{"results": [1], "success": true}')
    first = list(_collector(folder).collect(Progress(), NOW))
    seen = frozenset(mark for item in first if isinstance(item, Batch) for mark in item.seen)
    again = list(_collector(folder).collect(Progress(seen=seen), NOW))

    assert [4, 1, 0] == sorted((item.rows_read for item in first if isinstance(item, Batch)), reverse=True)
    assert [Degraded] == [type(item) for item in again]
    assert "torn.json" in again[0].error.message  # type: ignore[union-attr] # the line above says what it is


def test_the_doctor_reads_the_newest(tmp_path: Path) -> None:
    """And says of which asset it is."""
    findings = list(_collector(_copy(tmp_path, "v1-table")).examine())
    assert [True, True] == [finding.ok for finding in findings]
    assert "lite.orders_tbl" in findings[1].detail


@pytest.mark.parametrize("wrong", [{"relations": "snowflake"}, {"assets": ["orders"]}, {"assets": ["a=b"]}])
def test_names_that_cannot_be_keys_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """When the connection is made, not when the first result comes."""
    with pytest.raises(ValidationError):
        _collector(tmp_path, **wrong)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "results",
                    "success",
                    "meta",
                    "result",
                    "expectation_config",
                    "kwargs",
                    "exception_info",
                    "observed_value",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(_JSON)
def test_no_document_is_ever_a_pass_by_mistake(document: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever it holds, reading it raises nothing, and only what says it holds passes."""
    for validation in validations(document):
        for verdict in validation.verdicts:
            assert verdict.sentence
            json.dumps(verdict.as_dict(), allow_nan=False)
        told = document.get("results") if isinstance(document, dict) else None
        if isinstance(told, list) and outcome_of(validation.verdicts) is Outcome.PASS:
            assert all(each["success"] is True for each in told)
