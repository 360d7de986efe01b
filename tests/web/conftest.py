"""The dashboard of a folder with the synthetic company, and of one where nothing has been read yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import shop

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
    """A folder with the company."""
    return shop.folder(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="session")
def full(full_folder: Path) -> FlaskClient:
    """The company's dashboard."""
    return client_of(full_folder)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The dashboard of a folder where no cycle has run."""
    return client_of(shop.folder(tmp_path_factory.mktemp("empty"), filled=False))


@pytest.fixture(scope="session")
def full_of_assets(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The company's dashboard, with two pages of assets more."""
    return client_of(shop.folder(tmp_path_factory.mktemp("many"), plain=120, days=2))
