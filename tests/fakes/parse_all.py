"""Parse many projects in one process of dbt: starting it takes longer than any of these projects.

Run by the interpreter of dbt's own environment: ``python parse_all.py FILE``. The file is JSON: for each name the
arguments of one invocation; the answer on stdout says for each its exit code and the lines it logged.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path


def main(asked: str) -> None:
    """Invoke dbt with each of the argument lists."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - dbt is installed in its own environment alone

    told = {}
    for name, arguments in json.loads(Path(asked).read_text(encoding="utf-8")).items():
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            result = dbtRunner().invoke(arguments)
        told[name] = {"ok": result.success, "lines": said.getvalue().splitlines()}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
