"""What `assay doctor` examines apart from the connections: installation, settings, store and disk."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import assay
from assay.cli.figures import size
from assay.errors import AssayError
from assay.facts.files import FactFiles
from assay.registry import CHANNELS, CHECKS, COLLECTORS, Registry
from assay.store import health
from assay.store.engine import Store
from collectors.base import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.config import Settings

OURS = ("checks", "collectors", "costs", "web")
LIBRARIES = ("duckdb", "pyarrow", "sqlalchemy", "sqlglot", "snowflake-connector-python")
LEAST_FREE_BYTES = 2_000_000_000


def examine_installation() -> Iterator[Finding]:
    """The program, its main libraries and plug-ins, and whether another package overwrote ours."""
    found = f"{assay.__version__}, Python {platform.python_version()}"
    yield Finding("assay", ok=True, detail=found)
    yield from (_library(name) for name in LIBRARIES)
    yield from (_not_shadowed(name) for name in OURS)
    registry = Registry()
    for group in (COLLECTORS, CHECKS, CHANNELS):
        yield from (_plugin(registry, group, name) for name in registry.names(group))


def examine_folder(settings: Settings) -> Iterator[Finding]:
    """The store's schema and wholeness, the files of facts it lists, and the space left where both are kept."""
    yield _connections(settings)
    if settings.store.url.startswith("sqlite"):
        risk = health.sqlite_warning()
        yield Finding("SQLite", ok=True, detail=risk or sqlite3.sqlite_version, warning=bool(risk))
    yield from _store(settings)
    for name, place in _places(settings).items():
        yield _space(name, place)


def _library(name: str) -> Finding:
    try:
        return Finding(name, ok=True, detail=version(name))
    except PackageNotFoundError:
        return Finding(
            name, ok=False, detail="not installed", fix="Install Assay again, in an environment of its own."
        )


def _not_shadowed(name: str) -> Finding:
    """Our packages have plain names; another distribution may have written over one of them."""
    spec = importlib.util.find_spec(name)
    found = Path(spec.origin) if spec and spec.origin else None
    home = Path(assay.__file__).parents[1]
    if found is not None and found.parents[1] == home:
        return Finding(f"package {name}", ok=True, detail="ours")
    return Finding(
        f"package {name}",
        ok=False,
        detail=f"another package stands in its place: {found or 'none'}",
        fix="Install Assay in an environment of its own.",
    )


def _plugin(registry: Registry, group: str, name: str) -> Finding:
    try:
        registry.load(group, name)
    except AssayError as error:
        return Finding(f"{group} {name}", ok=False, detail=error.message, fix=error.hint)
    return Finding(f"{group} {name}", ok=True, detail="loads")


def _connections(settings: Settings) -> Finding:
    count = len(settings.connections)
    if not count:
        step = f"assay connect snowflake --name acme --export FOLDER --dir {settings.folder}"
        return Finding("settings", ok=True, detail="there is no connection yet", fix=step, warning=True)
    return Finding("settings", ok=True, detail=f"{count} connection{'s' if count > 1 else ''}")


def _store(settings: Settings) -> Iterator[Finding]:
    name = "store"
    try:
        with Store.open(settings.store.url) as store:
            yield _whole(store)
            name = "facts"
            yield _facts(settings, store)
    except AssayError as error:
        yield Finding(name, ok=False, detail=error.message, fix=error.hint)


def _whole(store: Store) -> Finding:
    faults = health.faults(store)
    if faults:
        return Finding("store", ok=False, detail=faults[0], fix="Restore the store from a backup.")
    return Finding("store", ok=True, detail="whole, and its schema is this program's")


def _facts(settings: Settings, store: Store) -> Finding:
    """Whether each file of facts that the store lists is there; StoreError when one is not."""
    with store.read() as session:
        FactFiles(settings.facts.root, store).expect_all(session)
    return Finding("facts", ok=True, detail="every file the store lists is there")


def _places(settings: Settings) -> dict[str, Path]:
    """The local folders things are kept in."""
    places = {"disk": settings.work_folder}
    if "://" not in settings.facts.root:
        places["disk of facts"] = Path(settings.facts.root)
    return places


def _space(name: str, place: Path) -> Finding:
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    return Finding(
        name,
        ok=free >= LEAST_FREE_BYTES,
        detail=f"{size(free)} free at {there}",
        fix=f"Free some space there; less than {size(LEAST_FREE_BYTES)} is left.",
    )
