"""What a database says when it fails, told as a `StoreError` with the next step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from assay.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEXT_STEPS = (
    ("locked", "Another process has held the store for too long; see what it does, then try again."),
    ("disk is full", "Free space where the store is kept, then run again; nothing stored was lost."),
    ("no space left", "Free space where the store is kept, then run again; nothing stored was lost."),
    ("readonly", "Give this user the right to write the store's file and its folder."),
    ("unable to open", "Check that the folder of the store exists and may be written."),
    ("malformed", "The file is damaged: restore it from a backup."),
    ("not a database", "The file is no SQLite database: check store.url."),
    ("authentication", "Check the user and the password of store.url."),
    ("does not exist", "Check the database's name in store.url, and that `assay db upgrade` was run."),
)
_ELSE = "Check that the database runs and that store.url names it; `assay doctor` tries it."


@contextmanager
def told(where: str = "") -> Iterator[None]:
    """Turn a failure of the database (not a mistake of ours) into a StoreError naming `where` it is kept."""
    store = f"The store {where}".rstrip()
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError(f"{store} has every connection in use.", hint=_ELSE) from error
    except (OperationalError, InterfaceError) as error:
        raise StoreError(f"{store} cannot be used: {_said(error)}", hint=_next_step(error)) from error
    except DBAPIError as error:
        if "malformed" not in str(error.orig) and "not a database" not in str(error.orig):
            raise
        raise StoreError(f"{store} cannot be used: {_said(error)}", hint=_next_step(error)) from error


def _said(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__


def _next_step(error: DBAPIError) -> str:
    said = str(error.orig).lower()
    return next((step for words, step in _NEXT_STEPS if words in said), _ELSE)
