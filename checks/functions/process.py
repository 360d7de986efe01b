"""Asking the worker process of an Assay folder's functions: what is declared in a file, and what a function says."""

from __future__ import annotations

import base64
import os
import pickle
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.model.assets import AssetKey
from assay.model.checks import CheckResult, Outcome
from assay.store.schemas import as_dicts
from checks.base import CheckError
from checks.deadline import within
from checks.processes import WORKERS, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.model.checks import Check
    from assay.model.warehouses import Warehouse
    from checks.base import Scene

LOADING_S = 60.0
"""How long a file may take to be loaded: a cycle must not wait for it for ever."""

_FILE = Path(__file__).with_name("worker.py")
_NO_REASON = "Mend the function; what it prints last is told."


def marks(file: Path, folder: Path) -> list[dict[str, Any]]:
    """The marked functions of a file; CheckError when it cannot be loaded, ends the process, or takes too long."""
    answer = WORKERS.ask(_program(folder), {"marks": str(file), "timeout_s": LOADING_S}, LOADING_S)
    if "error" in answer:
        raise CheckError(answer["error"], hint=answer.get("hint", ""))
    return list(answer["gives"])


def called(
    check: Check, scene: Scene, call: str, options: Mapping[str, Any], timeout_s: float
) -> CheckResult:
    """What the function says within its time. The warehouse is asked from here, for the worker has no way in."""
    request = {
        "call": call,
        "options": options,
        "check": {"name": check.name, "cause": check.cause},
        "scene": _told(scene),
        "timeout_s": timeout_s,
    }
    reply = None if scene.warehouse is None else partial(_reply, scene.warehouse)
    found = WORKERS.ask(_program(scene.folder), request, timeout_s, reply)
    outcome = Outcome(found.pop("outcome"))
    return CheckResult(check, scene.now, outcome, **found)


def _program(folder: Path | None) -> Program:
    """The worker of a folder: this Python, which finds the modules that this process finds."""
    path = os.pathsep.join(each for each in sys.path if each)
    return Program(
        _FILE, str((folder or Path()).resolve()), "function", env=(("PYTHONPATH", path),),
        mend=_NO_REASON, hurry="Make it faster, or raise timeout_s of the check.",
    )  # fmt: skip


def _told(scene: Scene) -> dict[str, Any]:
    return {
        "now": scene.now.isoformat(),
        "read_until": None if scene.read_until is None else scene.read_until.isoformat(),
        "store": scene.store.url,
        "asset": str(scene.asset.key),
        "asset_id": scene.asset.id,
        "columns": as_dicts(scene.asset.columns),
        "has_warehouse": scene.warehouse is not None,
    }


def _reply(warehouse: Warehouse, question: Mapping[str, Any], left_s: float) -> dict[str, Any]:
    """What the warehouse says; its error is the function's to hear."""
    try:
        match question["what"]:
            case "dialect":
                return {"gives": warehouse.dialect}
            case "relation":
                return {"gives": warehouse.relation(AssetKey.parse(question["asset"]))}
            case _:
                rows = within(max(left_s, 0), warehouse, question["sql"], question["limit"])
                return {"rows": base64.b64encode(pickle.dumps(rows)).decode()}
    except Exception as error:  # noqa: BLE001 - drivers raise anything, and the function may expect it
        told = getattr(error, "message", f"{type(error).__name__}: {error}")
        return {"error": told, "hint": getattr(error, "hint", "")}
