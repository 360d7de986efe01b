"""Killed at any call while it opens a pull request and run again, there is one branch, one commit, one pull request."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from fakes.forge_github import TOKEN
from fakes.forge_proposals import NOW, open_alone, place, proposal

from assay.cleanup.pull_request import open_request
from assay.model.decisions import PullRequestState
from assay.store import pull_requests
from assay.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.forge_github import GitHubFake

    from assay.cleanup.forges.client import Pace
    from assay.config.decisions import RepositorySettings

MOST_CALLS = 40
START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["assay.cleanup.forges", "assay.cleanup.pull_request", "assay.store.engine"])


class Machine:
    """Opens the proposal in a process of its own, over and over from the same beginning, and kills it."""

    def __init__(self, fake: GitHubFake, repository: RepositorySettings, first: Path, folder: Path) -> None:
        self.fake, self.repository, self.first, self.folder = fake, repository, first, folder
        self.secrets = {"FORGE_TOKEN": TOKEN, "APP_KEY": fake.app_key.pem if fake.app_key else ""}
        self.base = fake.hub.git.refs()["main"]

    def _url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    def begin(self) -> None:
        """Forget everything: an empty store, and a forge without our branches."""
        shutil.copyfile(self.first, self.folder / "now.db")
        for rest in ("now.db-wal", "now.db-shm"):
            (self.folder / rest).unlink(missing_ok=True)
        for branch in self.fake.hub.git.refs("assay/"):
            self.fake.hub.git.drop_ref(branch)
        self.fake.hub.requests.clear()

    def killed_at(self, number: int, *, done: bool) -> bool:
        """Open it, and kill the process at that call, before or after it is done; False when it never came so far."""
        self.begin()
        self.fake.server.restart()
        process = START.Process(
            target=open_alone, args=(self._url("now"), self.repository, self.base, self.secrets)
        )
        killed = []

        def kill(call: int, is_done: bool) -> bool:
            if (call, is_done) == (number, done):
                process.kill()
                killed.append(call)
            return bool(killed)

        self.fake.server.on_call = kill
        process.start()
        process.join()
        assert process.exitcode == (-signal.SIGKILL if killed else 0)
        self.fake.server.on_call = lambda _number, _done: False
        return bool(killed)

    def once_more(self, pace: Pace) -> None:
        """Run it again in peace, and see that there is one of everything."""
        with Store.open(self._url("now")) as store:
            row = open_request(place(store, self.repository, pace), proposal(self.base), NOW)
            with store.read() as session:
                rows = pull_requests.live(session, "shop")
        git = self.fake.hub.git
        (request,) = self.fake.hub.requests.values()
        ((branch, head),) = git.refs("assay/").items()

        assert [one.id for one in rows] == [row.id]
        assert (PullRequestState.OPEN.value, request.number, head) == (row.state, row.number, row.head_sha)
        assert (branch, ["assay"]) == (request.branch, request.labels)
        assert [head] == [commit.sha for commit in git.between(self.base, head)]


@pytest.fixture(params=["token", "app"])
def machine(request: pytest.FixtureRequest, github: GitHubFake, first_store: Path, tmp_path: Path) -> Machine:
    """A machine for each credential."""
    settings: RepositorySettings = request.getfixturevalue(f"{request.param}_settings")
    return Machine(github, settings, first_store, tmp_path)


def test_killed_anywhere_nothing_is_doubled(machine: Machine, pace: Pace) -> None:
    """Before each call that writes, and after it was done but before its answer came.

    Between two of them a process only reads, and keeps what it learned before it writes again: there is nothing else
    it could leave behind.
    """
    assert not machine.killed_at(0, done=False)
    calls = [one.method for one in machine.fake.server.exchanges]
    assert len(calls) < MOST_CALLS
    machine.once_more(pace)
    # an App differs in how it commits: what is kept before each call is the same
    moments = (True,) if machine.repository.app_id else (False, True)
    for number, method in enumerate(calls, start=1):
        for done in () if method == "GET" else moments:
            assert machine.killed_at(number, done=done)
            machine.once_more(pace)
