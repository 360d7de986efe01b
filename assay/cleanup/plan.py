"""The plan of one clean-up: the edits, the proof, the gates, and the pull request it would become. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.cleanup import gates
from assay.cleanup.edits import Edits, deletion, disabling
from assay.cleanup.forges.paths import AllowedPaths
from assay.cleanup.patch import patch
from assay.cleanup.proof import Proof, prove
from assay.cleanup.proposal import Candidate, Proposal, Step
from assay.cleanup.scan import Called
from assay.cleanup.statements import Relation, statements
from assay.model.assets import AssetKey
from assay.model.time import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from assay.cleanup.base import Base
    from assay.cleanup.gates import Gate
    from assay.cleanup.manifests import Manifest, Resource
    from assay.cleanup.project.tree import Tree
    from assay.cleanup.proof import Parser
    from assay.cleanup.prospects import Member, Prospect, Survey
    from assay.config.decisions import CleanupSettings, RepositorySettings


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be proposed, whatever the gates say of it; `proposal` is None where there is nothing to propose.

    `patch` is what `git apply` takes; `sql` moves the tables out of the way, if a person runs it.
    """

    prospect: Prospect
    gates: tuple[Gate, ...]
    proof: Proof
    proposal: Proposal | None = None
    patch: bytes = b""
    sql: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether no gate is shut, and there is something to propose."""
        return self.proposal is not None and gates.is_open(self.gates)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a plan is made with: the rules, the repository and its files, the newest manifest, dbt, and the time.

    `page_url` is the dashboard's own address, '' where none is set; `watched` are folders outside the repository.
    """

    settings: CleanupSettings
    repository: RepositorySettings
    base: Base
    manifest: Manifest | None
    parser: Parser
    now: datetime
    window_days: int
    page_url: str = ""
    watched: Sequence[Tree] = ()


def make(prospect: Prospect, survey: Survey, bench: Bench) -> Plan:
    """Plan what a prospect asks for, and look at every gate; a gate that is shut early spares the proof."""
    ids, riders = _closed(prospect.ids, bench.manifest)
    resources = _resources(bench.manifest, ids)
    edits = _edits(prospect.step, ids, bench)
    early = gates.merged([*prospect.gates, *_early(prospect, resources, ids, edits, bench)])
    worth = bool(edits.changes) and not edits.refusals
    proof = (
        _proof(prospect, resources, ids, edits, bench)
        if worth
        else Proof(unverified="there is no edit to prove")
    )
    all_gates = (*early, *(gates.proven(proof) if worth else ()))
    sql = _sql(prospect.members, bench)
    notes = (*edits.notes, *bench.base.notes, *_only_disabled(prospect), *_left(prospect))
    if not worth or not prospect.members:
        return Plan(prospect, all_gates, proof, sql=sql, notes=notes)
    proposal = Proposal(
        fingerprint=prospect.fingerprint,
        step=prospect.step,
        models=tuple(_candidate(member, bench.manifest) for member in prospect.members),
        base_sha=bench.base.sha,
        changes=edits.changes,
        evidence_at=from_ms(survey.evidence_ms) if survey.evidence_ms is not None else bench.now,
        window_days=bench.window_days,
        coverage=min(member.verdict.coverage for member in prospect.members),
        gates=all_gates,
        also=(*riders, *edits.also),
        notes=notes,
        sql=sql,
        parse_verified=proof.is_verified,
        page_url=f"{bench.page_url}/unused/sets/{prospect.set_id}" if bench.page_url else "",
    )
    return Plan(prospect, all_gates, proof, proposal, patch(bench.base.tree, edits.changes), sql, notes)


