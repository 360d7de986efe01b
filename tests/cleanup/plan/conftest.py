"""A small company with a dbt project to clean up, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakes import clean_shop
from fakes.clean_shop import Company


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company, as it was made."""
    root = tmp_path_factory.mktemp("clean") / "made"
    clean_shop.make(root)
    return root


@pytest.fixture
def shop(made_shop: Path, tmp_path: Path) -> Company:
    """A company of one's own."""
    root = Path(shutil.copytree(made_shop, tmp_path / "company"))
    return Company(root / "assay", root / "shop")
