"""Whatever people do, wherever the process dies, and though the store be lost: three things always hold.

Nobody's commit is ever lost, a "no" is kept, and what someone reads does not stay proposed.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fakes.forge_git import GitRepository
from fakes.forge_github import TOKEN, GitHubFake
from fakes.forge_hub import Hub
from fakes.forge_project import PROJECT
from fakes.forge_proposals import OLD, OLDER, SET, place, proposal
from fakes.forge_server import listening
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assay.cleanup.forges.client import Pace
from assay.cleanup.lifecycle import follow
from assay.cleanup.marker import is_withdrawn
from assay.cleanup.pull_request import open_request
from assay.config.decisions import RepositorySettings
from assay.errors import AssayError
from assay.model.decisions import Verdict
from assay.model.time import to_ms
from assay.store.engine import Store
from assay.store.keys import asset_ids
from assay.store.tables import VerdictRow

if TYPE_CHECKING:
    from assay.cleanup.proposal import Proposal
    from assay.cleanup.pull_request import Place

BRANCH = f"assay/cleanup-{SET}-delete"
STEPS = st.sampled_from([0, 0, *range(1, 30)])
"""At which call the line goes dead for good; at none, mostly."""


class Story(RuleBasedStateMachine):
    """A repository, the people who work in it, and Assay."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.commits: list[str] = []
        self.noes: dict[int, datetime] = {}
        self.is_read = False
        self.stores = 0

    @initialize()
    def begin(self) -> None:
        """A project in which nobody reads two models, and the pull request that says so."""
        self.hub = Hub(GitRepository.make(self.folder / "shop.git", PROJECT))
        self.fake = GitHubFake(self.hub)
        self.stack.enter_context(listening(self.fake.server))
        token = self.folder / "token"
        token.write_text(TOKEN)
        self.repository = RepositorySettings(
            name="acme/shop", api_url=self.fake.server.url, on_premise=True, token=f"file:{token}"
        )
        Store.create(f"sqlite:///{self.folder / 'empty.db'}").close()
        self.shop = self._with_store()
        open_request(self.shop, self._proposal(), self.hub.now)

    def teardown(self) -> None:
        """Give everything back; and all that was said was as GitHub describes it."""
        violations = self.fake.server.violations if hasattr(self, "fake") else []
        self.stack.close()
        assert [] == violations

    def _with_store(self) -> Place:
        self.stores += 1
        file = shutil.copyfile(self.folder / "empty.db", self.folder / f"{self.stores}.db")
        store = self.stack.enter_context(Store.open(f"sqlite:///{file}"))
        pace = Pace(0, lambda _: None, lambda: 0.0, lambda: self.hub.now.timestamp())  # noqa: PLW0108 - time passes
        shop = place(store, self.repository, pace, per_day=100, max_open=100)
        self._judge(shop)
        return shop

    def _judge(self, shop: Place) -> None:
        verdict = Verdict.IN_USE if self.is_read else Verdict.UNUSED
        with shop.store.write() as session:
            for row_id in asset_ids(session, [OLD, OLDER]).values():
                session.merge(
                    VerdictRow(
                        asset_id=row_id, verdict=verdict.value, confidence="high", set_id=SET, place=1, reads={},
                        nano_per_month=1, micro_per_month=None, currency="", reasons=["so it is"], warnings=[],
                        judged_ms=to_ms(self.hub.now),
                    )
                )  # fmt: skip

    def _proposal(self) -> Proposal:
        there = self.hub.git.files("main")
        whole = proposal(self.hub.git.refs()["main"], self.hub.now)
        changes = {path: one for path, one in whole.changes.items() if one is not None or path in there}
        return replace(whole, changes=changes)

    def _dies_at(self, call: int) -> None:
        self.fake.server.restart()
        self.fake.server.on_call = lambda number, _done: 0 < call <= number

    # --- Assay

    @rule(dies_at=STEPS)
    def opens(self, dies_at: int) -> None:
        """It proposes what nobody reads."""
        if self.is_read or "models/old.sql" not in self.hub.git.files("main"):
            return
        said_no = self._no_holds()
        before = set(self.hub.requests)
        self._dies_at(dies_at)
        with suppress(AssayError):
            open_request(self.shop, self._proposal(), self.hub.now)
        self._dies_at(0)
        if said_no:
            assert before == set(self.hub.requests), "a no is a no"

    @rule(dies_at=STEPS)
    def follows(self, dies_at: int) -> None:
        """It looks after what it proposed; undisturbed, it leaves nothing open that someone reads."""
        self._dies_at(dies_at)
        follow(self.shop, lambda _row: self._proposal(), self.hub.now)
        self._dies_at(0)
        if self.is_read and not dies_at:
            assert [] == self.hub.open_requests()

    def _no_holds(self) -> bool:
        return any(self.hub.now - at < timedelta(days=180) for at in self.noes.values())

    # --- people

    @precondition(lambda self: self.hub.git.ref(BRANCH))
    @rule()
    def someone_commits(self) -> None:
        """Someone works on the branch."""
        number = len(self.commits)
        self.commits.append(self.hub.git.put(BRANCH, {f"models/by_hand_{number}.sql": b"select 1\n"}, "bob"))

    @precondition(lambda self: self.hub.open_requests())
    @rule()
    def someone_closes(self) -> None:
        """Someone closes the pull request, unless we were about to."""
        (request,) = self.hub.open_requests()
        self.hub.close(request.number)
        if not is_withdrawn(request.body) and not self.is_read:
            self.noes[request.number] = self.hub.now

    @precondition(lambda self: not self.hub.open_requests() and self.hub.requests)
    @rule()
    def someone_reopens(self) -> None:
        """Someone opens the newest one again."""
        request = list(self.hub.requests.values())[-1]
        if not request.merged_at:
            head = self.hub.git.ref(BRANCH)
            if head is None or head == request.head_sha:
                self.hub.reopen(request.number)
                self.noes.pop(request.number, None)

    @precondition(lambda self: self.hub.open_requests())
    @rule()
    def someone_merges(self) -> None:
        """Someone merges it, where that can be done."""
        (request,) = self.hub.open_requests()
        if not self.hub.conflicted(request):
            self.hub.merge(request.number)

    @rule(path=st.sampled_from(["models/old.sql", "models/orders.sql"]))
    def the_base_moves(self, path: str) -> None:
        """Someone commits to the base."""
        self.hub.git.put("main", {path: f"select {self.hub.number()}\n".encode()}, "ann")

    @rule(is_read=st.booleans(), days=st.sampled_from([0, 1, 90]))
    def time_passes(self, is_read: bool, days: int) -> None:
        """A cycle judges anew: someone reads the models, or nobody does."""
        self.hub.pass_days(days)
        self.is_read = is_read
        self._judge(self.shop)

    @rule()
    def the_store_is_lost(self) -> None:
        """All that Assay kept is gone."""
        self.shop = self._with_store()

    # --- what always holds

    @invariant()
    def nobodys_commit_is_lost(self) -> None:
        """Each is in the history of the branch or of the base."""
        heads = [sha for sha in (self.hub.git.ref(BRANCH), self.hub.git.ref("main")) if sha]
        for commit in self.commits:
            assert any(self.hub.git.is_ancestor(commit, head) for head in heads)

    @invariant()
    def nothing_is_open_twice(self) -> None:
        """There is never a second pull request beside an open one."""
        assert len(self.hub.open_requests()) <= 1


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=5,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
