"""What speaks against proposing something now: limits, a "no" that still holds, and the wait between two steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.cleanup.proposal import Step
from assay.errors import AssayError
from assay.model.decisions import PullRequestState
from assay.model.time import DAY_MS, from_ms, to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.cleanup.proposal import Proposal
    from assay.config.decisions import CleanupSettings
    from assay.store.tables import PullRequestRow

STOPPED = "stopped"
"""The detail of a disabled set that was read after all: why it is not deleted."""


class NotProposedError(AssayError):
    """It may not be proposed now."""


def check(
    session: Session, repository: str, proposal: Proposal, settings: CleanupSettings, now: datetime
) -> None:
    """NotProposedError for the first reason that speaks against opening a proposal that is not open yet."""
    _size_and_age(proposal, settings, now)
    _noes(session, repository, proposal.assets, proposal.fingerprint, settings, now)
    _order(session, repository, proposal, settings, now)
    live = pull_requests.live(session, repository)
    _overlap(live, proposal)
    if len(live) >= settings.max_open:
        raise NotProposedError(
            f"{len(live)} pull requests are open in {repository} already; max_open is {settings.max_open}.",
            hint="Merge or close one of them.",
        )
    today = pull_requests.made_since(session, repository, to_ms(now - timedelta(days=1)) + 1)
    if today >= settings.per_day:
        raise NotProposedError(
            f"{today} pull requests were opened in {repository} in the last 24 hours; per_day is {settings.per_day}.",
            hint="The next one comes when a day has passed.",
        )


def closed(
    session: Session, repository: str, assets: Collection[str], settings: CleanupSettings, now: datetime
) -> list[PullRequestRow]:
    """The pull requests about any of these assets whose closing is still a no, newest first."""
    since = to_ms(now) - settings.closed_is_no_days * DAY_MS
    wanted = set(assets)
    rows = pull_requests.in_state(session, repository, PullRequestState.CLOSED)
    return [row for row in rows if row.changed_ms > since and not wanted.isdisjoint(row.assets)]


def next_step(
    session: Session, repository: str, fingerprint: str, settings: CleanupSettings, now: datetime
) -> Step | datetime | None:
    """What is to be proposed of a dead set: a step, the moment from which it is (while it waits), or nothing more."""
    merged = [
        row
        for row in pull_requests.in_state(session, repository, PullRequestState.MERGED)
        if row.fingerprint == fingerprint
    ]
    if any(row.step == Step.DELETE for row in merged):
        return None
    if settings.mode == "delete":
        return Step.DELETE
    disabled = next((row for row in merged if row.step == Step.DISABLE), None)
    if disabled is None:
        return Step.DISABLE
    if disabled.details.get(STOPPED):
        return None
    until = from_ms(disabled.changed_ms + settings.wait_days * DAY_MS)
    return Step.DELETE if now >= until else until


def due(session: Session, repository: str, settings: CleanupSettings, now: datetime) -> list[PullRequestRow]:
    """The merged pull requests that disabled something whose wait is over: each is to be followed by a deletion.

    Their `nodes` and `assets` are what goes; what is proposed already or was refused is left out.
    """
    rows = pull_requests.in_state(session, repository, PullRequestState.MERGED)
    live = {row.fingerprint for row in pull_requests.live(session, repository)}
    return [
        row
        for row in rows
        if row.step == Step.DISABLE
        and row.fingerprint not in live
        and next_step(session, repository, row.fingerprint, settings, now) is Step.DELETE
        and not closed(session, repository, row.assets, settings, now)
    ]


def _size_and_age(proposal: Proposal, settings: CleanupSettings, now: datetime) -> None:
    if len(proposal.models) > settings.max_models:
        raise NotProposedError(
            f"It is about {len(proposal.models)} models; max_models is {settings.max_models}.",
            hint="Propose a part of the set that is closed in itself, leaves first.",
        )
    age = now - proposal.evidence_at
    if age > timedelta(hours=settings.evidence_hours):
        raise NotProposedError(
            f"The evidence is of {proposal.evidence_at:%Y-%m-%d %H:%M} UTC: more than {settings.evidence_hours} h old.",
            hint="Run `assay run` first, so that what is read today is known.",
        )


def _noes(  # noqa: PLR0913, PLR0917 - the parts of one question
    session: Session,
    repository: str,
    assets: Collection[str],
    fingerprint: str,
    settings: CleanupSettings,
    now: datetime,
) -> None:
    since = to_ms(now) - settings.closed_is_no_days * DAY_MS
    same = [
        row
        for row in pull_requests.in_state(session, repository, PullRequestState.CLOSED)
        if row.fingerprint == fingerprint and row.changed_ms > since
    ]
    for row in [*closed(session, repository, assets, settings, now), *same]:
        until = from_ms(row.changed_ms + settings.closed_is_no_days * DAY_MS)
        raise NotProposedError(
            f"#{row.number} about the same was closed unmerged on {from_ms(row.changed_ms):%Y-%m-%d}: that is a no "
            f"until {until:%Y-%m-%d}.",
            hint="Open that pull request again if it was closed by mistake.",
        )


def _order(
    session: Session, repository: str, proposal: Proposal, settings: CleanupSettings, now: datetime
) -> None:
    step = next_step(session, repository, proposal.fingerprint, settings, now)
    if step is proposal.step or (proposal.step is Step.DISABLE and settings.mode == "delete"):
        return  # what only may be disabled is, in either mode
    if step is None:
        raise NotProposedError(
            "It is done, or was read after it was disabled.", hint="See `assay cleanup list`."
        )
    if isinstance(step, Step):
        raise NotProposedError(
            f"The next step is to {step.value} it, not to {proposal.step.value} it.",
            hint='mode = "two_step" of [cleanup] disables first; "delete" deletes at once.',
        )
    raise NotProposedError(
        f"It was disabled, and waits until {step:%Y-%m-%d %H:%M} UTC.",
        hint="wait_days of [cleanup] says how long.",
    )


def _overlap(live: Sequence[PullRequestRow], proposal: Proposal) -> None:
    wanted = set(proposal.assets)
    for row in live:
        if not wanted.isdisjoint(row.assets):
            raise NotProposedError(
                f"{row.title} ({row.url or row.branch}) is about some of the same models.",
                hint="Merge or close it first.",
            )
