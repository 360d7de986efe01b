"""A process tells whether it is alive, and whether it can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import shop
from sqlalchemy import text

from assay.errors import StoreError
from assay.store.engine import HEAD, Store
from web import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

HOST = {"Host": "127.0.0.1"}


def test_a_sound_folder_is_ready(full: FlaskClient) -> None:
    """Alive and ready."""
    assert full.get("/healthz").get_json() == {"status": "ok"}
    assert full.get("/readyz").get_json() == {"status": "ready"}


def test_what_was_counted_is_served_as_text(full: FlaskClient) -> None:
    """For whoever scrapes it: each metric with its meaning, and no more than this process counted."""
    answer = full.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    assert "# HELP assay_step_seconds Duration of a step of the cycle" in answer.text


def test_a_store_of_another_revision_is_not_ready(tmp_path: Path) -> None:
    """Changed under a running dashboard, it says 503 with the next step; it is still alive."""
    folder = shop.folder(tmp_path, filled=False)
    client = create_app(folder).test_client()
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz", headers=HOST)
    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "not ready",
        "reason": f"the store is at revision 0000, this program needs {HEAD}",
        "next": "Run `assay db upgrade`.",
    }
    assert client.get("/healthz", headers=HOST).status_code == 200


def test_a_folder_without_a_store_cannot_be_served(tmp_path: Path) -> None:
    """It is told before anything is served."""
    with pytest.raises(StoreError, match="no store"):
        create_app(tmp_path)


def test_a_store_that_went_away_is_told(tmp_path: Path) -> None:
    """A file that is no database any more: 503 with a next step, on a page and in its twin."""
    folder = shop.folder(tmp_path, filled=False)
    client = create_app(folder).test_client()
    for file in (folder / ".assay").iterdir():
        file.write_bytes(b"nothing of a database " * 1000)
    for path in ("/", "/api/v1/overview", "/readyz"):
        answer = client.get(path, headers=HOST)
        assert answer.status_code == 503, answer.text
        assert "restore" in answer.text or "store.url" in answer.text
