"""What every collector keeps to, for each one registered: its config, its streams, its grants, its manners."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from assay.config.settings import folder_fields
from assay.errors import AssayError
from assay.registry import COLLECTORS, Registry
from collectors.base import Batch, Degraded, Finding, Progress

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = Registry()
KINDS = REGISTRY.names(COLLECTORS)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "Tr0ub4dor & 3: sesame"  # noqa: S105 - made up, to be looked for where it must not be
VENDORS = {
    "snowflake", "boto3", "botocore", "google", "databricks", "requests", "psycopg", "duckdb", "pandas", "flask",
    "great_expectations", "apscheduler",
}  # fmt: skip

pytestmark = pytest.mark.parametrize("kind", KINDS)


def collector_class(kind: str) -> Any:  # noqa: ANN401 - a class of the form of collectors.base.Collector
    """The class of a kind."""
    return REGISTRY.collector(kind)


def smallest(kind: str, folder: Path) -> dict[str, Any]:
    """The fewest options: a folder for every option that names one, else the example the schema gives."""
    config_class = collector_class(kind).config_class
    folders = folder_fields(config_class)
    options: dict[str, Any] = {name: str(folder) for name in folders}
    for name in config_class.model_json_schema().get("required", ()):
        if name not in folders:
            options[name] = config_class.model_fields[name].examples[0]
    return options


def made(kind: str, folder: Path) -> Any:  # noqa: ANN401 - as above
    """A collector with the fewest options."""
    chosen = collector_class(kind)
    return chosen("acme", chosen.config_class.model_validate(smallest(kind, folder)))


def test_it_is_found_by_its_own_kind(kind: str) -> None:
    """The entry point's name is the kind the class gives itself, and it has a title for people."""
    assert collector_class(kind).kind == kind
    assert collector_class(kind).title


def test_it_stands_on_the_fewest_options(kind: str, tmp_path: Path) -> None:
    """A collector is made of a name and its config alone; making it touches nothing outside."""
    collector = made(kind, tmp_path / "nowhere")
    assert (collector.name, type(collector.config)) == ("acme", collector_class(kind).config_class)
    assert not (tmp_path / "nowhere").exists()


def test_its_streams_say_what_they_read_and_how_late_it_may_be(kind: str) -> None:
    """Each stream has a name of its own, a source, a lag and a look-back; none of them is negative."""
    streams = collector_class(kind).streams
    assert streams
    assert len({stream.name for stream in streams}) == len(streams)
    for stream in streams:
        assert stream.name
        assert stream.source
        assert stream.lag >= timedelta(0)
        assert stream.look_back >= timedelta(0)


def test_its_grants_let_read_and_no_more(kind: str) -> None:
    """The script is there, has no place left to fill in for the role, and gives no right to change anything."""
    script = collector_class(kind).grants("ASSAY_READER")
    assert script.strip()
    assert "{role}" not in script
    assert not re.search(r"GRANT\s+(ALL|OWNERSHIP|INSERT|UPDATE|DELETE|TRUNCATE)\b", script, re.IGNORECASE)
    assert not re.search(r'"[a-z0-9-]+:(\*|(Put|Delete|Create|Update)\w*)"', script)


def test_its_folder_explains_it(kind: str) -> None:
    """A README stands beside the code."""
    package = collector_class(kind).__module__.rpartition(".")[0]
    assert (resources.files(package) / "README.md").read_text(encoding="utf-8").startswith("# ")


def test_importing_it_loads_no_vendor_library(kind: str) -> None:
    """The command line lists kinds, options and grants before it knows which will be used."""
    point = next(point for point in REGISTRY._found(COLLECTORS) if point.name == kind)
    module, _, name = point.value.partition(":")
    program = (
        f"import sys, json, {module} as m; c = m.{name}; c.config_class.model_json_schema(); c.grants('R'); c.streams;"
        "print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert VENDORS.isdisjoint(json.loads(told.stdout))


def test_its_config_refuses_what_it_does_not_know(kind: str, tmp_path: Path) -> None:
    """An unknown option is an error that names it and keeps what was given for it to itself."""
    options = {**smallest(kind, tmp_path), "passwort": SECRET}
    with pytest.raises(ValidationError) as caught:
        collector_class(kind).config_class.model_validate(options)
    assert [error["loc"] for error in caught.value.errors()] == [("passwort",)]
    assert SECRET not in str(caught.value)


def test_its_config_cannot_be_changed(kind: str, tmp_path: Path) -> None:
    """What was read from the settings stays as it was read."""
    config = made(kind, tmp_path).config
    with pytest.raises(ValidationError):
        setattr(config, next(iter(type(config).model_fields)), "another")


def test_its_config_shows_no_secret_put_in_the_wrong_place(kind: str, tmp_path: Path) -> None:
    """A secret written where a reference or a name belongs is refused, and the refusal does not repeat it."""
    config_class: type[BaseModel] = collector_class(kind).config_class
    for name in sorted(set(config_class.model_fields) - folder_fields(config_class)):
        with_secret = {**smallest(kind, tmp_path), name: SECRET}
        try:
            config_class.model_validate(with_secret)
        except ValidationError as error:
            assert SECRET not in str(error), name  # noqa: PT017 - accepting it is as good: see below
        else:
            secretive = re.search(r"key|token|secret|pass|credential", name)
            assert secretive is None, f"{name} takes a plain secret"


def test_examining_nothing_is_told_in_findings(kind: str, tmp_path: Path) -> None:
    """Of a source that is not there the doctor says so, and what to do; it does not fall over."""
    findings = list(made(kind, tmp_path / "nowhere").examine())
    assert all(isinstance(finding, Finding) and finding.detail for finding in findings)
    assert any(not finding.ok and finding.fix for finding in findings)


def test_collecting_from_nothing_is_an_error_of_ours(kind: str, tmp_path: Path) -> None:
    """A source that is not there is told as an error with the next step, or stream by stream; nothing comes of it."""
    collector = made(kind, tmp_path / "nowhere")
    try:
        items = list(collector.collect(Progress(), NOW))
    except AssayError as error:
        assert error.hint  # noqa: PT017 - raising and telling are both right
    else:
        assert items
        assert all(isinstance(item, Degraded) and item.error.hint for item in items)


def test_what_it_yields_belongs_to_its_streams(kind: str, tmp_path: Path) -> None:
    """An empty source gives no record, and whatever is told names a stream that was declared."""
    (tmp_path / "empty").mkdir()
    declared = {stream.name for stream in collector_class(kind).streams}
    told = list(made(kind, tmp_path / "empty").collect(Progress(), NOW))
    assert {item.stream for item in told} <= declared
    assert [] == [item for item in told if isinstance(item, Batch) and item.records]
