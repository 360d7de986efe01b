"""What is opened, how often, and what speaks against it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes.forge_project import CHANGES
from fakes.forge_proposals import NOW, OLD, SET, Gate, place, proposal
from fakes.forge_server import Given, Trouble

from assay.cleanup.forges.errors import BrokenError, HumanCommitsError, PathRefusedError
from assay.cleanup.limits import NotProposedError, due, next_step
from assay.cleanup.proposal import Step
from assay.cleanup.pull_request import open_request
from assay.model.decisions import PullRequestState
from assay.model.time import to_ms
from assay.store import pull_requests
from assay.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.forge_github import GitHubFake
    from fakes.forge_hub import Hub

    from assay.cleanup.forges.client import Pace
    from assay.cleanup.proposal import Proposal
    from assay.cleanup.pull_request import Place
    from assay.config.decisions import RepositorySettings

BRANCH = f"assay/cleanup-{SET}-delete"
OTHER = "ba9876543210"


@pytest.fixture
def shop(sqlite_store: Store, token_settings: RepositorySettings, pace: Pace) -> Place:
    """The shop's repository, where models are deleted at once."""
    return place(sqlite_store, token_settings, pace)


def base_of(hub: Hub) -> str:
    """The head of the base."""
    return hub.git.refs()["main"]


def test_a_pull_request_says_what_it_does(shop: Place, github: GitHubFake) -> None:
    """One branch named for the set and the step, a draft, labelled, with the trailer in its commit."""
    row = open_request(shop, proposal(base_of(github.hub)), NOW)
    (request,) = github.hub.requests.values()
    commit = github.hub.git.read_commit(request.head_sha)

    assert (BRANCH, True, ["assay"]) == (request.branch, request.draft, request.labels)
    assert "Remove 2 unused models: older, old" == request.title == commit.message.splitlines()[0]
    assert commit.message.endswith(f"Assay-Cleanup: {SET} delete")
    assert CHANGES.keys() == github.hub.git.changed(base_of(github.hub), request.head_sha)
    assert (request.number, request.head_sha) == (row.number, row.head_sha)
    assert "4.00 credits (USD 12.00)" in request.body


def test_opening_again_changes_nothing(shop: Place, github: GitHubFake) -> None:
    """What is open is left as it is, also when the evidence is a day younger."""
    first = open_request(shop, proposal(base_of(github.hub)), NOW)
    github.server.restart()
    later = NOW + timedelta(days=1)
    again = open_request(shop, proposal(base_of(github.hub), later), later)

    assert (first.id, first.number) == (again.id, again.number)
    assert {"GET"} == {one.method for one in github.server.exchanges}


def test_a_lost_answer_is_no_second_pull_request(shop: Place, github: GitHubFake) -> None:
    """The forge opened it and the line went dead: the next run finds it."""
    github.server.troubles.append(Trouble("POST", "/pulls$", Given(cut=True), after=True))
    with pytest.raises(BrokenError):
        open_request(shop, proposal(base_of(github.hub)), NOW)
    row = open_request(shop, proposal(base_of(github.hub)), NOW)

    assert [row.number] == list(github.hub.requests)
    assert row.state == PullRequestState.OPEN


def test_interrupted_and_the_base_moved(shop: Place, github: GitHubFake) -> None:
    """Committed on yesterday's base and killed: today's base is merged in, and the difference is the proposal's."""
    github.server.troubles.append(Trouble("POST", "/pulls$", Given(500)))
    with pytest.raises(BrokenError):
        open_request(shop, proposal(base_of(github.hub)), NOW)
    base = github.hub.git.put("main", {"models/orders.sql": b"select 2 as id\n"}, "ann")
    row = open_request(shop, proposal(base), NOW)

    assert github.hub.git.is_ancestor(base, row.head_sha)
    assert CHANGES.keys() == github.hub.git.changed(base, row.head_sha)
    assert base == row.base_sha


def test_commits_of_others_are_left_alone(shop: Place, github: GitHubFake) -> None:
    """A branch of that name with somebody's work on it stays as it is, and the error names who."""
    git = github.hub.git
    git.set_ref(BRANCH, base_of(github.hub))
    head = git.put(BRANCH, {"models/mine.sql": b"select 1\n"}, "bob")
    with pytest.raises(HumanCommitsError, match="commits by bob"):
        open_request(shop, proposal(base_of(github.hub)), NOW)

    assert head == git.ref(BRANCH)
    assert {} == github.hub.requests


