"""Proposals about the small project, a place to propose them in, and a process of its own that opens one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fakes.forge_project import CHANGES

from assay.cleanup.forges import forge_of
from assay.cleanup.forges.client import Pace
from assay.cleanup.proposal import Candidate, Proposal, Step
from assay.cleanup.pull_request import Place, open_request
from assay.config.decisions import CleanupSettings, RepositorySettings
from assay.model.decisions import Verdict
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cleanup.forges.base import Changes

SET = "0123456789ab"
OLD, OLDER = "snowflake:acme:shop.marts.old", "snowflake:acme:shop.marts.older"
NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate as the body tells it."""

    name: str
    passed: bool | None
    detail: str


def candidate(name: str, asset: str, upstream: tuple[str, ...] = ()) -> Candidate:
    """A model nobody reads, at two credits a month."""
    return Candidate(
        unique_id=f"model.shop.{name}",
        name=name,
        asset=asset,
        verdict=Verdict.UNUSED if name == "older" else Verdict.DEAD_END,
        path=f"models/{name}.sql",
        last_read=NOW - timedelta(days=200),
        reads={"pipeline": 90, "bi_tool": 0},
        builds=30,
        nano_per_month=2_000_000_000,
        micro_per_month=6_000_000,
        currency="USD",
        bytes=1_500_000,
        since=NOW - timedelta(days=400),
        owner="team-shop",
        upstream=upstream,
    )


def proposal(
    base_sha: str,
    now: datetime = NOW,
    step: Step = Step.DELETE,
    changes: Changes | None = None,
    fingerprint: str = SET,
) -> Proposal:
    """Both old models, leaves first."""
    return Proposal(
        fingerprint=fingerprint,
        step=step,
        models=(
            candidate("older", OLDER, ("model.shop.old",)),
            candidate("old", OLD, ("model.shop.orders",)),
        ),
        base_sha=base_sha,
        changes=CHANGES if changes is None else changes,
        evidence_at=now - timedelta(hours=2),
        window_days=90,
        coverage=0.989,
        gates=(
            Gate("set closed", True, "no other resource reads them"),
            Gate("dbt parse", None, "no dbt here"),
        ),
        also=("tests/older_is_fresh.sql",),
        sql='drop table shop.marts."OLDER";',
        parse_verified=True,
    )


def place(store: Store, repository: RepositorySettings, pace: Pace, **settings: object) -> Place:
    """The shop's repository, with settings that delete at once unless told otherwise."""
    chosen = CleanupSettings.model_validate({"mode": "delete", **settings})
    return Place(store, forge_of(repository, pace), "shop", repository, chosen)


def open_alone(url: str, repository: RepositorySettings, base_sha: str, secrets: Mapping[str, str]) -> None:
    """Open the proposal in this process, which may be killed in the midst of it."""
    os.environ.update(secrets)
    pace = Pace(0, lambda _: None, lambda: 0.0, NOW.timestamp)
    with Store.open(url) as store:
        open_request(place(store, repository, pace), proposal(base_sha), NOW)
