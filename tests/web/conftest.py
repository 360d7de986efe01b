"""The dashboard of a folder with the synthetic company, and of one where nothing has been read yet."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from fakes import decided, shop, trouble

from web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


def client_of(folder: Path) -> FlaskClient:
    """A client that asks the folder's dashboard under this machine's own name."""
    client = create_app(folder).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1"
    return client


@pytest.fixture(scope="session")
def full_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the company and its troubles."""
    return trouble.fill(shop.folder(tmp_path_factory.mktemp("full")), datetime.now(UTC))


@pytest.fixture(scope="session")
def full(full_folder: Path) -> FlaskClient:
    """The company's dashboard."""
    return client_of(full_folder)


@pytest.fixture(scope="session")
def decisions_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the company's last days and what was decided of them."""
    folder = shop.folder(tmp_path_factory.mktemp("decided"), days=2)
    now = datetime.now(UTC)
    return decided.fill(trouble.fill(folder, now), now)


@pytest.fixture(scope="session")
def decisions(decisions_folder: Path) -> FlaskClient:
    """The dashboard of what was decided."""
    return client_of(decisions_folder)


@pytest.fixture
def deciding(decisions_folder: Path, tmp_path: Path) -> FlaskClient:
    """The same in a folder of a test's own, to change things in."""
    return client_of(shutil.copytree(decisions_folder, tmp_path / "own"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The dashboard of a folder where no cycle has run."""
    return client_of(shop.folder(tmp_path_factory.mktemp("empty"), filled=False))


@pytest.fixture(scope="session")
def full_of_assets(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The company's dashboard, with two pages of assets more, and their troubles."""
    folder = shop.folder(tmp_path_factory.mktemp("many"), plain=120, days=2)
    return client_of(trouble.fill(folder, datetime.now(UTC), plain=120))


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the company's last days, to be copied."""
    return trouble.fill(shop.folder(tmp_path_factory.mktemp("small"), days=2), datetime.now(UTC))


@pytest.fixture
def acting(small_folder: Path, tmp_path: Path) -> FlaskClient:
    """A dashboard of a test's own, to change things in."""
    return client_of(shutil.copytree(small_folder, tmp_path / "own"))
