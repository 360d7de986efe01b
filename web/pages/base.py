"""What every page does first: read its question from the URL."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for

from assay.errors import UsageError
from assay.store.search import FACETS
from web import ask, state
from web import format as formats

NAVIGATION = (
    ("overview.page", "Overview"),
    ("assets.page", "Assets"),
    ("costs.page", "Costs"),
    ("connections.page", "Connections"),
)
ASKED = ("days", "from", "to", "unit", "by", "hops", "q", "sort", "page", *FACETS)
"""The names a query may hold. Others never get into a link: url_for has some of its own (_scheme, _external)."""

MOST_VALUES = 100
"""How many values of one name a query may hold."""


def asked() -> ask.Ask:
    """The question of this request; figures are formatted in its unit from here on."""
    _refuse_unreadable()
    question = ask.read(request.args, state.session(), formats.now_ms())
    g.credits_only = question.in_credits
    return question


def rendered(template: str, **values: Any) -> str:  # noqa: ANN401 - a template takes anything
    """The page, with what every template may use."""
    return render_template(template, navigation=NAVIGATION, url_with=url_with, twin=_twin(), **values)


def _twin() -> str:
    """The address of the same figures as JSON."""
    return url_for(f"v1.{request.blueprint}_json", **{**(request.view_args or {}), **url_with()})


def url_with(**changes: object) -> dict[str, Any]:
    """The query of this URL with some of it changed; None takes a parameter out."""
    kept = {name: request.args.getlist(name) for name in ASKED if name in request.args}
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}


def _refuse_unreadable() -> None:
    """Refuse what a database cannot take as text, or only in pieces."""
    if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
        raise UsageError("The address holds a NUL character.", hint="Take %00 out of it.")
    if any(len(values) > MOST_VALUES for _, values in request.args.lists()):
        raise UsageError(f"A name stands more than {MOST_VALUES} times.", hint="Choose fewer values.")
