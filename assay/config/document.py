"""assay.toml as a document: written with comments, edited without losing them, replaced in one step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_NAME = "assay.toml"

_NEW = """\
# Settings of Assay. What is said on the command line (--set money.currency=EUR) or in the environment
# (ASSAY_MONEY__CURRENCY=EUR) goes before this file; `assay config show` tells where each value comes from.
# Secrets never stand here, only where they are kept: "env:NAME" or "file:PATH".

[store]
# Assets, runs and roll-ups. SQLite by default; for a team, postgresql+psycopg://assay@host/assay
# url = "sqlite:///.assay/assay.db"

[facts]
# The query history in Parquet: a folder, or s3://bucket/prefix
# root = ".assay/facts"

[money]
# Prices where the account has no rate sheet. Without either, costs are told in credits alone.
# currency = "USD"
# price_per_credit = 3.00
# price_per_terabyte_month = 23.00

[privacy]
# Names of users: "hashed", or "plain" where your rules allow it
# user_names = "hashed"

# Queries that name no table of their own can be given to an asset by what sent them: by application, tag,
# role, warehouse or user (as stored). The first rule that fits decides.
# [[mapping.rules]]
# application = "Looker*"
# asset = "bi:acme:looker.dashboards"

# Connections follow; `assay connect snowflake --name acme --export FOLDER` adds one.
"""


def write_new(folder: Path) -> bool:
    """Write a commented assay.toml into the folder; False (and nothing written) where one stands already."""
    file = folder / FILE_NAME
    if file.exists():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made: {error.strerror}.",
            hint="Name a folder you may write with --dir.",
        ) from None
    _replace(file, _NEW)
    return True


def add_connection(folder: Path, name: str, kind: str, options: Mapping[str, object]) -> None:
    """Write or replace ``[connections.<name>]``, keeping all other text and comments of assay.toml."""
    _put(folder, "connections", name, {"kind": kind, **options})


def change_connection(folder: Path, name: str, kind: str, options: Mapping[str, object]) -> None:
    """Write ``[connections.<name>]``; where it stands already, set only these options and keep its others."""
    _put(folder, "connections", name, {"kind": kind, **options}, keep=True)


def add_channel(folder: Path, name: str, kind: str, options: Mapping[str, object]) -> None:
    """Write or replace ``[channels.<name>]``, keeping all other text and comments of assay.toml."""
    _put(folder, "channels", name, {"kind": kind, **options})


def add_budget(folder: Path, name: str, options: Mapping[str, object]) -> None:
    """Write or replace ``[budgets.<name>]``, keeping all other text and comments of assay.toml."""
    _put(folder, "budgets", name, options)


def add_repository(folder: Path, name: str, options: Mapping[str, object]) -> None:
    """Write or replace ``[cleanup.repositories.<name>]``, keeping all other text and comments of assay.toml."""
    _put(folder, "cleanup.repositories", name, options)


def set_options(folder: Path, section: str, options: Mapping[str, object]) -> None:
    """Set options of ``[<section>]``, keeping all other text and comments of assay.toml."""
    file = folder / FILE_NAME
    document = _document(file)
    document.setdefault(section, tomlkit.table()).update(options)
    _replace(file, tomlkit.dumps(document))


def _put(folder: Path, section: str, name: str, values: Mapping[str, object], *, keep: bool = False) -> None:
    """Write the table ``[<section>.<name>]``; with `keep` the options it has and that are not given stay."""
    file = folder / FILE_NAME
    document = _document(file)
    tables: Any = document
    for part in section.split("."):
        tables = tables.setdefault(part, tomlkit.table(is_super_table=True))
        if not isinstance(tables, dict):
            raise ConfigError(f"{file}: {section} is not a table.", hint=f"Write [{section}.NAME] tables.")
    if not keep or name not in tables:
        tables[name] = tomlkit.table()
    tables[name].update(values)
    _replace(file, tomlkit.dumps(document))


def add_rules(folder: Path, rules: Sequence[Mapping[str, str]]) -> None:
    """Add ``[[mapping.rules]]`` to assay.toml, after those that stand there, keeping all other text and comments."""
    file = folder / FILE_NAME
    document = _document(file)
    section = document.setdefault("mapping", tomlkit.table(is_super_table=True))
    listed = section.setdefault("rules", tomlkit.aot())
    if not isinstance(listed, AoT):
        raise ConfigError(
            f"{file}: mapping.rules is not a list of tables.", hint="Write [[mapping.rules]] tables."
        )
    for rule in rules:
        listed.append(tomlkit.item(dict(rule)))
    _replace(file, tomlkit.dumps(document))


def _document(file: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {file}.", hint=f"Run `assay init --dir {file.parent}` first."
        ) from None
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(
            f"{file} cannot be read: {error}", hint="Mend the file, then connect again."
        ) from None


def _replace(file: Path, text: str) -> None:
    """Put `text` in the file's place in one step: a reader sees the old or the new, never a half."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
            Path(temporary).chmod(mode)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error}", hint="Check the folder's rights and space."
        ) from None
