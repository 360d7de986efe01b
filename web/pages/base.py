"""What every page does first: read its question from the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, g, render_template, request, url_for

from assay.errors import UsageError
from assay.store import check_list, incidents, search, triage, verdict_list
from web import ask, state
from web import format as formats
from web.notices import notice

if TYPE_CHECKING:
    from collections.abc import Mapping

NAVIGATION = (
    ("overview.page", "Overview"),
    ("incidents.page", "Incidents"),
    ("assets.page", "Assets"),
    ("costs.page", "Costs"),
    ("budgets.page", "Budgets"),
    ("unused.page", "Unused"),
    ("actions.page", "Actions"),
    ("backfill.page", "Backfill"),
    ("checks.page", "Checks"),
    ("alerts.page", "Alerts"),
    ("connections.page", "Connections"),
)
ASKED = (
    *("days", "from", "to", "unit", "by", "hops", "q", "sort", "page", "within"),
    *dict.fromkeys(
        (*search.FACETS, *incidents.FACETS, *check_list.FACETS, *verdict_list.FACETS, "channel", "month")
    ),
)
"""The names a query may hold. Others never get into a link: url_for has some of its own (_scheme, _external)."""

LONGEST_WORDS = 200
"""Characters of what is searched for."""

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
    return render_template(
        template,
        navigation=NAVIGATION,
        troubles=triage.told_count(state.session()),
        unreadable=state.unreadable(),
        notice=notice(request.args),
        url_with=url_with,
        twin=_twin(),
        **values,
    )


def _twin() -> str:
    """The address of the same figures as JSON; '' where a page has no figures, as a form."""
    endpoint = f"v1.{request.blueprint}_json"
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **{**(request.view_args or {}), **url_with()})


def words_of(args: Mapping[str, str]) -> str:
    """The words a list is searched by."""
    return args.get("q", "").strip()[:LONGEST_WORDS]


def last_page(number: int, total: int, size: int) -> UsageError:
    """The error of a page that a list does not have."""
    last = max(1, -(-total // size))
    return UsageError(f"There is no page {number} of this list.", hint=f"Its last page is {last}.")


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
