"""Forms that change something: only our own pages may send them, and each answer leads to a page that is read.

There is no sign-in yet and the dashboard answers on this machine alone, so what must be kept out is another site's
page in the same browser. Two locks do that, each enough by itself: the browser's own word on where a form comes from
(Origin, Sec-Fetch-Site), and a signed token that only our pages hold.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from flask import abort, current_app, redirect, request, url_for

from assay.errors import UsageError
from assay.incidents.caller import caller
from assay.model.time import HOUR_MS
from web.format import now_ms

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug import Response

FIELD = "token"
"""The hidden field every form of ours carries."""

LASTS_MS = 24 * HOUR_MS
MOST_BYTES = 200_000
LONGEST = 2_000
"""Characters of a field."""

_KEY = "assay.forms"
_READS = {"GET", "HEAD", "OPTIONS"}
_ASKED_IN_JSON = {"backfill_api.ask"}
"""What programs ask by POST: no browser sends JSON to another site without its leave, which is never given."""


def init(app: Flask) -> None:
    """Guard every request that is not a read, with a key that lives as long as this process."""
    app.extensions[_KEY] = secrets.token_bytes(32)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES)
    app.before_request(_guard)
    app.add_template_global(token, "form_token")


def token() -> str:
    """The token a page puts into its forms: when it was made, signed."""
    made = str(now_ms())
    return f"{made}.{_signature(made)}"


def field(name: str, most: int = LONGEST) -> str:
    """A field of the form as text without white space around it; UsageError where it cannot be kept."""
    text = request.form.get(name, "").strip()
    if len(text) > most:
        raise UsageError(f"{name} has more than {most:,} characters.", hint="Make it shorter.")
    if "\0" in text:
        raise UsageError(f"{name} holds a NUL character.", hint="Take it out.")
    return text


def numbers(name: str, most: int = 200) -> list[int]:
    """The whole numbers of that name in the form, each once; UsageError where one is none, or where there are none."""
    said = request.form.getlist(name)
    if not said or len(said) > most or not all(text.isdecimal() and len(text) < 16 for text in said):  # noqa: PLR2004 - digits of an id
        raise UsageError(
            "Nothing that can be acted on was chosen.", hint="Choose lines of the list, then act."
        )
    return sorted(set(map(int, said)))


def actor() -> str:
    """Who acts: whoever runs this process, since nobody signs in; '' where the system does not know them."""
    return caller()


def leads_to(endpoint: str, done: str, count: int = 1, **values: object) -> Response:
    """The answer to a form that did its work: the page to read next, which says what was done."""
    return redirect(url_for(endpoint, **{**values, "done": done, "n": count}), 303)  # type: ignore[arg-type]  # URL values


def _guard() -> None:
    """Refuse what would change something and did not come from a page of ours."""
    if request.method in _READS or request.routing_exception is not None or _is_question():
        return
    if not _is_ours():
        abort(
            403, "This form was not sent by a page of this dashboard. Open the page here and send it again."
        )
    if not _is_signed(request.form.get(FIELD, "")):
        abort(
            403,
            "This page is older than the dashboard's process, or than a day. Nothing was changed: "
            "go back, load the page anew and send it again.",
        )


def _is_ours() -> bool:
    """Whether the browser says that the form comes from this very address; one that says nothing is not believed."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return False
    here = {f"http://{request.host.lower()}", f"https://{request.host.lower()}"}
    return (origin is None or origin.lower() in here) and site in {None, "same-origin"}


def _is_question() -> bool:
    """Whether a program asks in JSON; a browser may only from a page of ours."""
    if request.endpoint not in _ASKED_IN_JSON or request.mimetype != "application/json":
        return False
    from_browser = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    return _is_ours() or not from_browser


def _is_signed(said: str) -> bool:
    made, _, signature = said.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(made).encode()):
        return False
    return 0 <= now_ms() - int(made) <= LASTS_MS


def _signature(made: str) -> str:
    key: bytes = current_app.extensions[_KEY]
    return hmac.new(key, made.encode(), hashlib.sha256).hexdigest()
