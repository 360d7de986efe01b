"""What becomes of a pull request: merged, closed, withdrawn on a read, brought up to date, or left to people."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.forge_project import CHANGES, KEPT
from fakes.forge_proposals import NOW, OLD, OLDER, SET, place, proposal
from fakes.forge_server import Given, Trouble

from assay.cleanup.forges.errors import BrokenError
from assay.cleanup.lifecycle import Followed, follow
from assay.cleanup.limits import NotProposedError, due
from assay.cleanup.marker import is_withdrawn
from assay.cleanup.proposal import Proposal, Step
from assay.cleanup.pull_request import open_request
from assay.model.decisions import PullRequestState, Verdict
from assay.model.time import floor_day_ms, to_ms
from assay.store import pull_requests
from assay.store import savings as ledger
from assay.store.engine import Store
from assay.store.keys import asset_ids
from assay.store.tables import PullRequestRow, UsageRow, VerdictRow
from costs.waste import savings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from fakes.forge_github import GitHubFake
    from fakes.forge_hub import Hub, Request

    from assay.cleanup.forges.client import Pace
    from assay.cleanup.pull_request import Place
    from assay.config.decisions import RepositorySettings

BRANCH = f"assay/cleanup-{SET}-delete"


@pytest.fixture
def shop(sqlite_store: Store, token_settings: RepositorySettings, pace: Pace) -> Place:
    """The shop's repository, where models are deleted at once."""
    return place(sqlite_store, token_settings, pace)


@pytest.fixture
def request_(shop: Place, hub: Hub) -> Request:
    """The pull request, open."""
    judge(shop.store, NOW)
    row = open_request(shop, proposal(hub.git.refs()["main"]), NOW)
    return hub.requests[int(row.number or 0)]


def judge(
    store: Store,
    at: datetime,
    verdict: Verdict = Verdict.UNUSED,
    maybe: int = 0,
    reason: str = "nobody reads it",
) -> None:
    """Keep a verdict on both models."""
    with store.write() as session:
        for row_id in asset_ids(session, [OLD, OLDER]).values():
            session.merge(
                VerdictRow(
                    asset_id=row_id, verdict=verdict.value, confidence="high", set_id=SET, place=1,
                    reads={"maybe": maybe}, nano_per_month=1, micro_per_month=None, currency="",
                    reasons=[reason], warnings=[], judged_ms=to_ms(at),
                )
            )  # fmt: skip


def read(store: Store, asset: str, at: datetime, reader: str = "person", tool: str = "Looker") -> None:
    """Someone reads an asset."""
    with store.write() as session:
        row_id = asset_ids(session, [asset])[asset]
        session.merge(
            UsageRow(
                asset_id=row_id, day_ms=floor_day_ms(to_ms(at)), connection="snowflake", reader_class=reader,
                tool=tool, reads=1, readers=1, last_read_ms=to_ms(at),
            )
        )  # fmt: skip


def replanned(shop: Place) -> Proposal:
    """The proposal on the base of now."""
    head = shop.forge.head("main")
    assert head is not None
    return proposal(head, NOW + timedelta(days=1))


def look(shop: Place, now: datetime) -> Followed:
    """One pass of following."""
    followed = follow(shop, lambda _row: replanned(shop), now)
    assert [] == followed.problems
    return followed


def rows(store: Store) -> list[PullRequestRow]:
    """Everything the store keeps, oldest first."""
    with store.read() as session:
        return sorted(pull_requests.recent(session), key=lambda row: row.id)


def state(store: Store) -> str:
    """The state of the only pull request."""
    (row,) = rows(store)
    return row.state


def test_nothing_happens_while_nothing_changes(shop: Place, request_: Request, github: GitHubFake) -> None:
    """A pass over an open pull request only reads."""
    github.server.restart()
    assert [] == look(shop, NOW).events
    assert {"GET"} == {one.method for one in github.server.exchanges}
    assert ("open", "open") == (request_.state, state(shop.store))


def test_a_read_withdraws_it(shop: Place, request_: Request, hub: Hub) -> None:
    """With a comment that says who and when; it is closed, its branch gone, and closing it was no no."""
    later = hub.pass_days(1)
    read(shop.store, OLD, later - timedelta(hours=3))
    judge(shop.store, later, Verdict.IN_USE, reason="a person reads it")
    (event,) = look(shop, later).events
    (remark,) = request_.comments

    assert ("closed", PullRequestState.WITHDRAWN) == (request_.state, state(shop.store))
    assert f"`{OLD}` was read at 2026-11-02 05:00 UTC by a person with Looker" in remark.body
    assert f"`{OLDER}`: a person reads it" in remark.body
    assert f"#1 was withdrawn: `{OLD}` was read at" in str(event)
    assert {"main"} == hub.git.refs().keys()
    assert is_withdrawn(request_.body)
    assert [] == look(shop, later).events
    judge(shop.store, later)
    assert open_request(shop, replanned(shop), later).number != request_.number, "it was no no"


