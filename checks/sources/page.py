"""Checks authored on a page: kept in the store alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.model.checks import CheckSource
from assay.registry import CHECKS
from assay.store import checks as stored
from assay.store.tables import CheckRow
from checks import sql
from checks.columns import dialect_named
from checks.sources.declaring import DeclarationError, declare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from assay.model.checks import Check
    from assay.registry import Registry

_SQL: dict[str, Callable[[str, str], object]] = {"sql": sql.reading, "where": sql.condition}
"""The options that hold SQL, whatever the kind, with what reads them in a dialect."""


def kinds(registry: Registry) -> list[str]:
    """The kinds a page may make: those whose config is no code. This imports them."""
    return [name for name in registry.names(CHECKS) if registry.load(CHECKS, name).from_page]


def drafted(name: str, given: Mapping[str, Any], registry: Registry) -> Check:
    """What a form says as a check, not kept yet; DeclarationError whose `key` is the field that is wrong.

    `given` has asset and kind, may have severity, owner, description and every, and all else are the kind's options.
    """
    kind = str(given.get("kind", ""))
    if kind in registry.names(CHECKS) and not registry.load(CHECKS, kind).from_page:
        raise DeclarationError(
            f"A check of kind {kind} is code, which no page takes.",
            hint="Write it into the checks folder beside assay.toml.",
            key="kind",
        )
    check = declare(name, given, registry, lambda _: "the form", CheckSource.PAGE).check
    _read_sql(check)
    return check


def _read_sql(check: Check) -> None:
    """Read the SQL of the form: whoever wrote it sits before it now, and not when the next cycle finds it amiss."""
    dialect = dialect_named(check.asset.platform)
    for option, read in _SQL.items():
        if text := check.config.get(option):
            try:
                read(text, dialect)
            except sql.SqlError as error:
                raise DeclarationError(error.message, hint=error.hint, key=option) from None


def add(session: Session, check: Check, now_ms: int) -> None:
    """Keep a drafted check, or what it says now; DeclarationError when its name is another source's check."""
    other = session.scalar(select(CheckRow).where(CheckRow.name == check.name))
    if other is not None and other.removed_ms is None and other.source != CheckSource.PAGE:
        raise DeclarationError(
            f"There is already a check named {check.name}, from {other.source}.",
            hint="Choose another name: its results are kept by it.",
            key="name",
        )
    stored.save(session, [check], now_ms)


def remove(session: Session, name: str, now_ms: int) -> bool:
    """Mark a check of the page as removed; whether there was one."""
    row = session.scalar(
        select(CheckRow).where(
            CheckRow.name == name, CheckRow.source == CheckSource.PAGE, CheckRow.removed_ms.is_(None)
        )
    )
    if row is None:
        return False
    row.removed_ms = now_ms
    return True
