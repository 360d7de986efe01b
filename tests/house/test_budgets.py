"""How large code may be, and that it says what it is."""

from __future__ import annotations

import ast
import re
from statistics import median
from typing import TYPE_CHECKING

from house.tree import kept, name_of, parsed, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MEDIAN_LINES = 130
Function = ast.FunctionDef | ast.AsyncFunctionDef
SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover)")
REASONED = re.compile(
    r"#\s*(?:noqa:\s*[A-Z0-9, ]+|type:\s*ignore\[[a-z-]+\]|pragma:\s*no cover)\s*[-#\N{EN DASH}:]+\s*\S+"
)


def lines_of(file: Path) -> int:
    """How many lines the file has."""
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(file: Path) -> Iterator[Function]:
    """Every function of the module, also within classes and functions."""
    return (node for node in ast.walk(parsed(file)) if isinstance(node, Function))


def public(body: list[ast.stmt], of: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """The public classes, functions and methods, by name; what stands inside a function is nobody's business."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield of + node.name, node
            yield from public(node.body, of + node.name + ".")
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield of + node.name, node


def test_a_file_can_be_read_at_a_sitting() -> None:
    """No module is longer than 400 lines, and half of them are far shorter."""
    lengths = {name_of(file): lines_of(file) for file in sources()}

    assert {} == {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert median(lines for lines in lengths.values() if lines > 1) <= MEDIAN_LINES


def test_a_function_fits_on_a_page() -> None:
    """No function is longer than 60 lines."""
    long = [
        f"{name_of(file)}:{node.lineno} {node.name}"
        for file in sources()
        for node in functions(file)
        if (node.end_lineno or node.lineno) - node.lineno >= MOST_FUNCTION_LINES
    ]

    assert [] == long


def test_every_module_says_what_it_is() -> None:
    """Each module begins with a docstring."""
    assert [] == [name_of(file) for file in sources() if not ast.get_docstring(parsed(file))]


def test_everything_public_says_what_it_means() -> None:
    """Each public class, function and method has a docstring, unless it only overloads one."""
    silent = [
        f"{name_of(file)}: {name}"
        for file in sources()
        for name, node in public(parsed(file).body)
        if not ast.get_docstring(node)
    ]

    assert [] == silent


def test_every_test_says_what_must_hold() -> None:
    """Each test has a docstring."""
    tests = [file for file in kept() if file.name.startswith("test_") and file.suffix == ".py"]
    silent = [
        f"{name_of(file)}: {node.name}"
        for file in tests
        for node in functions(file)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]

    assert [] == silent


def test_every_suppression_has_its_reason() -> None:
    """Whoever silences a checker says why on the same line."""
    bare = [
        f"{name_of(file)}:{number}"
        for file in kept()
        if file.suffix == ".py" and file.name != "test_budgets.py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if SUPPRESSION.search(line) and not REASONED.search(line)
    ]

    assert [] == bare
