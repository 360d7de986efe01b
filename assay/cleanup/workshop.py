"""All that a plan is made with, brought together from the settings: the repository, the manifest, dbt."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.artifacts import newest_manifest
from assay.cleanup.base import of_checkout, of_forge
from assay.cleanup.forges import forge_of
from assay.cleanup.plan import Bench
from assay.cleanup.project.tree import Folder
from assay.cleanup.proof import Parser
from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from assay.cleanup.base import Base
    from assay.cleanup.forges import Forge
    from assay.config import Settings
    from assay.config.decisions import RepositorySettings


@contextmanager
def bench(  # noqa: PLR0913 - where a repository's files come from may be said in three ways
    settings: Settings,
    repository: RepositorySettings,
    now: datetime,
    *,
    project: str = "",
    checkout: Path | None = None,
    forge: Forge | None = None,
) -> Iterator[Bench]:
    """The bench for a repository. Its files come from `checkout` (as HEAD has them), else from its own setting's.

    Without either, or where a `forge` is given, they are what the forge has on the base branch now.
    """
    manifest = newest_manifest(settings, repository, project)
    with _files(settings, repository, checkout, forge) as base:
        yield Bench(
            settings=settings.cleanup,
            repository=repository,
            base=base,
            manifest=manifest,
            parser=Parser(settings.cleanup.dbt, manifest.adapter if manifest else "", base.packages),
            now=now,
            window_days=settings.unused.window_days,
            page_url=settings.alerts.link.rstrip("/"),
            watched=tuple(Folder(_placed(settings, each)) for each in settings.cleanup.watch),
        )


@contextmanager
def _files(
    settings: Settings, repository: RepositorySettings, checkout: Path | None, forge: Forge | None
) -> Iterator[Base]:
    told = checkout or (_placed(settings, repository.checkout) if repository.checkout else None)
    if told is None and forge is None and not (repository.token or repository.app_id):
        raise ConfigError(
            f"The files of {repository.name} are not at hand: there is no checkout and no credential.",
            hint="Give --checkout FOLDER, or set checkout or token in its section of [cleanup.repositories.…].",
        )
    if told is None or forge is not None:
        yield of_forge(forge or forge_of(repository), repository)
        return
    revision = "HEAD" if checkout else repository.base
    with of_checkout(told, repository.folder, revision) as base:
        yield base


def _placed(settings: Settings, path: str) -> Path:
    """A path of the settings, from the folder they stand in."""
    return settings.folder / Path(path).expanduser()