def test_a_statement_that_may_have_read_it_withdraws_it(shop: Place, request_: Request, hub: Hub) -> None:
    """What cannot be told speaks for keeping."""
    judge(shop.store, NOW, Verdict.UNKNOWN, maybe=1, reason="a statement that cannot be parsed names it")
    look(shop, hub.pass_days(1))
    assert "a statement that cannot be parsed names it" in request_.comments[0].body
    assert PullRequestState.WITHDRAWN == state(shop.store)


@pytest.mark.parametrize(
    "trouble",
    [
        ("POST", "/comments$"), ("PATCH", "/pulls/1$"), ("DELETE", "/git/refs/"), ("GET", "/comments$"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("after", [False, True])
def test_a_withdrawal_that_is_interrupted_is_finished(
    shop: Place, request_: Request, github: GitHubFake, trouble: tuple[str, str], after: bool
) -> None:
    """Wherever it stops, the next pass ends it with one comment, though the read be forgotten meanwhile."""
    later = github.hub.pass_days(1)
    read(shop.store, OLD, later)
    judge(shop.store, later, Verdict.IN_USE)
    github.server.troubles += [Trouble(*trouble, Given(cut=True), after) for _ in range(3)]
    broken = follow(shop, lambda _row: None, later)
    github.server.troubles.clear()
    judge(shop.store, later)
    look(shop, later)

    assert broken.problems
    assert PullRequestState.WITHDRAWN == state(shop.store)
    assert ("closed", 1) == (request_.state, len(request_.comments))
    assert {"main"} == github.hub.git.refs().keys()


def test_commits_of_others_are_kept_when_it_is_withdrawn(shop: Place, request_: Request, hub: Hub) -> None:
    """It is closed with the comment, and the branch with their work stays."""
    mine = hub.git.put(BRANCH, {"models/old.sql": b"select 3\n"}, "bob")
    later = hub.pass_days(1)
    read(shop.store, OLD, later)
    judge(shop.store, later, Verdict.IN_USE)
    (event,) = look(shop, later).events

    assert (mine, "closed") == (hub.git.ref(BRANCH), request_.state)
    assert "commits by `bob`" in str(event)


def test_missing_evidence_holds_it_and_says_so_once(shop: Place, request_: Request) -> None:
    """A source that was not read is no read: the pull request stays, with a word of warning until it is over."""
    judge(shop.store, NOW, Verdict.UNKNOWN, reason="80 % of the window's days were read")
    assert ["#1 is on hold: evidence is missing"] == list(map(str, look(shop, NOW).events))
    assert [] == look(shop, NOW).events
    assert "80 % of the window" in request_.comments[0].body.replace("\\", "")
    judge(shop.store, NOW)
    assert ["#1 is no longer on hold"] == list(map(str, look(shop, NOW).events))
    assert "the proposal stands" in request_.comments[0].body
    assert ("open", 1) == (request_.state, len(request_.comments))


def test_a_merge_is_kept_with_its_time(shop: Place, request_: Request, hub: Hub) -> None:
    """The branch is tidied away, and the ledger of savings has a line of it."""
    merged = hub.pass_days(2)
    sha = hub.merge(request_.number)
    hub.pass_days(1)
    (event,) = look(shop, hub.now).events
    (row,) = rows(shop.store)

    assert (PullRequestState.MERGED, to_ms(merged), None) == (row.state, row.changed_ms, row.live_key)
    assert sha == row.details["merge_sha"]
    assert "#1 was merged" == str(event)
    assert {"main"} == hub.git.refs().keys()
    assert KEPT == hub.git.files("main")["models/schema.yml"]
    with shop.store.write() as session:
        savings.measure(session, hub.now)
        (line,) = ledger.listed(session)
    assert (f"shop:{SET}", row.changed_ms, 4_000_000_000) == (
        line.source_id,
        line.acted_ms,
        line.promised_nano,
    )


def test_a_close_is_a_no(shop: Place, request_: Request, hub: Hub) -> None:
    """From the moment it was closed, not from when it was noticed."""
    closed = hub.pass_days(1)
    hub.close(request_.number)
    later = hub.pass_days(3)
    (event,) = look(shop, later).events
    (row,) = rows(shop.store)

    assert (PullRequestState.CLOSED, to_ms(closed)) == (row.state, row.changed_ms)
    assert "not proposed again for 180 days" in str(event)
    with pytest.raises(NotProposedError, match="closed unmerged"):
        open_request(shop, proposal(hub.git.refs()["main"], later), later)


def test_one_that_is_opened_again_lives_again(shop: Place, request_: Request, hub: Hub) -> None:
    """People changed their minds; and a read withdraws it as before."""
    hub.close(request_.number)
    look(shop, NOW)
    hub.reopen(request_.number)
    assert ["#1 was found again on the forge"] == list(map(str, look(shop, NOW).events))
    assert PullRequestState.OPEN == state(shop.store)
    later = hub.pass_days(1)
    read(shop.store, OLD, later)
    judge(shop.store, later, Verdict.IN_USE)
    look(shop, later)
    assert PullRequestState.WITHDRAWN == state(shop.store)


def test_a_withdrawn_one_that_people_open_again_is_theirs(shop: Place, request_: Request, hub: Hub) -> None:
    """It lives as long as the evidence lets it, and when they close it, that is a no."""
    later = hub.pass_days(1)
    read(shop.store, OLD, later)
    judge(shop.store, later, Verdict.IN_USE)
    look(shop, later)
    judge(shop.store, later)
    hub.reopen(request_.number)
    look(shop, later)
    assert (PullRequestState.OPEN, False) == (state(shop.store), is_withdrawn(request_.body))
    hub.close(request_.number)
    look(shop, later)
    assert PullRequestState.CLOSED == state(shop.store)


def test_a_reviewer_the_forge_will_not_have_stops_nothing(shop: Place, hub: Hub) -> None:
    """It is opened and followed all the same; the store keeps what the forge said."""
    odd = replace(shop, repository=shop.repository.model_copy(update={"reviewers": ("ann",)}))
    row = open_request(odd, proposal(hub.git.refs()["main"]), NOW)
    assert PullRequestState.OPEN == row.state
    assert "pull request author" in row.details["undressed"]
    assert ["assay"] == hub.requests[1].labels


def test_what_was_opened_and_not_kept_is_labelled_later(shop: Place, github: GitHubFake) -> None:
    """The process died after the forge opened it: the next pass finds it and finishes."""
    github.server.troubles.append(Trouble("POST", "/pulls$", Given(cut=True), after=True))
    with pytest.raises(BrokenError):
        open_request(shop, proposal(github.hub.git.refs()["main"]), NOW)
    look(shop, NOW)
    assert (PullRequestState.OPEN, ["assay"]) == (state(shop.store), github.hub.requests[1].labels)


def test_conflicts_are_mended_by_the_base_of_today(shop: Place, request_: Request, hub: Hub) -> None:
    """The branch is planned anew and moved forward; without conflicts it is left as it is."""
    first = request_.head_sha
    hub.git.put("main", {"models/orders.sql": b"select 2 as id\n"}, "ann")
    assert [] == look(shop, NOW).events, "a base that moved is no conflict"
    base = hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    (event,) = look(shop, NOW).events
    (row,) = rows(shop.store)

    assert f"#1 was brought to {base[:12]}" == str(event)
    assert (base, hub.git.ref(BRANCH)) == (row.base_sha, row.head_sha)
    assert hub.git.is_ancestor(first, row.head_sha), "nothing was forced"
    assert CHANGES.keys() == hub.git.changed(base, row.head_sha)
    assert f'"head":"{row.head_sha}"' in request_.body
    assert {} == row.details
    assert [] == look(shop, NOW).events


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("path", ["/git/refs/heads/", "/pulls/1$"])
def test_mending_that_is_interrupted_is_finished(
    shop: Place, request_: Request, github: GitHubFake, path: str, after: bool
) -> None:
    """Our own new head is known as ours, though nobody wrote down that we made it."""
    base = github.hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    github.server.troubles.append(Trouble("PATCH", path, Given(cut=True), after))
    assert follow(shop, lambda _row: replanned(shop), NOW).problems, github.server.asked()
    look(shop, NOW)
    (row,) = rows(shop.store)

    assert (base, request_.head_sha) == (row.base_sha, row.head_sha)
    assert f'"head":"{row.head_sha}"' in request_.body
    assert [] == request_.comments


def test_conflicts_with_commits_of_others_are_theirs(shop: Place, request_: Request, hub: Hub) -> None:
    """Assay says so once, and leaves the branch alone."""
    mine = hub.git.put(BRANCH, {"models/orders.sql": b"select 5 as id\n"}, "bob")
    hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    for _ in range(2):
        look(shop, NOW)

    assert mine == hub.git.ref(BRANCH)
    assert 1 == len(request_.comments)
    assert "Others committed to it (`bob`)" in request_.comments[0].body


def test_what_cannot_be_planned_anew_is_said(shop: Place, request_: Request, hub: Hub) -> None:
    """A set that has changed is not forced into an old pull request."""
    hub.git.put("main", {"models/old.sql": b"select 2\n"}, "ann")
    assert [] == follow(shop, lambda _row: None, NOW).problems
    assert "cannot be planned anew" in request_.comments[0].body


def test_a_lost_store_is_filled_again(
    shop: Place, request_: Request, hub: Hub, first_store: Path, tmp_path: Path
) -> None:
    """What the hidden comment tells is enough to go on, and to withdraw on a read."""
    with Store.open(f"sqlite:///{shutil.copyfile(first_store, tmp_path / 'new.db')}") as empty:
        fresh = replace(shop, store=empty)
        (event,) = look(fresh, NOW).events
        (row,) = rows(empty)
        assert "found again" in str(event)
        assert (request_.number, SET, [OLDER, OLD]) == (row.number, row.fingerprint, row.assets)
        later = hub.pass_days(1)
        read(empty, OLD, later)
        judge(empty, later, Verdict.IN_USE)
        look(fresh, later)
        assert PullRequestState.WITHDRAWN == state(empty)


def test_what_was_begun_and_never_opened_is_given_up(shop: Place, github: GitHubFake) -> None:
    """After a day; its branch goes with it, and the limits are free again."""
    github.server.troubles.append(Trouble("POST", "/pulls$", Given(500)))
    with pytest.raises(Exception, match="500"):
        open_request(shop, proposal(github.hub.git.refs()["main"]), NOW)
    assert [] == look(shop, NOW).events
    (event,) = look(shop, NOW + timedelta(days=1)).events

    assert "given up" in str(event)
    assert PullRequestState.WITHDRAWN == state(shop.store)
    assert {"main"} == github.hub.git.refs().keys()


def test_a_read_of_what_was_disabled_stops_its_deletion(
    sqlite_store: Store, token_settings: RepositorySettings, pace: Pace, hub: Hub
) -> None:
    """The first step is merged; in the wait someone reads the table that is still there."""
    shop = place(sqlite_store, token_settings, pace, mode="two_step", wait_days=14)
    disabled: dict[str, bytes | None] = {"models/schema.yml": b"models: []\n"}
    open_request(shop, proposal(hub.git.refs()["main"], step=Step.DISABLE, changes=disabled), NOW)
    hub.merge(1)
    (event,) = look(shop, NOW).events
    assert "#1 was merged; deleting follows in 14 days" == str(event)
    read(sqlite_store, OLDER, hub.pass_days(3), "bi_tool", "")
    (event,) = look(shop, hub.now).events
    assert "what it disabled is read" in str(event)
    assert "Revert this to have it built again" in hub.requests[1].comments[0].body
    assert [] == look(shop, hub.now).events
    with sqlite_store.read() as session:
        assert [] == due(session, "shop", shop.settings, hub.pass_days(30))


def test_a_read_from_before_the_merge_that_is_known_late_stops_the_deletion_too(
    sqlite_store: Store, token_settings: RepositorySettings, pace: Pace, hub: Hub
) -> None:
    """The history tells it hours later, when what it disabled is merged; one from before the evidence is old news."""
    shop = place(sqlite_store, token_settings, pace, mode="two_step", wait_days=14)
    disabled: dict[str, bytes | None] = {"models/schema.yml": b"models: []\n"}
    open_request(shop, proposal(hub.git.refs()["main"], step=Step.DISABLE, changes=disabled), NOW)
    hub.merge(1)
    look(shop, NOW)
    read(sqlite_store, OLD, NOW - timedelta(hours=3))
    assert [] == look(shop, hub.now).events
    read(sqlite_store, OLDER, NOW - timedelta(hours=1))
    (event,) = look(shop, hub.now).events

    assert "what it disabled is read" in str(event)
    with sqlite_store.read() as session:
        assert [] == due(session, "shop", shop.settings, hub.pass_days(30))


def test_one_that_fails_stops_no_other(shop: Place, hub: Hub, github: GitHubFake) -> None:
    """Each pull request is followed for itself, and what failed is told."""
    base = hub.git.refs()["main"]
    for number in (1, 2):
        one = proposal(base, fingerprint=f"{number:012x}", changes={"models/old.sql": None})
        model = replace(one.models[0], asset=f"snowflake:acme:shop.marts.m{number}")
        open_request(shop, replace(one, models=(model,)), NOW)
    hub.close(1)
    hub.close(2)
    github.server.troubles += [Trouble("GET", "/pulls/1$", Given(404)) for _ in range(1)]
    followed = follow(shop, lambda _row: None, NOW)

    assert ["#2 was closed: not proposed again for 180 days."] == list(map(str, followed.events))
    assert ["404"] == [word for error in followed.problems for word in error.message.split() if word == "404"]
