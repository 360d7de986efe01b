"""The program of a worker process: a request a line in, an answer a line out, until nobody asks any more.

It is started by `process.py` with the file of whoever answers, and that one's own argument. The file has a function
`answer(argument, request, ask)`; with `ask` it may put a question to the main process, and is given the reply. It may
be run by another Python than Assay's, so it imports nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import runpy
import select
import sys
import threading
from typing import Any

IDLE_S = 60
ASKS = "asks"
"""The key of a question, where an answer would stand."""


def main() -> None:
    """Answer requests until there are no more."""
    del sys.path[0]  # the folder of this file: its neighbours are no modules of anybody's
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # whatever prints must not print among the answers
    one_at_a_time = threading.Lock()

    def say(told: dict[str, Any]) -> None:
        answers.write(json.dumps(told, default=str) + "\n")
        answers.flush()

    def ask(question: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the main process replies
        with one_at_a_time:
            say({ASKS: question})
            return json.loads(requests.readline())

    answer = runpy.run_path(sys.argv[1])["answer"]
    while select.select([requests], [], [], IDLE_S)[0]:
        line = requests.readline()
        if not line:
            return
        say(answer(sys.argv[2], json.loads(line), ask))


if __name__ == "__main__":
    main()
