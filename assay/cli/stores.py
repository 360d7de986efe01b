"""The store and the files of facts of an Assay folder, open while a command works."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.facts.files import FactFiles
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.config import Settings


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store; StoreError when its schema is not this program's."""
    store = Store.open(settings.store.url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Store, FactFiles]]:
    """The store and the files of facts."""
    with opened_store(settings) as store:
        yield store, FactFiles(settings.facts.root, store)
