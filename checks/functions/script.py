"""Python files of the Assay folder as modules: loaded by their place, once, and again when they change."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from typing import TYPE_CHECKING

from assay.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


class ScriptError(ConfigError):
    """A Python file of checks cannot be loaded."""


def load_script(file: Path) -> ModuleType:
    """The file as a module; ScriptError telling the line where its own code fails."""
    try:
        stamp = file.stat()
    except OSError as error:
        raise ScriptError(f"{file} cannot be read: {error.strerror}.", hint="Check its place.") from error
    digest = hashlib.sha256(f"{file}\0{stamp.st_mtime_ns}\0{stamp.st_size}".encode()).hexdigest()[:16]
    name = f"assay_checks_of_folder_{digest}"
    return sys.modules.get(name) or _executed(file, name)


def _executed(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ScriptError(f"{file} is no Python file.", hint="Its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        raise ScriptError(
            f"{file}{_line(error, file)}: {type(error).__name__}: {error}",
            hint="Mend the file, then run again.",
        ) from error
    return module


def _line(error: BaseException, file: Path) -> str:
    """Where in the file it failed: the deepest of its own lines."""
    if isinstance(error, SyntaxError):
        return f" line {error.lineno}"
    trace, found = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            found = f" line {trace.tb_lineno}"
        trace = trace.tb_next
    return found
