"""Take the pictures of docs/images from the demo company: `make screenshots`. Needs Chromium on the machine."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import waitress
from playwright.sync_api import sync_playwright

from assay.config import Settings
from assay.store import quotes
from assay.store.engine import Store
from web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

IMAGES = Path(__file__).parent / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTH = 1200
END = "2026-11-20"
"""The demo company's last day, so that a picture changes only when a page does."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as it looks in a scheme of colours, down to `height` pixels; `{quote}` is the demo's own quote."""

    name: str
    page: str
    scheme: Literal["light", "dark"] = "light"
    height: int = 1180


PICTURES = (
    Picture("overview", "/"),
    Picture("asset", "/assets/snowflake:acme:analytics.marts.fct_orders"),
    Picture("costs", "/costs?by=warehouse"),
    Picture("incident", "/incidents/5"),
    Picture("incidents", "/incidents"),
    Picture("unused", "/unused", height=1060),
    Picture("actions", "/actions"),
    Picture("backfill", "/backfill/{quote}", height=1320),
    Picture("budgets", "/budgets"),
    Picture("overview-dark", "/", "dark"),
)


def main() -> None:
    """Take every picture of the demo in the folder given, or of one that is made for it."""
    asked = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    asked.add_argument(
        "demo", nargs="?", type=Path, help="a folder `assay demo` made; without it one is made"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-pictures-") as name:
        folder = given.demo or _demo(Path(name))
        with _serving(folder) as address, _browser() as browser:
            page_of = {"quote": _quote(folder)}
            for picture in PICTURES:
                _take(browser, address, replace(picture, page=picture.page.format(**page_of)))


def _quote(folder: Path) -> str:
    """The name of the backfill the demo has priced."""
    with Store.open(Settings.load(folder).store.url) as store, store.read() as session:
        return quotes.latest(session, 1)[0].id


def _demo(folder: Path) -> Path:
    """Make the demo company there, by the program itself."""
    command = [sys.executable, "-m", "assay", "demo", "--no-serve", "--end", END, "--dir", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    return folder


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The folder's dashboard on a free port of this machine, as `assay serve` serves it."""
    server = waitress.create_server(create_app(folder.resolve()), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        sys.exit("pictures are taken with Chromium: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def _take(browser: Browser, address: str, picture: Picture) -> None:
    """Open the page, wait until its charts stand still, and keep what the window shows."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page.goto(address + picture.page, wait_until="networkidle")
    page.screenshot(path=IMAGES / f"{picture.name}.png", animations="disabled")
    page.close()


if __name__ == "__main__":
    main()
