"""`python -m benchmarks [part ...] [--millions 1 10]`: every part, or those named."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from benchmarks import attribution, company, fairness, forecast, ingest, pages, parsing, quotes, start

PARTS = ("start", "ingest", "parsing", "fairness", "quotes", "attribution", "pages", "forecast")


def main() -> None:
    """Measure and print; nothing is kept."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument(
        "parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all when none is named"
    )
    asked.add_argument("--millions", nargs="+", type=int, default=[1, 10], help="sizes of the attribution")
    given = asked.parse_args()
    parts = given.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        asked.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        measure(Path(name), set(parts), given.millions)


def measure(folder: Path, parts: set[str], millions: list[int]) -> None:
    """Run the parts in order."""
    if "start" in parts:
        start.run()
    if parts & {"ingest", "parsing", "fairness", "quotes"}:
        made = company.made(folder / "demo")
        for name, part in (
            ("ingest", ingest),
            ("parsing", parsing),
            ("fairness", fairness),
            ("quotes", quotes),
        ):
            if name in parts:
                part.run(made)
    if "attribution" in parts:
        attribution.run(folder, millions)
    if "pages" in parts:
        pages.run(folder / "pages")
    if "forecast" in parts:
        forecast.run(folder / "forecast")


if __name__ == "__main__":
    main()
