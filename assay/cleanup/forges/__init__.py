"""Forges: where pull requests are opened, on GitHub or GitLab, through one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.forges import github, gitlab
from assay.cleanup.forges.base import Comment, Forge, Opening, PullRequest, RequestState, say_once
from assay.cleanup.forges.client import MOST_BYTES, TIMEOUT_S, Client, Pace
from assay.cleanup.forges.errors import ForgeError, HumanCommitsError
from assay.cleanup.forges.github_auth import AppAuth, TokenAuth
from assay.cleanup.forges.paths import AllowedPaths
from assay.errors import ConfigError
from assay.outbound import Door
from assay.secrets import SecretRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cleanup.forges.client import Authorize
    from assay.config.decisions import RepositorySettings

__all__ = [
    "AllowedPaths",
    "Comment",
    "Forge",
    "ForgeError",
    "HumanCommitsError",
    "Opening",
    "PullRequest",
    "RequestState",
    "forge_of",
    "say_once",
]


def forge_of(repository: RepositorySettings, pace: Pace | None = None) -> Forge:
    """The forge of a repository, as its settings say; ConfigError when they name no credential.

    Nothing is sent yet, and a secret is read only when something is.
    """
    api = repository.api_url.rstrip("/")
    door = Door(on_premise=repository.on_premise, timeout_s=TIMEOUT_S, most_bytes=MOST_BYTES)
    allowed = AllowedPaths(repository.allow, repository.keep, repository.folder)
    steps = pace or Pace()
    if repository.forge == "gitlab":
        client = Client("GitLab", api or gitlab.API, _gitlab_auth(repository), door, steps)
        return gitlab.GitLab(repository.name, client, allowed)

    def connect(authorize: Authorize) -> Client:
        return Client("GitHub", api or github.API, authorize, door, steps)

    if repository.app_id:
        app = AppAuth(
            repository.app_id,
            _given(repository.private_key, "private_key"),
            repository.name,
            connect,
            steps.now,
            repository.installation_id,
        )
        return github.GitHub(repository.name, connect(app), allowed, signs=True)
    token = TokenAuth(_given(repository.token, "token"))
    return github.GitHub(repository.name, connect(token), allowed, signs=False)


def _gitlab_auth(repository: RepositorySettings) -> Authorize:
    reference = SecretRef.parse(_given(repository.token, "token"))

    def authorize() -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": reference.resolve().strip()}

    return authorize


def _given(reference: str, name: str) -> str:
    if not reference:
        raise ConfigError(
            f"A repository to clean up in has no {name}.",
            hint=f'Write {name} = "env:NAME" or "file:PATH" into its section of [cleanup.repositories.…].',
        )
    return reference
