"""A forge on loopback with a small dbt project in it, and nobody waiting between calls."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes.forge_git import GitRepository
from fakes.forge_github import TOKEN, AppKey, GitHubFake
from fakes.forge_hub import Hub
from fakes.forge_project import PROJECT
from fakes.forge_server import listening

from assay.cleanup.forges.client import Pace
from assay.config.decisions import RepositorySettings
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def app_key() -> AppKey:
    """The App's key; making one takes a moment."""
    return AppKey()


@pytest.fixture(scope="session")
def first_repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A repository with a dbt project; each test has a copy of its own."""
    return GitRepository.make(tmp_path_factory.mktemp("first") / "shop.git", PROJECT)


@pytest.fixture(scope="session")
def first_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store in a SQLite file, to be copied likewise."""
    file = tmp_path_factory.mktemp("first") / "assay.db"
    Store.create(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def sqlite_store(first_store: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store in a SQLite file."""
    file = Path(shutil.copyfile(first_store, tmp_path / "assay.db"))
    with Store.open(f"sqlite:///{file}") as store:
        yield store


@pytest.fixture
def hub(first_repository: GitRepository, tmp_path: Path) -> Hub:
    """A repository with a dbt project and no pull request."""
    return Hub(GitRepository(Path(shutil.copytree(first_repository.folder, tmp_path / "shop.git"))))


@pytest.fixture
def github(hub: Hub, app_key: AppKey) -> Iterator[GitHubFake]:
    """GitHub with that repository; all that was said to it is as GitHub describes it."""
    fake = GitHubFake(hub, app_key)
    with listening(fake.server):
        yield fake
    assert [] == fake.server.violations


@pytest.fixture
def slept() -> list[float]:
    """How long was waited, call by call."""
    return []


@pytest.fixture
def pace(hub: Hub, slept: list[float]) -> Pace:
    """The forge's own time, in which waiting takes none."""
    return Pace(0, slept.append, lambda: 0.0, lambda: hub.now.timestamp())  # noqa: PLW0108 - the hub's time passes


@pytest.fixture
def token_settings(github: GitHubFake, monkeypatch: pytest.MonkeyPatch) -> RepositorySettings:
    """Settings with a person's token."""
    monkeypatch.setenv("FORGE_TOKEN", TOKEN)
    url = github.server.url
    token = "env:FORGE_TOKEN"  # noqa: S105 - a reference
    return RepositorySettings(name="acme/shop", api_url=url, on_premise=True, token=token)


@pytest.fixture
def app_settings(github: GitHubFake, app_key: AppKey, monkeypatch: pytest.MonkeyPatch) -> RepositorySettings:
    """Settings with an App."""
    monkeypatch.setenv("APP_KEY", app_key.pem)
    return RepositorySettings(
        name="acme/shop", api_url=github.server.url, on_premise=True, app_id="4711", private_key="env:APP_KEY"
    )
