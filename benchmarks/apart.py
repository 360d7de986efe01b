"""Measure a function in a process of its own, so that its memory is its own too."""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
from typing import Any


def apart(function: str, *arguments: object) -> dict[str, Any]:
    """Call ``module:function`` of this package elsewhere; its answer, with the peak of its memory in `peak_mb`."""
    command = (
        sys.executable,
        "-m",
        "benchmarks.apart",
        function,
        json.dumps([str(each) for each in arguments]),
    )
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    """The other side: call, and print the answer as JSON."""
    module, _, name = sys.argv[1].partition(":")
    answer = getattr(importlib.import_module(f"benchmarks.{module}"), name)(*json.loads(sys.argv[2]))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    print(json.dumps({**answer, "peak_mb": kilobytes / 1024}))


if __name__ == "__main__":
    main()
