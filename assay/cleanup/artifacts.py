"""The newest manifest of a repository's dbt project, as its connection has it; and which project that is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.cleanup.manifests import Manifest
from assay.config.faults import nearest
from assay.errors import AssayError, ConfigError
from assay.store.tables import AliasRow
from collectors.dbt.artifacts import Artifact, kind_of, load
from collectors.dbt.config import DbtConfig
from collectors.dbt.places import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.config.decisions import RepositorySettings

_TRIED = 30
"""How many manifests are looked at, newest first, until one is of the project."""


def newest_manifest(settings: Settings, repository: RepositorySettings, project: str = "") -> Manifest | None:
    """The manifest dbt wrote last for the project ('' for any); None where no readable one is there.

    ConfigError when it cannot be told which connection reads the project's artifacts.
    """
    config = settings.connection_config(connection_of(settings, repository), DbtConfig)
    place = place_of(config.target)
    found = [each for each in place.files() if kind_of(each) is Artifact.MANIFEST]
    for each in sorted(found, key=lambda each: (each.modified, each.path), reverse=True)[:_TRIED]:
        try:
            manifest = Manifest(load(each, place.read(each)))
        except AssayError:  # one that is broken is told by the cycle that collects it
            continue
        if not project or manifest.project in {project, ""}:
            return manifest
    return None


def connection_of(settings: Settings, repository: RepositorySettings) -> str:
    """The connection that reads the repository's artifacts: the one it names, else the only one of dbt."""
    known = sorted(name for name, each in settings.connections.items() if each.kind == "dbt")
    named = repository.connection
    if named:
        if named not in known:
            raise ConfigError(f"There is no dbt connection {named}.", hint=nearest(named, known))
        return named
    if len(known) != 1:
        raise ConfigError(
            f"There are {len(known)} dbt connections; which reads {repository.name} is not said.",
            hint="Set connection in its section of [cleanup.repositories.…].",
        )
    return known[0]


def projects(session: Session, settings: Settings, only: str = "") -> dict[str, str]:
    """The dbt project of each repository (or of the one named): as it says, or the commonest of a lone one's models.

    Where there are several repositories, each one's newest manifest tells; '' where nothing does.
    """
    wanted = chosen(settings, only)
    found = {}
    for name, repository in wanted.items():
        if repository.project:
            found[name] = repository.project
        elif len(settings.cleanup.repositories) == 1:
            found[name] = _commonest(session)
        else:
            manifest = newest_manifest(settings, repository)
            found[name] = manifest.project if manifest else ""
    return found


def chosen(settings: Settings, only: str = "") -> Mapping[str, RepositorySettings]:
    """The repositories of the settings, or the one of that name; ConfigError with the nearest when there is none."""
    known = settings.cleanup.repositories
    if only and only not in known:
        raise ConfigError(f"There is no repository {only}.", hint=nearest(only, sorted(known)))
    return {only: known[only]} if only else known


def _commonest(session: Session) -> str:
    """The package most models belong to: a project's own, for packages bring fewer."""
    names = session.scalars(
        select(AliasRow.name).where(AliasRow.system == "dbt", AliasRow.name.like("model.%"))
    )
    counts = Counter(name.split(".")[1] for name in names)
    return min(counts, key=lambda package: (-counts[package], package), default="")
