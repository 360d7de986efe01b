"""Functions of checks run in a process of their own: whatever they do there is the result of one check."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import NOW, ORDERS

from assay.config import Settings
from assay.model.assets import Asset, Column
from assay.model.checks import Cause, Check, Outcome, Severity
from assay.registry import Registry
from assay.store.assets import save_assets
from assay.store.engine import Store
from checks.base import AssetFacts, Scene
from checks.deadline import Busy
from checks.functions import process
from checks.running import run_checks
from checks.sources.gathering import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fakes.checked import DuckWarehouse

    from assay.model.checks import CheckResult

    Judge = Callable[..., CheckResult]

REGISTRY = Registry()
MARKED = """from checks.authoring import check

@check(asset="{asset}", every="1h", severity="warn")
def {name}(scene):
"""


@pytest.fixture
def judge(sqlite_url: str, tmp_path: Path) -> Iterator[Judge]:
    """Run a function with that body on the stored asset; `call` names another than checks/own.py:judge."""
    (tmp_path / "checks").mkdir()
    store = Store.create(sqlite_url)
    with store.write() as session:
        save_assets(session, [Asset(ORDERS, columns=(Column("id", "INT"),))], 1)

    def run(body: str = "", warehouse: Any = None, timeout_s: float = 60, **config: Any) -> CheckResult:  # noqa: ANN401 - any
        text = f"import os\ndef judge(scene, **options):\n    {body or 'pass'}\n"
        (tmp_path / "checks" / "own.py").write_text(text)
        facts = AssetFacts(ORDERS, 1, (Column("id", "INT"),))
        scene = Scene(NOW, store, facts, warehouse and Busy(warehouse), tmp_path)
        said = {"call": "checks/own.py:judge", "timeout_s": timeout_s, **config}
        wanted = [Check("one", ORDERS, "custom_python", Cause.CUSTOM, config=said)]
        (found,) = run_checks(wanted, REGISTRY, lambda _: scene, NOW)
        return found

    yield run
    store.close()


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ("return True", Outcome.PASS, "The function says all is well."),
        ("return False", Outcome.FAIL, "The function says no."),
        ("from checks.base import Outcome; return Outcome.UNKNOWN", Outcome.UNKNOWN, "The function cannot tell."),
        ("return {'passed': False, 'message': 'too\\n few', 'observed': 3}", Outcome.FAIL, "too few"),
        ("return None", Outcome.ERROR, "The function gave a NoneType, which is no verdict."),
        ("return {'passed': True, 'mesage': 'x'}", Outcome.ERROR, "The function gave the unknown part 'mesage'."),
        ("return {'outcome': 'maybe'}", Outcome.ERROR, "ValueError: 'maybe' is not a valid Outcome"),
        ("raise SystemExit(3)", Outcome.ERROR, "It ended with SystemExit: 3."),
        ("raise KeyError('x')", Outcome.ERROR, "KeyError: 'x'"),
        ("print('{}'); input", Outcome.ERROR, "The function gave a NoneType, which is no verdict."),
        ("import os; os._exit(7)", Outcome.ERROR, "The worker of the function ended with code 7 before it answered."),
        (
            "print('out of luck', flush=True); import os; os.kill(os.getpid(), 11)",
            Outcome.ERROR,
            "The worker of the function was killed by signal 11 before it answered. out of luck",
        ),
    ],
)  # fmt: skip
def test_a_function_may_do_and_give_anything(judge: Judge, body: str, outcome: Outcome, message: str) -> None:
    """A truth value, an outcome or parts are a verdict; whatever else is an error, never a pass, and kills nobody."""
    found = judge(body)

    assert (outcome, message) == (found.outcome, found.message)
    assert Outcome.PASS is judge("return True").outcome


@pytest.mark.parametrize("said", ["'false'", "None", "float('nan')", "[]", "2"])
def test_passed_that_is_no_verdict_does_not_pass(judge: Judge, said: str) -> None:
    """Only True, False and what equals them are verdicts."""
    assert Outcome.ERROR is judge(f"return {{'passed': {said}}}").outcome


def test_a_function_without_an_end_is_ended(judge: Judge) -> None:
    """Its process as well, which had begun before: another one answers the next check."""
    judge("return True")
    found = judge("open(__file__ + '.pid', 'w').write(str(os.getpid()))\n    while True: pass", timeout_s=1.5)

    assert (Outcome.ERROR, "The function took longer than 1.5 seconds.") == (found.outcome, found.message)
    assert "timeout_s" in found.metadata["next_step"]
    assert (
        Outcome.PASS
        is judge("return not os.path.exists(f'/proc/{open(__file__ + \".pid\").read()}')").outcome
    )


def test_it_is_another_process_that_is_kept(judge: Judge) -> None:
    """The same one for the next check."""
    pids = {judge("return {'passed': True, 'observed': os.getpid()}").observed for _ in range(2)}

    assert 1 == len(pids)
    assert float(os.getpid()) not in pids


def test_it_sees_the_scene_and_reads_the_store(judge: Judge) -> None:
    """The asset, the moment, the folder; what the store holds; and there is no warehouse to ask."""
    body = (
        "from assay.store.tables import AssetRow\n"
        "    with scene.store.read() as session:\n"
        "        key = session.get(AssetRow, scene.asset.id).key\n"
        "    assert scene.as_of == scene.now and (scene.folder / 'checks').is_dir() and options == {'least': 2}\n"
        "    said = f'{key} {scene.asset.columns[0].name} {scene.now}'\n"
        "    return {'passed': key == str(scene.asset.key), 'message': said}"
    )
    assert f"{ORDERS} id {NOW}" == judge(body, options={"least": 2}).message
    assert "No connection answers" in judge("return scene.asked()").message


def test_it_asks_the_warehouse_of_the_main_process(judge: Judge, duck: DuckWarehouse) -> None:
    """Rows come with their types, many of them as well; an error is the function's to hear, or the check's."""
    body = (
        "house = scene.asked()\n"
        "    (one,) = house.query('SELECT 1.50::DECIMAL(9, 2), DATE \\'2026-11-20\\', NULL')\n"
        "    many = house.query('SELECT range FROM range(100000)', 50000)\n"
        "    told = [house.dialect, house.relation(scene.asset.key), repr(one), len(many)]\n"
        "    try: house.query('SELECT nothing')\n"
        "    except Exception as error: told.append(type(error).__name__)\n"
        "    return {'passed': True, 'metadata': {'told': told}}"
    )
    row = (Decimal("1.50"), date(2026, 11, 20), None)
    assert ["duckdb", '"main"."orders"', repr(row), 50000, "CheckError"] == judge(body, duck).metadata["told"]

    found = judge("return scene.asked().query('SELECT nothing')", duck)
    assert Outcome.ERROR is found.outcome
    assert "nothing" in found.message
    assert "Mend the check." == found.metadata["next_step"]


@pytest.mark.parametrize(
    "call",
    ["../outside.py:f", "outside.py:f", "checks/../../outside.py:f", "checks/own.py:gone", "no.such:f"],
)
def test_only_functions_of_the_folder_are_called(judge: Judge, tmp_path: Path, call: str) -> None:
    """A path leads nowhere else, and the name must be there."""
    (tmp_path / "outside.py").write_text("def f(scene): return True\n", encoding="utf-8")

    assert Outcome.ERROR is judge(call=call).outcome


def test_a_function_of_a_module_is_called_with_its_options(judge: Judge) -> None:
    """An importable function does, too."""
    assert "no verdict" in judge(call="builtins:repr").message
    assert "TypeError" in judge(call="builtins:repr", options={"depth": 1}).message


def test_files_are_loaded_in_the_process_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ends it, never ends, or is no Python is a problem with its place; the next one's checks are there."""
    monkeypatch.setattr(process, "LOADING_S", 3.0)
    (tmp_path / "checks").mkdir()
    texts = {
        "a": "import os\nos._exit(1)\n", "b": "while True: pass\n", "c": "x = 1\nx = 1 +\n", "d": "raise SystemExit",
        "e": MARKED.format(asset=ORDERS, name="fine") + "    '''It is fine.\n\n    More.'''\n    return True\n",
        "f": MARKED.format(asset="nothing", name="odd") + "    return True\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / "checks" / f"{name}.py").write_text(text)

    found = gather(Settings.load(tmp_path), REGISTRY)

    (fine,) = found.checks
    assert ("e.fine", "It is fine.", Severity.WARN, 3_600_000) == (
        fine.name, fine.description, fine.severity, fine.every_ms,
    )  # fmt: skip
    assert {"e.fine": "checks/e.py line 3"} == found.places
    told = [problem.message for problem in found.problems]
    for message, begin in zip(
        told,
        ("checks/a.py: The worker of", "checks/b.py: The function took", "checks/c.py line 2: SyntaxError",
         "checks/d.py line 1: SystemExit", "checks/f.py line 3: check f.odd"),
        strict=True,
    ):  # fmt: skip
        assert message.startswith(begin), told
