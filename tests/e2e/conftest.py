"""The dashboard on a free port of this machine, and a real browser to look at it."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import waitress
from fakes import decided, shop, trouble

from web import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder's dashboard, as `assay serve` would serve it."""
    server = waitress.create_server(create_app(folder), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the company's dashboard."""
    now = datetime.now(UTC)
    folder = decided.fill(trouble.fill(shop.folder(tmp_path_factory.mktemp("full")), now), now)
    with serving(folder) as address:
        yield address


@pytest.fixture
def deciding(tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard of a test's own with what was decided, to change things in."""
    now = datetime.now(UTC)
    with serving(decided.fill(trouble.fill(shop.folder(tmp_path, days=2), now), now)) as address:
        yield address


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard of a test's own, to change things in."""
    with serving(trouble.fill(shop.folder(tmp_path, days=2), datetime.now(UTC))) as address:
        yield address


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard before the first cycle."""
    with serving(shop.folder(tmp_path_factory.mktemp("empty"), filled=False)) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the browser is driven by the package playwright"
    )
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip("pages are tried in Chromium: `apt-get install chromium`")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        opened.close()
