"""Every answer is held to the same manners: its headers, its host, its methods, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import shop

from web import create_app
from web.csp import HEADERS, POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ANSWERS = {
    "/": 200, "/assets": 200, "/costs": 200, "/costs.csv": 200, "/connections": 200, "/healthz": 200,
    "/incidents": 200, "/incidents/1": 200, "/checks": 200, "/checks/new": 200, "/alerts": 200,
    "/api/v1/incidents": 200, "/api/v1/incidents/1": 200, "/api/v1/checks": 200, "/api/v1/alerts": 200,
    "/incidents/999": 404, "/incidents/99999999999999999999": 404, "/incidents/x": 404, "/checks/new?kind=x": 400,
    "/incidents?sort=moon": 400, "/readyz": 200, "/api/v1/overview": 200, "/api/v1/assets": 200, "/api/v1/costs": 200,
    "/api/v1/connections": 200, "/static/css/assay.css": 200, "/static/vendor/htmx-4.0.1.min.js": 200,
    "/static/../web/app.py": 404, "/static/no.css": 404, "/nothing": 404, "/assets/no": 404,
    "/api/v1/nothing": 404, "/api/v1/assets/no": 404, "/costs?by=moon": 400, "/api/v1/costs?by=moon": 400,
    "/unused": 200, "/unused?sort=moon": 400, "/unused/sets/x": 404, "/api/v1/unused": 200, "/actions": 200,
    "/api/v1/findings": 200, "/api/v1/savings": 200, "/budgets": 200, "/budgets?month=moon": 400, "/budgets/x": 404,
    "/api/v1/budgets": 200, "/api/v1/budgets/x": 404, "/backfill": 200, "/backfill/x": 404, "/api/v1/quotes": 200,
    "/api/v1/quotes/x": 404, "/api/v1/unused/sets/x": 404,
}  # fmt: skip


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_carries_the_policy(full: FlaskClient, path: str, status: int) -> None:
    """Pages, data, files and errors alike: a browser may run nothing but our own files."""
    answer = full.get(path, buffered=True)
    assert answer.status_code == status
    assert {name: answer.headers.get_all(name) for name in HEADERS} == {n: [v] for n, v in HEADERS.items()}


def test_the_policy_allows_no_inline_code() -> None:
    """What is not named is forbidden, and nothing unsafe is named."""
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert "frame-ancestors 'none'" in POLICY


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8080"]
)
def test_this_machines_own_names_are_answered(full: FlaskClient, host: str) -> None:
    """With a port or without."""
    assert full.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", [
    "assay.example", "127.0.0.1.example", "localhost.example:8080", "10.0.0.1", "[::2]", "example:80@127.0.0.1",
    "127.0.0.1:8080:example", "", "127.0.0.1/..", "localhost\\example",
])  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/api/v1/overview", "/static/css/assay.css", "/healthz", "/nothing"])
def test_a_foreign_name_is_refused(full: FlaskClient, host: str, path: str) -> None:
    """A page elsewhere whose name points at this machine gets nothing to read (DNS rebinding)."""
    answer = full.get(path, headers={"Host": host})
    assert answer.status_code in {400, 421}
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "shop" not in answer.text
    assert 'class="badge"' not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/", "/assets", "/costs", "/api/v1/overview", "/api/v1/incidents", "/readyz"]
)
def test_nothing_can_be_changed(full: FlaskClient, path: str, method: str) -> None:
    """Only reading is allowed, and the answer says so."""
    answer = full.open(path, method=method, data="x=1")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_page_is_an_error_page_and_the_api_a_problem(full: FlaskClient) -> None:
    """Each asker is answered in its own form, with what, and the next step."""
    page, problem = full.get("/costs?by=moon"), full.get("/api/v1/costs?by=moon")
    assert page.mimetype == "text/html"
    assert "Choose one of warehouse" in page.text
    assert 'class="badge"' in page.text
    assert problem.mimetype == "application/problem+json"
    told = problem.get_json()
    assert (told["status"], told["title"]) == (400, "Costs cannot be told by 'moon'.")
    assert told["detail"].startswith("Choose one of")


def test_a_fault_of_ours_shows_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A programming error is a 500 with the policy and without our insides."""

    def _broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret insides")

    app = create_app(shop.folder(tmp_path, filled=False))
    monkeypatch.setitem(app.view_functions, "costs.page", _broken)
    app.logger.disabled = True
    answer = app.test_client().get("/costs", headers={"Host": "127.0.0.1"})
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "secret insides" not in answer.text
    assert "Traceback" not in answer.text


def test_a_fault_of_ours_is_shown_to_those_who_work_on_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In development the same 500 says where the mistake is, as text."""

    def _broken(*_: object, **__: object) -> None:
        raise RuntimeError("<b>insides</b>")

    app = create_app(shop.folder(tmp_path, filled=False), dev=True)
    monkeypatch.setitem(app.view_functions, "costs.page", _broken)
    app.logger.disabled = True
    answer = app.test_client().get("/costs", headers={"Host": "127.0.0.1"})
    assert answer.status_code == 500
    assert "RuntimeError: &lt;b&gt;insides" in answer.text


def test_settings_said_by_flag_go_before_the_folders(tmp_path: Path) -> None:
    """The store named on the command line is the one that is served."""
    filled, empty = tmp_path / "filled", tmp_path / "empty"
    for folder in (filled, empty):
        folder.mkdir()
    shop.folder(filled)
    url = shop.url_of(filled)
    app = create_app(shop.folder(empty, filled=False), overrides={"store.url": url})
    told = app.test_client().get("/api/v1/assets", headers={"Host": "127.0.0.1"}).get_json()
    assert told["total"] > 0
