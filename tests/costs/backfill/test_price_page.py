"""The page on pricing a backfill does what it says: its examples run against a real `assay serve`."""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from fakes import orchestrators
from house.tree import ROOT

from assay.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.built import Site

PAGE = (ROOT / "docs" / "how-to" / "price-a-backfill.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def serving(site: Site) -> Iterator[str]:
    """The address of a dashboard that is served for real."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "assay", "serve", "--no-worker", "--port", port, "--dir", str(site.path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert "Assay is on" in server.stderr.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=20)


def example(language: str) -> str:
    """The one block of code of that kind on the page."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def executed(language: str, address: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names an example leaves behind."""
    monkeypatch.setenv("ASSAY_URL", address)
    names: dict[str, Any] = {}
    exec(compile(example(language), "price-a-backfill.md", "exec"), names)  # noqa: S102 - the page's own code
    return names


def test_the_dagster_sensor_launches_what_may_run(serving: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run for each partition, tagged with the quote; none when the limit is too low."""
    if importlib.util.find_spec("dagster") is None:
        monkeypatch.setitem(sys.modules, "dagster", orchestrators.dagster())
    names = executed("python dagster", serving, monkeypatch)
    asked = names["priced_backfill"]()

    assert [each.run_key for each in asked] == [f"orders/2026-09-0{day}" for day in range(1, 8)]
    assert len({each.tags["assay/quote"] for each in asked}) == 1
    names["WANTED"]["limit"] = 0.001
    assert names["priced_backfill"]().skip_message.startswith("limit: its P90 of")


def test_the_airflow_task_fails_for_good_when_it_may_not_run(
    serving: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives the quote's id when it may."""
    if importlib.util.find_spec("airflow") is None:
        for name, module in orchestrators.airflow().items():
            monkeypatch.setitem(sys.modules, name, module)
    names = executed("python airflow", serving, monkeypatch)
    question = ("shop.marts.orders", "2026-09-01..2026-09-07")

    quote_id = names["gate"](*question, 20)
    address = f"{serving}/api/v1/backfill/quotes/{quote_id}"
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - an address of our own
        assert json.load(answer)["request"]["partitions"] == question[1]
    with pytest.raises(names["AirflowFailException"], match="over the limit"):
        names["gate"](*question, 0.001)


def test_the_gate_of_a_shell_lets_through_or_stops(site: Site) -> None:
    """What stands after && runs at a limit of 20 credits, and not at one of a thousandth."""
    line = example("sh").strip().replace("assay ", f"{sys.executable} -m assay ", 1).replace(
        "dbt build --select orders", "echo went on"
    )  # fmt: skip
    assert "echo went on" in line
    for limit, code in (("20", 0), ("0.001", 1)):
        said = subprocess.run(
            ["sh", "-c", line.replace("--limit 20", f"--limit {limit}")],
            capture_output=True, text=True, check=False, env={"ASSAY_DIR": str(site.path)},
        )  # fmt: skip
        assert (code, code == 0) == (said.returncode, "went on" in said.stdout), said.stderr


def test_every_command_of_the_page_runs(site: Site) -> None:
    """Word for word, but for those that ask a server."""
    lines = [line[4:] for line in PAGE.splitlines() if line.startswith("    assay ")]
    assert len(lines) > 1
    for line in lines:
        assert run([*line.split()[1:], "--dir", str(site.path)]) == 0
