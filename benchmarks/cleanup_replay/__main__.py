"""`python -m benchmarks.cleanup_replay REPO COMMITS`: past deletions of a dbt repository, made again and judged.

REPO is a git repository, bare or not, with dbt projects anywhere inside. COMMITS are names of commits, files of names
(one a line), ranges (`v1..v2`), or `auto`: every commit that deletes code. For each, the models its author deleted
are deleted from its parent, and the result is judged: the same files gone, no entry left, no ref dangling, every
other entry as it was, nothing else changed. The exit code is 1 when anything is wrong; a refusal is not wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.project import Repository, TreeError
from benchmarks.cleanup_replay.history import commits, deleted
from benchmarks.cleanup_replay.replaying import DELETED, PART, REFUSED, REWRITTEN, Replay, replay
from benchmarks.report import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.cleanup_replay.history import Deleted


def main() -> int:
    """Replay, print, and tell by the exit code whether all is right."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.cleanup_replay", description=__doc__)
    asked.add_argument("repository", type=Path, help="path of a git repository")
    asked.add_argument("commits", nargs="+", help="commits, files of commits, ranges, or auto")
    asked.add_argument("--json", action="store_true", help="print everything as JSON")
    asked.add_argument("--each", action="store_true", help="print a line for each commit")
    asked.add_argument("--limit", type=int, default=0, help="replay at most so many deletions")
    given = asked.parse_args()
    began = time.perf_counter()
    with Repository(given.repository, absent=b"") as repository:
        try:
            names = commits(repository, given.commits)
        except TreeError as error:
            asked.error(str(error))
        done = list(_replays(repository, names, given.limit))
        for name in sorted(repository.missed):
            print(f"{name}: the clone does not hold this object; it was taken for empty", file=sys.stderr)
    seconds = time.perf_counter() - began
    if given.json:
        print(
            json.dumps(
                {"totals": totals(done, seconds), "replays": [asdict(each) for each in done]}, indent=1
            )
        )
    else:
        show(done, seconds, each=given.each)
    return 1 if any(each.violations for each in done) else 0


def _replays(repository: Repository, names: list[str], limit: int) -> Iterator[Replay]:
    count = 0
    for name in names:
        try:
            for past in deleted(repository, name):
                yield _replay(past)
                count += 1
                if count == limit:
                    return
        except TreeError as error:
            print(f"{name}: left out: {error.message}", file=sys.stderr)


def _replay(past: Deleted) -> Replay:
    try:
        return replay(past)
    except Exception as error:  # noqa: BLE001 - a crash is what the replay looks for, and not its end
        crash = [f"crash: {type(error).__name__}: {error}"]
        return Replay(past.commit, past.folder, len(past.files), violations=crash)


def totals(done: list[Replay], seconds: float) -> dict[str, float]:
    """The figures of a whole run."""
    return {
        "deletions": len(done),
        "models": sum(each.models for each in done),
        "models deleted": sum(each.deleted for each in done),
        "models refused": sum(each.models - each.deleted for each in done),
        "deletions wrong": sum(bool(each.violations) for each in done),
        "violations": sum(len(each.violations) for each in done),
        "side resources removed": sum(each.also for each in done),
        "models refused whose refs people left dangling": sum(len(left_dangling(each)) for each in done),
        "entries people left": sum(len(each.entries_left_by_people) for each in done),
        "refs people left dangling": sum(len(each.refs_left_by_people) for each in done),
        "seconds": round(seconds, 1),
    }


def left_dangling(one: Replay) -> set[str]:
    """The models that were refused, and that something still refers to in what people made of it."""
    dangling = {each.rpartition(" ")[2] for each in one.refs_left_by_people}
    return one.refused.keys() & dangling


def show(done: list[Replay], seconds: float, *, each: bool) -> None:
    """Print the table, what was refused and why, and what is wrong."""
    shown = done if each else [one for one in done if one.violations]
    if shown:
        rows: list[tuple[str, ...]] = [
            (
                one.commit[:10],
                one.folder,
                str(one.models),
                str(one.deleted),
                one.outcome,
                f"{one.seconds:.2f}",
            )
            for one in shown
        ]
        table(rows, ("commit", "project", "models", "deleted", "outcome", "s"))
    for one in done:
        for wrong in one.violations:
            print(f"WRONG {one.commit[:10]} {wrong}")
    by_outcome = Counter(one.outcome for one in done)
    models = Counter({outcome: sum(o.models for o in done if o.outcome == outcome) for outcome in by_outcome})
    table(
        [(name, str(by_outcome[name]), str(models[name])) for name in (DELETED, REWRITTEN, PART, REFUSED)],
        ("outcome", "deletions", "models"),
    )
    for one in done:
        for name, why in sorted(one.refused.items()):
            also = " (people left it dangling)" if name in left_dangling(one) else ""
            print(f"refused {one.commit[:10]} {name}: {why}{also}")
    table([(name, f"{value:,}") for name, value in totals(done, seconds).items()], ("total", ""))


if __name__ == "__main__":
    sys.exit(main())
