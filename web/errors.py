"""What a person or a program sees when something is wrong: what, why and the next step."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from flask import Response, current_app, jsonify, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from assay.errors import AssayError, StoreError, UsageError
from assay.store import triage
from assay.store.faults import told
from web import hosts, state
from web.pages.base import NAVIGATION

if TYPE_CHECKING:
    from flask import Flask


def init(app: Flask) -> None:
    """One handler for our errors, one for the database's, one for HTTP's."""
    app.register_error_handler(AssayError, _ours)
    app.register_error_handler(SQLAlchemyError, _databases)
    app.register_error_handler(HTTPException, _http)


def _ours(error: AssayError) -> Response:
    return _answer(400 if isinstance(error, UsageError) else 503, error.message, error.hint)


def _databases(error: SQLAlchemyError) -> Response:
    """A store that fails while a page reads it is told; a mistake of ours goes on as one."""
    try:
        with told():
            raise error
    except StoreError as failure:
        return _ours(failure)


_SAID = {
    404: ("There is no page at this address.", "Find an asset by its name, or start from the overview."),
    405: ("Nothing can be changed here.", "Ask with GET: every page and every answer is read-only."),
    500: ("This is a mistake in Assay.", "Where it happened stands in the log of `assay serve`."),
}
"""What we say where nobody said anything of their own."""


def _http(error: HTTPException) -> Response:
    said = error.description if error.description != type(error).description else None
    what, hint = (said or error.name, "") if said or error.code not in _SAID else _SAID[error.code]
    response = _answer(error.code or 500, what, hint, _trace(error))
    more = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    response.headers.extend(more)  # a 405 says what is allowed
    return response


def _trace(error: HTTPException) -> str:
    """Where a mistake of ours was made, for those who work on the pages; '' for all others."""
    cause = getattr(error, "original_exception", None)
    return "".join(traceback.format_exception(cause)) if cause and current_app.debug else ""


def _troubles() -> int:
    """How many incidents are open; 0 where the store is what fails."""
    try:
        return triage.told_count(state.session())
    except (AssayError, SQLAlchemyError):
        return 0


def _around() -> dict[str, object]:
    """What stands around every page; nothing of the folder for those who ask under a foreign name."""
    if not hosts.is_ours():
        return {}
    return {"troubles": _troubles(), "unreadable": state.unreadable()}


def _answer(status: int, what: str, hint: str, trace: str = "") -> Response:
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "status": status, "title": what, "detail": hint}
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(
            render_template(
                "error.html",
                navigation=NAVIGATION,
                **_around(),
                status=status,
                what=what,
                hint=hint,
                trace=trace,
            )
        )
    response.status_code = status
    return response
