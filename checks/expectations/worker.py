"""The worker: what runs suites and checkpoints of one project, in a process of its own.

It is run by `checks.processes.loop`, in Assay's Python or in the project's own, so it imports nothing but the standard
library and Great Expectations. No action of a checkpoint is taken and no result is stored in the project: to tell
people is Assay's part.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
OLDEST = 1


class Unusable(Exception):  # noqa: N818 - told to the main process as a sentence, never seen by anybody
    """The project, or what is asked of it, cannot be run."""


def answer(folder: str, request: dict[str, Any], _ask: object) -> dict[str, Any]:
    """What became of a request: the validations as Great Expectations tells them, or the error."""
    try:
        return {"version": installed(), "validations": [bare(each) for each in validated(folder, request)]}
    except Unusable as error:
        return {"error": str(error)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - plug-ins and drivers raise anything; it is the answer
        return {"error": f"{type(error).__name__}: {error}"}


def installed() -> str:
    """The version of Great Expectations; Unusable when it is one that cannot be asked this way."""
    import great_expectations as gx  # noqa: PLC0415 - not before something is asked: the error is the answer

    version = str(gx.__version__)
    if int(version.partition(".")[0]) < OLDEST:
        raise Unusable(f"Great Expectations {version} is too old: suites are run by {OLDEST}.0 or later")
    return version


def validated(folder: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Validate the suite, or each validation definition of the checkpoint, in order."""
    context = project(folder, request.get("imports", ()))
    rows = frame(request["rows"]) if request.get("rows") else None
    parameters = request.get("parameters") or None
    if request.get("suite"):
        suite = whole(context, found(context.suites, "suite", request["suite"]))
        yield (
            on_rows(rows)
            .validate(suite, result_format=FORMAT, expectation_parameters=parameters)
            .to_json_dict()
        )
        return
    definitions = found(context.checkpoints, "checkpoint", request["checkpoint"]).validation_definitions
    if not definitions:
        raise Unusable(f"the checkpoint {request['checkpoint']} validates nothing")
    for definition in definitions:
        suite = whole(context, definition.suite)
        batch = definition.batch_definition.get_batch(batch_parameters(definition, request, rows))
        yield batch.validate(suite, result_format=FORMAT, expectation_parameters=parameters).to_json_dict()


def project(folder: str, imports: list[str]) -> Any:  # noqa: ANN401 - a data context, of whatever version
    """The project as it stands now, with its own expectations imported."""
    import great_expectations as gx  # noqa: PLC0415 - as above

    context: Any = gx.get_context(mode="file", context_root_dir=folder, cloud_mode=False)
    context.variables.progress_bars = {"globally": False}
    for name in imports:
        importlib.import_module(name)
    return context


def found(among: Any, what: str, name: str) -> Any:  # noqa: ANN401 - a suite or a checkpoint, as above
    """The project's suite or checkpoint of that name; Unusable when its file is missing or broken."""
    try:
        return among.get(name)
    except Exception as error:
        raise Unusable(f"the {what} {name} cannot be read: {type(error).__name__}: {error}") from error


def whole(context: Any, suite: Any) -> Any:  # noqa: ANN401 - a suite, as above
    """The suite, if every expectation of it was understood: one that was not is left out without an error."""
    store = context.expectations_store
    told = store.get(store.get_key(name=suite.name, id=suite.id)).get("expectations", [])
    known = {each.expectation_type for each in suite.expectations}
    if len(told) != len(suite.expectations):
        missing = sorted({str(each.get("type")) for each in told} - known) or ["one that is not valid"]
        raise Unusable(f"the suite {suite.name} holds expectations that cannot be used: {', '.join(missing)}")
    if not told:
        raise Unusable(f"the suite {suite.name} holds no expectation")
    return suite


def frame(file: str) -> Any:  # noqa: ANN401 - a dataframe
    """The asset's rows, which the main process left in a file."""
    import pandas as pd  # noqa: PLC0415 - it comes with Great Expectations

    return pd.read_parquet(file)


def on_rows(rows: Any) -> Any:  # noqa: ANN401 - a dataframe in, a batch out
    """A batch of rows that belongs to no project: nothing of it is written anywhere."""
    import great_expectations as gx  # noqa: PLC0415 - as above

    context: Any = gx.get_context(mode="ephemeral", cloud_mode=False)
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.pandas_default.read_dataframe(rows)


def batch_parameters(definition: Any, request: dict[str, Any], rows: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as above
    """What the definition's batch is chosen by; a dataframe asset is given the rows."""
    given = dict(request.get("batch") or {})
    if definition.asset.type != "dataframe":
        return given or None
    if rows is None:
        raise Unusable(
            f"{definition.name} validates a dataframe: set give_rows, and it is given the asset's rows"
        )
    return {**given, "dataframe": rows}


def bare(validation: dict[str, Any]) -> dict[str, Any]:
    """A validation without lists of values and without traces: verdicts, scalars and messages."""
    for result in validation["results"]:
        told = result.get("result") or {}
        result["result"] = {k: v for k, v in told.items() if isinstance(v, str | int | float | bool)}
        info = result.get("exception_info") or {}
        for each in (info, *info.values()):
            if isinstance(each, dict):
                each.pop("exception_traceback", None)
    return validation
