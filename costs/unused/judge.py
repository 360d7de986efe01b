"""Judge evidence: what nobody needs, why, and in which order it can go. Pure.

Need flows up the stream: what is read, declared or kept keeps all it is built from. What is only read rarely keeps
its parents as rarely used; what cannot be judged keeps them unjudged. The rest is dead.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from assay.model.decisions import Verdict
from assay.model.verdicts import AssetVerdict, DeadSet, Judgement
from costs.unused import graph
from costs.unused.evidence import VIEWS
from costs.unused.findings import Finding, finding_of
from costs.unused.words import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.config.decisions import UnusedSettings
    from costs.unused.evidence import Evidence, Place, Subject

_ID_LENGTH = 12


class Need(IntEnum):
    """How sure it is that somebody needs an asset."""

    NONE = 0
    UNSURE = 1
    RARE = 2
    SURE = 3


_VERDICTS = {Need.SURE: Verdict.IN_USE, Need.RARE: Verdict.RARELY_USED, Need.UNSURE: Verdict.UNKNOWN}


@dataclass(frozen=True, slots=True)
class _Needs:
    """Each asset's need, and through which of its children it came: itself, if it is its own."""

    need: Mapping[int, Need]
    via: Mapping[int, int]


def judge(evidence: Evidence, policy: UnusedSettings) -> Judgement:
    """The verdict on every asset that stands, and the sets of those that nobody needs.

    Says the same of the same evidence, in whatever order it comes.
    """
    findings = {i: finding_of(evidence, subject, policy) for i, subject in evidence.subjects.items()}
    parents, children = graph.links(evidence.edges)
    needs = _needs(evidence, findings, parents)
    blind = _blind_places(evidence, needs, parents)
    if blind:
        findings = {i: _unsighted(found, evidence.subjects[i], blind) for i, found in findings.items()}
        needs = _needs(evidence, findings, parents)
    standing = {i for i, subject in evidence.subjects.items() if subject.judged}
    dead = {i for i in standing if needs.need.get(i, Need.NONE) is Need.NONE}
    below = {i: graph.through(i, children, standing) for i in dead}
    words = Wording(evidence, policy, findings, below, needs.via)
    verdicts = {i: _verdict(i, evidence, needs, below, words) for i in standing}
    sets = _sets(dead, below, verdicts)
    for dead_set, members in sets:
        for place, i in enumerate(members, 1):
            verdicts[i] = replace(verdicts[i], set_id=dead_set.id, place=place)
    return Judgement(
        verdicts=sorted(verdicts.values(), key=lambda each: each.asset),
        sets=sorted((dead_set for dead_set, _ in sets), key=lambda each: (-each.nano_per_month, each.id)),
        window_days=policy.window_days,
        until_ms=min((history.until_ms for history in evidence.histories.values()), default=None),
    )


def _needs(evidence: Evidence, findings: Mapping[int, Finding], parents: Mapping[int, list[int]]) -> _Needs:
    own = {i: _own(finding) for i, finding in findings.items()}
    need: dict[int, Need] = {}
    via: dict[int, int] = {}
    for level in (Need.SURE, Need.RARE, Need.UNSURE):
        starts = [i for i in evidence.subjects if own[i] is level]
        need |= dict.fromkeys(graph.reached(starts, parents, via), level)
    return _Needs(need, via)


def _own(finding: Finding) -> Need:
    """What an asset's own evidence says, apart from what is built from it."""
    if finding.declared or finding.is_often_read:
        return Need.SURE
    if finding.consumer_reads:
        return Need.RARE
    return Need.UNSURE if finding.missing else Need.NONE


def _blind_places(evidence: Evidence, needs: _Needs, parents: Mapping[int, list[int]]) -> dict[Place, str]:
    """Accounts where a needed view may be made of anything: no source tells, and reads are known by text alone."""
    found: dict[Place, str] = {}
    for i, subject in sorted(evidence.subjects.items(), key=lambda item: item[1].key):
        history = evidence.histories.get(subject.place)
        if history is None or history.observed or history.dependencies:
            continue
        if subject.kind in VIEWS and i not in parents and needs.need.get(i, Need.NONE) is not Need.NONE:
            found.setdefault(subject.place, subject.name)
    return found


def _unsighted(finding: Finding, subject: Subject, blind: Mapping[Place, str]) -> Finding:
    if subject.place not in blind or not subject.judged:
        return finding
    why = (
        f"The view {blind[subject.place]} is needed, and no source tells what it is made of: export or grant "
        "OBJECT_DEPENDENCIES."
    )
    return replace(finding, missing=(*finding.missing, why))


def _verdict(
    i: int, evidence: Evidence, needs: _Needs, below: Mapping[int, list[int]], words: Wording
) -> AssetVerdict:
    subject, finding = evidence.subjects[i], words.findings[i]
    verdict = _VERDICTS.get(needs.need.get(i, Need.NONE))
    if verdict is None:
        verdict = Verdict.DEAD_END if below[i] else Verdict.UNUSED
    return AssetVerdict(
        asset_id=i,
        asset=subject.key,
        kind=subject.kind,
        owner=subject.owner,
        verdict=verdict,
        confidence=words.confidence(i, verdict),
        last_read_ms=finding.last_read_ms,
        reads=finding.reads,
        nano_per_month=subject.nano_per_month,
        micro_per_month=subject.micro_per_month,
        currency=subject.currency,
        reasons=words.reasons(i, verdict),
        warnings=words.warnings(i) if verdict.is_dead else (),
        held_back=words.held_back(i) if verdict.is_dead else (),
        coverage=round(finding.coverage, 4),
        first_ms=finding.first_ms,
    )


def _sets(
    dead: set[int], below: Mapping[int, list[int]], verdicts: Mapping[int, AssetVerdict]
) -> list[tuple[DeadSet, list[int]]]:
    names = {i: verdicts[i].asset for i in dead}
    found = []
    for part in graph.components(dead, below):
        members = graph.leaves_first(part, below, names)
        found.append((_dead_set([verdicts[i] for i in members], _free(members, below, verdicts)), members))
    return found


def _free(
    members: list[int], below: Mapping[int, list[int]], verdicts: Mapping[int, AssetVerdict]
) -> tuple[str, ...]:
    """Those that may be proposed with all that is built from them, still leaves first."""
    parents, _ = graph.links((i, child) for i in members for child in below[i])
    held = graph.reached([i for i in members if not verdicts[i].proposable], parents, {})
    return tuple(verdicts[i].asset for i in members if i not in held)


def _dead_set(members: list[AssetVerdict], free: tuple[str, ...]) -> DeadSet:
    prices = [each.micro_per_month for each in members if each.micro_per_month is not None]
    currencies = {each.currency for each in members if each.micro_per_month is not None}
    return DeadSet(
        id=fingerprint(each.asset for each in members),
        assets=tuple(each.asset for each in members),
        nano_per_month=sum(each.nano_per_month for each in members),
        micro_per_month=sum(prices) if prices and len(currencies) == 1 else None,
        currency=max(currencies, default="") if len(currencies) == 1 else "",
        proposable=free,
    )


def fingerprint(keys: Iterable[str]) -> str:
    """What a set of assets is called: the same for the same assets, whatever their order."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:_ID_LENGTH]
