"""Which dead sets, or which part of one, could leave a repository: asked of the store alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.cleanup import gates, limits
from assay.cleanup.gates import Gate
from assay.cleanup.proposal import Step
from assay.cleanup.prospects import Member, Prospect, Survey
from assay.model.decisions import Confidence, PullRequestState, Verdict
from assay.model.runs import Metric
from assay.model.time import DAY_MS, floor_day_ms, to_ms
from assay.model.verdicts import AssetVerdict
from assay.store import collections, measurements, pull_requests
from assay.store.bulk import chunked
from assay.store.tables import AssetRow, AssetSummaryRow
from costs.unused import gather, judge
from costs.unused.graph import links, reached
from costs.unused.judge import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.model.verdicts import DeadSet, Judgement
    from assay.store.tables import PullRequestRow
    from costs.unused import Evidence

NO_DBT = "dbt does not build it"
LOADED = "it is a source: dbt reads it, and what loads it is elsewhere"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the store knows of the assets of dead sets: what dbt calls them, how often they are built, their size."""

    nodes: Mapping[int, Mapping[str, Any]]
    builds: Mapping[int, int]
    sizes: Mapping[int, int]


def survey(
    session: Session,
    settings: Settings,
    projects: Mapping[str, str],
    now: datetime,
    evidence: Evidence | None = None,
) -> Survey:
    """Judge now, and say of each repository what could leave it; `projects` are their dbt projects by name.

    An empty project takes every package for its own. Without any repository the sets are told under the name "".
    """
    evidence = evidence or gather(session, settings.unused, now)
    judgement = judge(evidence, settings.unused)
    found = _Finding(session, settings, now, judgement, links(evidence.edges)[0])
    evidence_ms = evidence_until(session, settings, evidence)
    prospects = [
        found.judged(draft, evidence_ms)
        for repository, project in (projects or {"": ""}).items()
        for draft in found.drafts(repository, project)
    ]
    return Survey(judgement, evidence_ms, tuple(prospects), projects)


def evidence_until(session: Session, settings: Settings, evidence: Evidence) -> int | None:
    """Up to when queries are known of every account: the last day seen, or where in it the history ends."""
    if not evidence.histories:
        return None
    until_ms = min(history.until_ms for history in evidence.histories.values())
    read = [
        marks["query_history"]
        for name in settings.connections
        if "query_history" in (marks := collections.watermarks(session, name))
    ]
    within = [ms for ms in read if floor_day_ms(ms) + DAY_MS == until_ms]
    return min([until_ms, evidence.now_ms, *within])


def _facts(session: Session, judgement: Judgement) -> _Facts:
    ids = [each.asset_id for each in judgement.verdicts if each.verdict.is_dead]
    nodes: dict[int, Mapping[str, Any]] = {}
    builds: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for chunk in chunked(ids):
        metas = select(AssetRow.id, AssetRow.meta).where(AssetRow.id.in_(chunk))
        nodes |= dict(session.execute(metas).all())
        runs = select(AssetSummaryRow.asset_id, AssetSummaryRow.runs).where(
            AssetSummaryRow.asset_id.in_(chunk)
        )
        builds |= dict(session.execute(runs).all())
        sizes |= {i: value for i, (_, value) in measurements.latest(session, chunk, Metric.BYTES).items()}
    return _Facts(nodes, builds, sizes)


@dataclass(frozen=True, slots=True)
class _Past:
    """What became of a repository's pull requests, read once: most sets were never proposed, and ask nothing more.

    `first` is the step of a set that was never proposed; `merged` are those that were, with when they were disabled;
    `refused` are the assets of those that were closed.
    """

    first: Step
    merged: Mapping[str, int | None]
    refused: frozenset[str]

    @classmethod
    def of(cls, session: Session, settings: Settings, repository: str, now: datetime) -> _Past:
        """Read it."""
        merged: dict[str, int | None] = {}
        for row in pull_requests.in_state(session, repository, PullRequestState.MERGED):
            at_ms = row.changed_ms if row.step == Step.DISABLE.value else None
            merged[row.fingerprint] = merged.get(row.fingerprint) or at_ms
        closed = pull_requests.in_state(session, repository, PullRequestState.CLOSED)
        first = limits.next_step(session, repository, "", settings.cleanup, now)
        return cls(
            first if isinstance(first, Step) else Step.DELETE,
            merged,
            frozenset(asset for row in closed for asset in row.assets),
        )


