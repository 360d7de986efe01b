"""A folder whose assets were built day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.built import Site, filled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Forty days of builds, to be read: a test may keep quotes of it, and changes no build."""
    with filled(tmp_path_factory.mktemp("built") / "assay") as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A folder where nothing was built, to be filled."""
    with Site.opened(tmp_path / "assay") as found:
        yield found