def test_a_path_beyond_the_list_is_never_sent(shop: Place, github: GitHubFake) -> None:
    """Not even a branch is made for it."""
    bad = replace(proposal(base_of(github.hub)), changes={".github/workflows/ci.yml": None})
    with pytest.raises(PathRefusedError):
        open_request(shop, bad, NOW)

    assert {"GET"} == {one.method for one in github.server.exchanges}


def test_the_sql_is_no_file_unless_a_folder_is_named_for_it(shop: Place, hub: Hub) -> None:
    """Then it lies there, and is still never run; the folder must be one that may be changed."""
    base = base_of(hub)
    named = replace(shop, repository=shop.repository.model_copy(update={"sql_folder": "docs/drops"}))
    row = open_request(named, proposal(base), NOW)
    path = f"docs/drops/assay_{SET}_delete.sql"

    assert {*CHANGES, path} == hub.git.changed(base, row.head_sha)
    assert b'drop table shop.marts."OLDER";' == hub.git.files(row.head_sha)[path]
    elsewhere = replace(shop, repository=shop.repository.model_copy(update={"sql_folder": "ops"}))
    other = replace(_another(base, 9), sql="select 1;")
    with pytest.raises(PathRefusedError, match=r"ops/assay_.*no glob allows it"):
        open_request(elsewhere, other, NOW)


def test_closing_means_no_for_half_a_year(shop: Place, github: GitHubFake, hub: Hub) -> None:
    """For the same set, and for any other that holds one of its models; then it may be asked again."""
    row = open_request(shop, proposal(base_of(hub)), NOW)
    with shop.store.write() as session:
        kept = pull_requests.one(session, row.id)
        assert kept is not None
        pull_requests.settle(kept, PullRequestState.CLOSED, to_ms(NOW))
    github.hub.close(int(row.number or 0))
    late = hub.pass_days(179)
    for fingerprint in (SET, OTHER):
        with pytest.raises(NotProposedError, match="that is a no until 2027-04-30"):
            open_request(shop, proposal(base_of(hub), late, fingerprint=fingerprint), late)
    later = hub.pass_days(1.01)
    again = open_request(shop, proposal(base_of(hub), later), later)
    assert again.number != row.number
    assert again.state == PullRequestState.OPEN


def test_a_no_outlives_the_store(shop: Place, hub: Hub, first_store: Path, tmp_path: Path) -> None:
    """The store is lost: the forge still knows the pull request and who closed it."""
    row = open_request(shop, proposal(base_of(hub)), NOW)
    hub.close(int(row.number or 0))
    hub.git.drop_ref(BRANCH)
    with Store.open(f"sqlite:///{shutil.copyfile(first_store, tmp_path / 'new.db')}") as empty:
        fresh = replace(shop, store=empty)
        late = hub.pass_days(100)
        with pytest.raises(NotProposedError, match="that is a no"):
            open_request(fresh, proposal(base_of(hub), late), late)
        later = hub.pass_days(81)
        assert open_request(fresh, proposal(base_of(hub), later), later).state == PullRequestState.OPEN


def test_what_is_open_outlives_the_store(shop: Place, hub: Hub, first_store: Path, tmp_path: Path) -> None:
    """With an empty store nothing is opened twice, and what is open counts as open."""
    row = open_request(shop, proposal(base_of(hub)), NOW)
    with Store.open(f"sqlite:///{shutil.copyfile(first_store, tmp_path / 'new.db')}") as empty:
        fresh = replace(shop, store=empty)
        again = open_request(fresh, proposal(base_of(hub)), NOW)
        assert [OLD in again.assets, again.nodes] == [True, row.nodes]

    assert (row.number, row.head_sha, row.evidence_ms) == (again.number, again.head_sha, again.evidence_ms)
    assert [row.number] == list(hub.requests)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"max_models": 1}, "max_models is 1"),
        ({"evidence_hours": 1}, "more than 1 h old"),
        ({"mode": "two_step"}, "next step is to disable"),
    ],
)
def test_limits_say_their_name(  # noqa: PLR0913, PLR0917 - fixtures
    settings: dict[str, object],
    says: str,
    sqlite_store: Store,
    token_settings: RepositorySettings,
    pace: Pace,
    hub: Hub,
) -> None:
    """Each limit that refuses a proposal says which it is, and nothing is kept or sent."""
    shop = place(sqlite_store, token_settings, pace, **settings)
    with pytest.raises(NotProposedError, match=says):
        open_request(shop, proposal(base_of(hub)), NOW)
    with sqlite_store.read() as session:
        assert [] == list(pull_requests.recent(session))
    assert {"main"} == hub.git.refs().keys()