class _Finding:
    """One survey under way: the judgement, who is built from whom, and the store for what else must be asked."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        now: datetime,
        judgement: Judgement,
        parents: Mapping[int, Sequence[int]],
    ) -> None:
        self.session = session
        self.settings = settings
        self.now = now
        self.judgement = judgement
        self.verdicts = {each.asset: each for each in judgement.verdicts}
        self.parents = parents
        self.facts = _facts(session, judgement)
        self.pasts: dict[str, _Past] = {}

    def drafts(self, repository: str, project: str) -> list[Prospect]:
        """What could leave a repository, before anything is said against it."""
        dead = [each for each in self.judgement.verdicts if each.verdict.is_dead]
        why = {each.asset_id: reason for each in dead if (reason := self._why_it_stays(each, project))}
        held = reached(why, self.parents, {})
        drafts = [
            self._part(repository, dead_set, why, held)
            for dead_set in self.judgement.sets
            if not project
            or any(not self._elsewhere(self.verdicts[each], project) for each in dead_set.assets)
        ]
        return drafts + self._due(repository, {draft.fingerprint for draft in drafts})

    def _why_it_stays(self, verdict: AssetVerdict, project: str) -> str:
        elsewhere = self._elsewhere(verdict, project)
        if elsewhere or verdict.proposable:
            return elsewhere
        return (*verdict.held_back, *verdict.warnings, "it is held back")[0]

    def _elsewhere(self, verdict: AssetVerdict, project: str) -> str:
        """Why no file of the project builds an asset; '' where one does."""
        unique_id = str(self.facts.nodes.get(verdict.asset_id, {}).get("dbt", ""))
        if not unique_id:
            return NO_DBT
        if unique_id.startswith("source."):
            return LOADED
        package = unique_id.split(".")[1]
        return f"it belongs to {package}, not to {project}" if project and package != project else ""

    def _part(
        self, repository: str, dead_set: DeadSet, why: Mapping[int, str], held: Collection[int]
    ) -> Prospect:
        """The largest part of a dead set that is closed in the same way and may leave, cut to `max_models`.

        Nothing that comes later in the order of deletion is built from what comes first: a cut leaves a closed part.
        """
        most = self.settings.cleanup.max_models
        members = [self.verdicts[asset] for asset in dead_set.assets]
        free = [each for each in members if each.asset_id not in held]
        stays = {
            each.asset: why.get(each.asset_id, "what is built from it stays")
            for each in members
            if each.asset_id in held
        } | {each.asset: f"at most {most} go at once: it comes next" for each in free[most:]}
        going = tuple(self._member(each) for each in free[:most])
        name = fingerprint(each.verdict.asset for each in going) if going else dead_set.id
        return Prospect(repository, name, dead_set.id, Step.DELETE, going, stays)

    def _member(self, verdict: AssetVerdict) -> Member:
        meta = self.facts.nodes.get(verdict.asset_id, {})
        return Member(
            verdict,
            str(meta.get("dbt", "")),
            str(meta.get("path", "")),
            str(meta.get("materialized", "")),
            self.facts.builds.get(verdict.asset_id),
            self.facts.sizes.get(verdict.asset_id),
        )

    def _due(self, repository: str, known: Collection[str]) -> list[Prospect]:
        """What was disabled and may be deleted now, where it is no dead set any more: its tables are gone."""
        if not repository:
            return []
        rows = limits.due(self.session, repository, self.settings.cleanup, self.now)
        return [self._of_row(row) for row in rows if row.fingerprint not in known]

    def _of_row(self, row: PullRequestRow) -> Prospect:
        found = self.session.scalars(select(AssetRow).where(AssetRow.key.in_(row.assets)))
        assets = {each.key: each for each in found}
        members = tuple(
            replace(
                self._member(self.verdicts.get(asset) or _gone(asset, assets.get(asset))), unique_id=unique_id
            )
            for asset, unique_id in zip(row.assets, row.nodes, strict=False)
        )
        return Prospect(row.repository, row.fingerprint, row.fingerprint, Step.DELETE, members)

    def judged(self, draft: Prospect, evidence_ms: int | None) -> Prospect:
        """The draft with its step, and what the store says for and against it."""
        policy = self.settings.cleanup
        found = [gates.fresh(evidence_ms, to_ms(self.now), policy.evidence_hours), _place(draft)]
        if not draft.members:
            return replace(draft, gates=tuple(found))
        past = self._past(draft.repository)
        next_step: Step | datetime | None = past.first
        if draft.fingerprint in past.merged:
            next_step = limits.next_step(self.session, draft.repository, draft.fingerprint, policy, self.now)
        disabled_ms = past.merged.get(draft.fingerprint)
        holding = [member.name for member in draft.members if member.holds_history]
        step = next_step if isinstance(next_step, Step) else draft.step
        if holding and disabled_ms is None:
            step = Step.DISABLE
        verdicts = [member.verdict for member in draft.members]
        found += [
            gates.dead(verdicts),
            gates.covered(verdicts, self.settings.unused.min_coverage),
            gates.within(draft.members, policy.max_models),
            gates.no_history_lost(holding, step),
            self._unsaid(draft, next_step),
        ]
        return replace(draft, step=step, gates=tuple(found), disabled_ms=disabled_ms)

    def _past(self, repository: str) -> _Past:
        if repository not in self.pasts:
            self.pasts[repository] = _Past.of(self.session, self.settings, repository, self.now)
        return self.pasts[repository]

    def _unsaid(self, draft: Prospect, next_step: Step | datetime | None) -> Gate:
        """No pull request about one of them was closed unmerged lately, and the order of steps is kept."""
        name, policy = "Nobody said no", self.settings.cleanup
        assets = {member.verdict.asset for member in draft.members} & self._past(draft.repository).refused
        for row in limits.closed(self.session, draft.repository, assets, policy, self.now) if assets else ():
            told = f"#{row.number} was closed unmerged: that holds for {policy.closed_is_no_days} days"
            return Gate(name, passed=False, detail=told)
        if next_step is None:
            return Gate(name, passed=False, detail="it is done, or was read after it was disabled")
        if not isinstance(next_step, Step):
            told = f"it was disabled, and waits until {next_step:%Y-%m-%d %H:%M} UTC"
            return Gate(name, passed=False, detail=told)
        return Gate(name, passed=True, detail="no pull request about them was closed unmerged")


def _place(draft: Prospect) -> Gate:
    """Whether there is a repository that holds any of it."""
    name = "It stands in a dbt project of ours"
    if not draft.repository:
        return Gate(name, passed=False, detail="no [cleanup.repositories.NAME] is set")
    if draft.members:
        return Gate(name, passed=True, detail=f"models of {draft.repository}: {len(draft.members)}")
    problems = [f"{gates.short(asset)}: {why}" for asset, why in draft.stays.items()]
    return Gate(name, passed=False, detail=gates.listed(problems))


def _gone(key: str, row: AssetRow | None) -> AssetVerdict:
    """The verdict on an asset that stands in the warehouse no more: nobody can read it."""
    return AssetVerdict(
        asset_id=row.id if row else 0,
        asset=key,
        kind=row.kind if row else "",
        owner=row.owner if row else "",
        verdict=Verdict.UNUSED,
        confidence=Confidence.HIGH,
        last_read_ms=None,
        reads={},
        nano_per_month=0,
        micro_per_month=None,
        currency="",
        reasons=("It was disabled, and is no more in the warehouse.",),
        coverage=1.0,
    )
