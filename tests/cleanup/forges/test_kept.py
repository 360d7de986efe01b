"""What the store keeps of pull requests, on each database: one that lives per step, and what its assets are by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.forge_proposals import NOW, OLD, OLDER, SET
from sqlalchemy.exc import IntegrityError

from assay.errors import StoreError
from assay.model.decisions import PullRequestState, Verdict
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from assay.model.usage import ReaderClass
from assay.store import pull_requests
from assay.store.keys import asset_ids
from assay.store.pull_requests import LastRead
from assay.store.tables import PullRequestRow, UsageRow, VerdictRow

if TYPE_CHECKING:
    from assay.store.engine import Store

AT = to_ms(NOW)


def row(
    made_ms: int = AT, state: PullRequestState = PullRequestState.PLANNED, step: str = "delete"
) -> PullRequestRow:
    """A pull request about one asset."""
    made = PullRequestRow(
        repository="shop", fingerprint=SET, step=step, branch=f"assay/cleanup-{SET}-{step}", number=None, url="",
        title="Remove", assets=[OLD], nodes=["model.shop.old"], base_sha="a", head_sha="", nano_per_month=1,
        evidence_ms=made_ms, made_ms=made_ms, details={},
    )  # fmt: skip
    pull_requests.settle(made, state, made_ms)
    return made


def test_a_step_of_a_set_lives_once(store: Store) -> None:
    """A second is refused by the database itself; when the first has ended there is room again."""
    with store.write() as session:
        first = pull_requests.add(session, row())
        pull_requests.add(session, row(step="disable"))
    with pytest.raises((IntegrityError, StoreError)), store.write() as session:
        pull_requests.add(session, row())
    with store.write() as session:
        kept = pull_requests.one(session, first.id)
        assert kept is not None
        pull_requests.settle(kept, PullRequestState.MERGED, AT + 1)
        second = pull_requests.add(session, row(AT + 2))
        key = pull_requests.live_key("shop", SET, "delete")
        found = pull_requests.of_key(session, key)

        assert found is not None
        assert second.id == found.id
        assert [second.id, first.id] == [
            one.id for one in pull_requests.of_branch(session, "shop", second.branch)
        ]
        assert [first.id] == [
            one.id for one in pull_requests.in_state(session, "shop", PullRequestState.MERGED)
        ]
        assert 2 == len(pull_requests.live(session, "shop"))
        assert [] == list(pull_requests.live(session, "other"))
        assert 1 == pull_requests.made_since(session, "shop", AT + 1)
        assert [first.id] == [
            one.id for one in pull_requests.recent(session, states=[PullRequestState.MERGED])
        ]


def test_standings_are_the_last_judgement_of_those_asked_for(store: Store) -> None:
    """With what may have read them; what was not judged is left out."""
    with store.write() as session:
        ids = asset_ids(session, [OLD, OLDER])
        session.add(
            VerdictRow(
                asset_id=ids[OLD], verdict="unknown", confidence="low", set_id="", place=0, last_read_ms=AT,
                reads={"maybe": 2, "person": 1}, nano_per_month=0, micro_per_month=None, currency="",
                reasons=["a statement names it"], warnings=[], judged_ms=AT,
            )
        )  # fmt: skip
    with store.read() as session:
        (standing,) = pull_requests.standings(session, [OLD, OLDER, "snowflake:x:y"]).values()
    assert (OLD, Verdict.UNKNOWN, 2, ("a statement names it",)) == (
        standing.asset, standing.verdict, standing.maybe, standing.reasons,
    )  # fmt: skip


def test_the_last_read_is_a_consumer_s(store: Store) -> None:
    """A pipeline that read it later does not count; unknown readers do."""
    reads = [("person", "", 1), ("unknown", "x", 2), ("pipeline", "dbt", 3), ("monitor", "", 4)]
    with store.write() as session:
        asset_id = asset_ids(session, [OLD])[OLD]
        for reader, tool, day in reads:
            at_ms = AT + day * DAY_MS
            session.add(
                UsageRow(
                    asset_id=asset_id, day_ms=floor_day_ms(at_ms), connection="s", reader_class=reader, tool=tool,
                    reads=1, readers=1, last_read_ms=at_ms,
                )
            )  # fmt: skip
    with store.read() as session:
        assert LastRead(AT + 2 * DAY_MS, ReaderClass.UNKNOWN, "x") == pull_requests.last_read(session, OLD)
        assert pull_requests.last_read(session, OLDER) is None