def _another(base: str, number: int) -> Proposal:
    """A proposal about a set of its own."""
    one = proposal(base, fingerprint=f"{number:012x}", changes={"models/old.sql": None})
    (model, *_) = one.models
    return replace(one, models=(replace(model, asset=f"snowflake:acme:shop.marts.m{number}"),))


def test_caps_hold_back_what_would_be_too_much(
    sqlite_store: Store, token_settings: RepositorySettings, pace: Pace, hub: Hub
) -> None:
    """Two may be open at once, and three be opened in a day, however many there are to be opened."""
    shop = place(sqlite_store, token_settings, pace, max_open=2, per_day=3)
    rows = [open_request(shop, _another(base_of(hub), number), NOW) for number in (1, 2)]
    with pytest.raises(NotProposedError, match="max_open is 2"):
        open_request(shop, _another(base_of(hub), 3), NOW)
    for row in rows:
        with sqlite_store.write() as session:
            kept = pull_requests.one(session, row.id)
            assert kept is not None
            pull_requests.settle(kept, PullRequestState.MERGED, to_ms(NOW))
        hub.close(int(row.number or 0))
    open_request(shop, _another(base_of(hub), 3), NOW)
    with pytest.raises(NotProposedError, match="per_day is 3"):
        open_request(shop, _another(base_of(hub), 4), NOW)


def test_the_same_models_are_proposed_once_at_a_time(shop: Place, hub: Hub) -> None:
    """Two sets that share a model do not stand open beside each other."""
    open_request(shop, proposal(base_of(hub)), NOW)
    with pytest.raises(NotProposedError, match="some of the same models"):
        open_request(shop, proposal(base_of(hub), fingerprint=OTHER), NOW)


def test_two_steps_are_taken_in_order(
    sqlite_store: Store, token_settings: RepositorySettings, pace: Pace, hub: Hub
) -> None:
    """Disabled first; deleted when that was merged and the wait is over; then there is nothing more to do."""
    shop = place(sqlite_store, token_settings, pace, mode="two_step", wait_days=14)
    disabled: dict[str, bytes | None] = {"models/schema.yml": b"models: []\n"}
    row = open_request(shop, proposal(base_of(hub), step=Step.DISABLE, changes=disabled), NOW)
    with sqlite_store.write() as session:
        kept = pull_requests.one(session, row.id)
        assert kept is not None
        pull_requests.settle(kept, PullRequestState.MERGED, to_ms(NOW))
    hub.merge(int(row.number or 0))
    early, late = hub.pass_days(13.9), hub.pass_days(0.2)
    with sqlite_store.read() as session:
        assert NOW + timedelta(days=14) == next_step(session, "shop", SET, shop.settings, early)
        assert [] == due(session, "shop", shop.settings, early)
        assert [row.id] == [one.id for one in due(session, "shop", shop.settings, late)]
    with pytest.raises(NotProposedError, match="waits until"):
        open_request(shop, proposal(base_of(hub), early), early)
    assert Step.DELETE == open_request(shop, proposal(base_of(hub), late), late).step


@pytest.mark.parametrize("passed", [True, None])
def test_what_could_not_be_looked_at_keeps_it_a_draft(
    sqlite_store: Store, token_settings: RepositorySettings, pace: Pace, hub: Hub, passed: bool | None
) -> None:
    """Also where the settings want none."""
    shop = place(sqlite_store, token_settings, pace, draft=False)
    seen = replace(proposal(hub.git.refs()["main"]), gates=(Gate("history of files", passed, ""),))
    open_request(shop, seen, NOW)

    assert hub.requests[1].draft is (passed is None)
