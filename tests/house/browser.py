"""Says how to get the browser that tests of pages use, where it is missing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")


def main() -> None:
    """One line on stderr, or none."""
    if not CHROMIUM.exists() and shutil.which("chromium") is None:
        sys.stderr.write(
            "Tests of pages in a browser are left out: there is no /usr/bin/chromium. "
            "On Debian or Ubuntu: sudo apt-get install chromium\n"
        )


if __name__ == "__main__":
    main()
