"""What every page does first: read its question from the URL."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request

from web import ask, format, state

NAVIGATION = (
    ("overview.page", "Overview"),
    ("assets.page", "Assets"),
    ("costs.page", "Costs"),
    ("connections.page", "Connections"),
)


def asked() -> ask.Ask:
    """The question of this request; figures are formatted in its unit from here on."""
    question = ask.read(request.args, state.session(), format.now_ms())
    g.credits_only = question.in_credits
    return question


def rendered(template: str, **values: Any) -> str:  # noqa: ANN401 - a template takes anything
    """The page, with what every template may use."""
    return render_template(template, navigation=NAVIGATION, url_with=url_with, **values)


def url_with(**changes: object) -> dict[str, Any]:
    """The query of this URL with some of it changed; None takes a parameter out."""
    kept = {**request.args.to_dict(flat=False), **changes}
    return {name: value for name, value in kept.items() if value is not None}