def _closed(ids: Sequence[str], manifest: Manifest | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids with what must go along, and that alone: what holds no data and is read, or reads, nothing else."""
    riders = tuple(sorted(manifest.riders(ids))) if manifest else ()
    return (*ids, *riders), riders


def _resources(manifest: Manifest | None, ids: Iterable[str]) -> list[Resource]:
    return [manifest.resources[i] for i in ids if i in manifest.resources] if manifest else []


def _edits(step: Step, ids: Sequence[str], bench: Bench) -> Edits:
    raw = bench.manifest.raw if bench.manifest else None
    if step is Step.DELETE:
        return deletion(bench.base.tree, raw, ids, folder=bench.base.folder)
    until = (bench.now + timedelta(days=bench.settings.wait_days)).date()
    return disabling(bench.base.tree, raw, ids, until, folder=bench.base.folder)


def _early(
    prospect: Prospect, resources: Sequence[Resource], ids: Sequence[str], edits: Edits, bench: Bench
) -> list[Gate]:
    """The gates that need no dbt."""
    base, policy = bench.base, bench.settings
    there = set(base.tree.paths())
    files = {each.path: base.path(each.path) for each in resources if each.path}
    held = {path: base.tree.read(full) if full in there else None for path, full in files.items()}
    touched = {path: base.touched(full) for path, full in files.items() if full in there}
    allowed = AllowedPaths(bench.repository.allow, bench.repository.keep, base.folder)
    refused = {path: why for path in edits.changes if (why := allowed.refusal(path))}
    project = bench.manifest.project if bench.manifest else ""
    return [
        gates.closed_set(bench.manifest, ids),
        gates.unwanted(resources, project, bench.now.date()),
        gates.no_history_lost([each.name for each in resources if each.holds_history], prospect.step),
        gates.unchanged(resources, held),
        gates.untouched(touched, to_ms(bench.now), policy.untouched_days, prospect.disabled_ms),
        gates.editable(edits, refused),
    ]


def _proof(
    prospect: Prospect, resources: Sequence[Resource], ids: Sequence[str], edits: Edits, bench: Bench
) -> Proof:
    names = [Called(each.name, _path_of(each)) for each in resources]
    checks = bench.manifest.checks_of(ids) if bench.manifest else ()
    own = [*resources, *_resources(bench.manifest, checks)]
    return prove(
        bench.base.tree,
        edits.changes,
        ids,
        names,
        step=prospect.step,
        folder=bench.base.folder,
        parser=bench.parser,
        watched=bench.watched,
        own=[bench.base.path(each.path) for each in own if each.path.endswith((".sql", ".py"))],
    )


def _path_of(resource: Resource) -> tuple[str, ...]:
    """The parts of the relation a resource builds, as text writes them; () for none."""
    told = resource.raw
    parts = (told.get("database"), told.get("schema"), told.get("alias") or told.get("name"))
    return tuple(str(part) for part in parts if part) if resource.relation else ()


def _candidate(member: Member, manifest: Manifest | None) -> Candidate:
    verdict = member.verdict
    resource = manifest.resources.get(member.unique_id) if manifest else None
    return Candidate(
        unique_id=member.unique_id,
        name=member.name,
        asset=verdict.asset,
        verdict=verdict.verdict,
        path=resource.path if resource else member.path,
        last_read=None if verdict.last_read_ms is None else from_ms(verdict.last_read_ms),
        reads=dict(verdict.reads),
        builds=member.builds,
        nano_per_month=verdict.nano_per_month,
        micro_per_month=verdict.micro_per_month,
        currency=verdict.currency,
        bytes=member.bytes,
        since=None if verdict.first_ms is None else from_ms(verdict.first_ms),
        owner=verdict.owner,
        upstream=resource.parents() if resource else (),
    )


def _sql(members: Sequence[Member], bench: Bench) -> str:
    relations = [Relation(AssetKey.parse(each.verdict.asset).path, each.verdict.kind) for each in members]
    return statements(relations, bench.now.date(), bench.settings.wait_days)


def _left(prospect: Prospect) -> list[str]:
    """What of the dead set does not go, and why."""
    return [f"{gates.short(asset)} stays: {why}" for asset, why in sorted(prospect.stays.items())]


def _only_disabled(prospect: Prospect) -> list[str]:
    holding = [each.name for each in prospect.members if each.holds_history]
    return (
        [f"{gates.listed(holding)} may hold history, so no second pull request deletes it."]
        if holding
        else []
    )
