"""The worker: what loads and calls functions of checks, in a process of its own.

It is run by `checks.processes.loop`.
"""

from __future__ import annotations

import math
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError
from checks.functions.calling import called, marked

if TYPE_CHECKING:
    from checks.functions.remote import Ask

_GRACE_S = 10
_LONGEST_S = 1e6


def answer(folder: str, request: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """The marked functions of a file, or what became of a call.

    An alarm ends this process a little after its time: the main one does so sooner, unless it was killed.
    """
    signal.alarm(math.ceil(min(request["timeout_s"], _LONGEST_S)) + _GRACE_S)
    try:
        if "marks" in request:
            return _marks(Path(request["marks"]))
        return called(request, Path(folder), ask)
    finally:
        signal.alarm(0)


def _marks(file: Path) -> dict[str, Any]:
    try:
        return {"gives": marked(file)}
    except AssayError as error:
        return {"error": error.message, "hint": error.hint}
