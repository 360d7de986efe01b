"""The cycle's part: look after the pull requests that are open, and open new ones where that is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.cleanup import lifecycle
from assay.cleanup.artifacts import projects
from assay.cleanup.forges import forge_of
from assay.cleanup.limits import NotProposedError
from assay.cleanup.plan import make
from assay.cleanup.pull_request import Place, open_request
from assay.cleanup.survey import survey
from assay.cleanup.workshop import bench
from assay.errors import AssayError
from assay.model.decisions import PullRequestState
from assay.model.time import to_ms
from assay.store import pull_requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from assay.cleanup.forges import Forge
    from assay.cleanup.lifecycle import Event
    from assay.cleanup.plan import Plan
    from assay.cleanup.proposal import Proposal
    from assay.cleanup.prospects import Prospect, Survey
    from assay.config import Settings
    from assay.config.decisions import RepositorySettings
    from assay.store.engine import Store
    from assay.store.tables import PullRequestRow

    Connect = Callable[[RepositorySettings], Forge]


@dataclass(slots=True)
class Followed:
    """What became of pull requests, by repository, those that were opened, and what could not be done."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    opened: list[PullRequestRow] = field(default_factory=list)
    problems: list[AssayError] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """How many were opened, and of how many something became."""
        return Counter({"pull requests opened": len(self.opened), "pull requests changed": len(self.events)})


def follow(store: Store, settings: Settings, now: datetime, connect: Connect = forge_of) -> Followed:
    """Look after what is open in every repository; open new ones only where `automatic` says so.

    A repository that fails stops no other; what failed is told, and the next pass goes on from there. Nothing was ever
    opened where there is no credential.
    """
    followed = Followed()
    for name, repository in settings.cleanup.repositories.items():
        if not repository.has_credential:
            continue
        try:
            _follow_one(store, settings, name, repository, now, connect, followed)
        except AssayError as error:
            followed.problems.append(error)
    return followed


def _follow_one(  # noqa: PLR0913, PLR0917 - one repository, all that is needed for it, and where it is told
    store: Store,
    settings: Settings,
    name: str,
    repository: RepositorySettings,
    now: datetime,
    connect: Connect,
    followed: Followed,
) -> None:
    place = Place(store, connect(repository), name, repository, settings.cleanup)

    def replan(row: PullRequestRow) -> Proposal | None:
        found = surveyed(store, settings, name, now)
        for prospect in found.prospects:
            if (prospect.fingerprint, prospect.step.value) == (row.fingerprint, row.step):
                plan = planned(settings, place, prospect, found, now)
                return plan.proposal if plan.is_open else None
        return None

    told = lifecycle.follow(place, replan, now)
    followed.events += [(name, event) for event in told.events]
    followed.problems += told.problems
    if settings.cleanup.automatic:
        _open_new(place, settings, now, followed)


def _open_new(place: Place, settings: Settings, now: datetime, followed: Followed) -> None:
    """Open what may be opened, as far as the caps let: what they rule out is not planned in vain."""
    found = surveyed(place.store, settings, place.name, now)
    for prospect in found.prospects:
        if not prospect.is_open or not _has_room(place, prospect, now):
            continue
        plan = planned(settings, place, prospect, found, now)
        if plan.proposal is None or not plan.is_open:
            continue
        try:
            followed.opened.append(open_request(place, plan.proposal, now))
        except NotProposedError:  # a cap was reached meanwhile: `assay cleanup detect` tells
            return


def _has_room(place: Place, prospect: Prospect, now: datetime) -> bool:
    """Whether another may be opened, and none about the same is; one that was begun is gone on with."""
    assets = {member.verdict.asset for member in prospect.members}
    with place.store.read() as session:
        live = pull_requests.live(session, place.name)
        today = pull_requests.made_since(session, place.name, to_ms(now - timedelta(days=1)) + 1)
    same = [row for row in live if not assets.isdisjoint(row.assets)]
    if same:
        begun = PullRequestState.OPEN.value not in {row.state for row in same}
        return begun and {row.fingerprint for row in same} == {prospect.fingerprint}
    return len(live) < place.settings.max_open and today < place.settings.per_day


def surveyed(store: Store, settings: Settings, repository: str, now: datetime) -> Survey:
    """What could leave a repository, judged now."""
    with store.read() as session:
        return survey(session, settings, projects(session, settings, repository), now)


def planned(settings: Settings, place: Place, prospect: Prospect, found: Survey, now: datetime) -> Plan:
    """The plan of a prospect from what its forge has now."""
    project = found.projects.get(place.name, "")
    with bench(settings, place.repository, now, project=project, forge=place.forge) as made_with:
        return make(prospect, found, made_with)
