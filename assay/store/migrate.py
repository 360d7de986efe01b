"""The schema's versions: upgrade, downgrade, and where a store stands. The scripts are alembic's."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

import assay
from alembic import command
from assay.errors import StoreError
from assay.store.engine import make_engine, revision
from assay.store.faults import told
from assay.store.urls import shown, sqlite_file, store_url

if TYPE_CHECKING:
    from collections.abc import Callable


def scripts() -> Path:
    """The folder of the migrations: inside the installed package, else beside it in the source tree."""
    package = Path(assay.__file__).parent
    for folder in (package / "_alembic", package.parent / "alembic"):
        if (folder / "env.py").is_file():
            return folder
    raise StoreError("The migrations are missing from this installation.", hint="Install Assay again.")


def upgrade(url: str, to: str = "head") -> None:
    """Bring the schema up to a revision; a SQLite file and its folder are made when missing."""
    file = sqlite_file(store_url(url))
    if file is not None:
        _make_folder(file.parent)
    _run(url, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str) -> None:
    """Take the schema back to a revision ('base' for nothing); what only newer tables held is lost."""
    _run(url, lambda config: command.downgrade(config, to))


def check(url: str) -> None:
    """StoreError when the tables in the program and in the store differ."""
    _run(url, command.check)


def current(url: str) -> str | None:
    """The revision of the store at `url`; None when it is empty or not there."""
    parsed = store_url(url)
    file = sqlite_file(parsed)
    if file is not None and not file.is_file():
        return None
    engine = make_engine(parsed)
    try:
        with told(shown(parsed)), engine.execution_options(assay_writes=False).connect() as connection:
            return revision(connection)
    finally:
        engine.dispose()


def head() -> str:
    """The newest revision among the scripts."""
    newest = ScriptDirectory(str(scripts())).get_current_head()
    if newest is None:
        raise StoreError("There are no migrations in this installation.", hint="Install Assay again.")
    return newest


def _run(url: str, work: Callable[[Config], None]) -> None:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["url"] = url  # not an option: those interpolate %, and a password may hold one
    try:
        with told(shown(store_url(url))):
            work(config)
    except CommandError as error:
        raise StoreError(
            f"The store's schema cannot be changed: {error}",
            hint="Use the newest Assay that has opened this store, or restore a backup.",
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The store's folder {folder} cannot be made: {error.strerror}",
            hint="Choose a folder you may write, as store.url or with --dir.",
        ) from error
