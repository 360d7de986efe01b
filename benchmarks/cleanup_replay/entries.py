"""`python -m benchmarks.cleanup_replay.entries REPO`: each entry of each property file cut out alone, and judged.

REPO is a git repository, bare or not. Every property file of the commit is loaded before and after by a loader that
shares nothing with the edit; the exit code is 1 when an entry that stayed differs. A refusal is not wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from assay.cleanup.edits.removing import RemovingError, without
from assay.cleanup.project import Repository
from assay.cleanup.project.nodes import YamlError, parse
from benchmarks.report import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.project.nodes import Document, Node

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SECTIONS = frozenset(
    (
        "analyses", "data_tests", "exposures", "groups", "macros", "metrics", "models", "saved_queries", "seeds",
        "semantic_models", "snapshots", "sources", "tests", "unit_tests",
    )
)  # fmt: skip


def main() -> int:
    """Cut, judge and print; 1 when anything is wrong."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.cleanup_replay.entries", description=__doc__)
    asked.add_argument("repository", type=Path, help="path of a git repository")
    asked.add_argument("--commit", default="HEAD", help="the commit whose files are taken")
    asked.add_argument("--most", type=int, default=0, help="entries of a section, at most; 0 for all")
    given = asked.parse_args()
    began, counts = time.perf_counter(), Counter[str]()
    with Repository(given.repository, absent=b"") as repository:
        commit = repository.commit(given.commit)
        for path in commit.paths():
            if path.endswith((".yml", ".yaml")):
                for outcome in _outcomes(commit.read(path), given.most):
                    counts[outcome] += 1
                    if outcome != "exact":
                        print(f"{outcome}: {path}")
    counts["seconds"] = round(time.perf_counter() - began)
    table([(name, f"{count:,}") for name, count in sorted(counts.items())], ("entries cut out alone", ""))
    return 1 if counts["wrong"] else 0


def _outcomes(held: bytes, most: int) -> Iterator[str]:
    try:
        document = parse(held)
        before = yaml.load(held, Loader=LOADER)  # noqa: S506 - the safe loader
    except (YamlError, yaml.YAMLError, ValueError):
        return
    for section, listed in document.root.pairs if document.root is not None else ():
        if section.value in SECTIONS and isinstance(before.get(section.value), list):
            for index, item in enumerate(listed.real.items[: most or None]):
                yield _outcome(document, before, section.value, index, item)


def _outcome(document: Document, before: dict[str, Any], section: str, index: int, item: Node) -> str:
    try:
        text = without(document, [item])
    except RemovingError as error:
        return f"refused, {error}"
    want = {**before, section: [each for at, each in enumerate(before[section]) if at != index]}
    if not want[section]:
        del want[section]
    if text is None:
        return "wrong" if want.keys() - {"version"} else "exact"
    return "exact" if yaml.load(text, Loader=LOADER) == want else "wrong"  # noqa: S506 - the safe loader


if __name__ == "__main__":
    sys.exit(main())
