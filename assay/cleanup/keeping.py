"""Keeping in the store how far a pull request has come, while it is being followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.time import to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from datetime import datetime

    from assay.cleanup.pull_request import Place
    from assay.model.decisions import PullRequestState
    from assay.store.tables import PullRequestRow

WITHDRAWING, RENEWING, HELD, UNDRESSED, MERGED_AS = (
    "withdrawing",
    "renewing",
    "held",
    "undressed",
    "merge_sha",
)
"""Details of a row: the words it is being withdrawn with, the base it is being brought to, whether it is on hold, why
it has not all labels and reviewers, and the commit it became."""


def settle(place: Place, row: PullRequestRow, state: PullRequestState, at: datetime, **details: str) -> None:
    """Put a pull request into a state, in the store and in `row`, with these details beside those it has."""
    with place.store.write() as session:
        kept = pull_requests.one(session, row.id)
        if kept is not None:
            pull_requests.settle(kept, state, to_ms(at))
            kept.details = kept.details | details
            row.state, row.changed_ms, row.live_key = kept.state, kept.changed_ms, kept.live_key
            row.details = kept.details


def note(place: Place, row: PullRequestRow, name: str, value: str | None) -> None:
    """Keep a detail, or forget it."""
    with place.store.write() as session:
        kept = pull_requests.one(session, row.id)
        if kept is not None:
            rest = {key: one for key, one in kept.details.items() if key != name}
            kept.details = rest if value is None else rest | {name: value}
            row.details = kept.details
