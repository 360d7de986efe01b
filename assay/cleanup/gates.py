"""The gates before a pull request: each looks at one thing, and says what it found. Pure.

A gate that is shut opens nothing. One that could not be looked at (`passed` is None) keeps the pull request a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cleanup.proposal import Step
from assay.model.time import DAY_MS, HOUR_MS, day_of, from_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from assay.cleanup.edits.answer import Edits
    from assay.cleanup.manifests import Manifest, Resource
    from assay.cleanup.proof import Proof
    from assay.cleanup.prospects import Member
    from assay.model.verdicts import AssetVerdict

_TOLD = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """What was looked at, whether it is as it should be (None: it could not be looked at), and what was found."""

    name: str
    passed: bool | None
    detail: str = ""


def is_open(gates: Iterable[Gate]) -> bool:
    """Whether no gate is shut."""
    return all(gate.passed is not False for gate in gates)


def merged(gates: Iterable[Gate]) -> list[Gate]:
    """The gates with each name once: of two looks at the same, a shut one stands, else the later."""
    found: dict[str, Gate] = {}
    for gate in gates:
        before = found.get(gate.name)
        if before is None or before.passed is not False:
            found[gate.name] = gate
    return list(found.values())


def fresh(evidence_ms: int | None, now_ms: int, most_hours: int) -> Gate:
    """The verdict was worked out now, from queries that are known up to a short while ago."""
    name = "The evidence is fresh"
    if evidence_ms is None:
        return Gate(name, passed=False, detail="no query history was read yet")
    hours = max(0, now_ms - evidence_ms) // HOUR_MS
    told = f"judged now; queries are known up to {from_ms(evidence_ms):%Y-%m-%d %H:%M} UTC, {hours} h ago"
    return Gate(
        name, hours < most_hours, told if hours < most_hours else f"{told}; at most {most_hours} h is asked"
    )


def dead(verdicts: Sequence[AssetVerdict]) -> Gate:
    """Nobody needs any of them, and nothing holds one back."""
    alive = [each for each in verdicts if not each.verdict.is_dead]
    held = [each for each in verdicts if each.verdict.is_dead and not each.proposable]
    problems = [
        f"{short(each.asset)} is {each.verdict.replace('_', ' ')}: {_first(each.reasons)}" for each in alive
    ]
    problems += [f"{short(each.asset)}: {_first((*each.warnings, *each.held_back))}" for each in held]
    told = listed(problems) if problems else _count_of(verdicts)
    return Gate("Nobody needs them", not problems, told)


def covered(verdicts: Sequence[AssetVerdict], least: float) -> Gate:
    """Enough of the window's days were seen."""
    lowest = min((each.coverage for each in verdicts), default=0.0)
    return Gate(
        "The evidence is complete",
        lowest >= least,
        f"{lowest:.1%} of the window's days were seen; {least:.0%} is asked",
    )


def closed_set(manifest: Manifest | None, ids: Sequence[str]) -> Gate:
    """No resource of any type outside reads one inside, disabled ones too; their tests go with them."""
    name = "Nothing else is built from them"
    if manifest is None:
        return Gate(name, passed=None, detail="by lineage alone: no manifest was read")
    missing = [i for i in ids if i not in manifest.resources]
    if missing:
        return Gate(name, passed=False, detail=f"the newest manifest does not know {listed(missing)}")
    outside = manifest.readers(ids)
    others = [i for i in outside if not manifest.resources[i].is_check]
    sources = manifest.sources_over(ids)
    problems = [f"{i} reads {', '.join(outside[i])}" for i in others]
    problems += [f"{source} is declared over {i}" for source, i in sources.items()]
    checks = len(outside) - len(others)
    told = f"{len(manifest.resources):,} resources of all types looked at; {checks} tests go with them"
    return Gate(name, not problems, listed(problems) if problems else told)


def unwanted(resources: Sequence[Resource], project: str, today: date) -> Gate:
    """Nobody asked to keep one: no public access, wish to keep, date of deprecation to come, or package's own."""
    problems = []
    for each in resources:
        if each.is_public:
            contract = " with a contract" if each.config.get("contract", {}).get("enforced") else ""
            problems.append(f"{each.name} is public{contract}: other projects may build on it")
        if each.kept_by:
            problems.append(f"{each.name} is kept by {each.kept_by}")
        if each.deprecation[:10] > today.isoformat():
            problems.append(f"{each.name} is announced to go on {each.deprecation[:10]}, not before")
        if each.package != project:
            problems.append(f"{each.name} belongs to the installed package {each.package}")
    return Gate(
        "Nobody asked to keep them",
        not problems,
        listed(problems) or "no public access, wish, date or package",
    )


def no_history_lost(holding: Sequence[str], step: Step) -> Gate:
    """What holds history that could not be built again is only ever disabled; `holding` are its names."""
    name = "No history is lost"
    if not holding:
        return Gate(name, passed=True, detail="all of them can be built again")
    told = f"{listed(holding)} may hold history"
    if step is Step.DISABLE:
        return Gate(name, passed=True, detail=f"{told}: disabled, and never deleted by Assay")
    return Gate(name, passed=False, detail=f"{told}, and is only ever disabled")


def unchanged(resources: Sequence[Resource], held: Mapping[str, bytes | None]) -> Gate:
    """Each file is what dbt read when it wrote the manifest; `held` are the files by the resources' paths."""
    name = "The files are those the manifest was made from"
    problems, unknown = [], []
    for each in resources:
        bytes_now = held.get(each.path)
        if bytes_now is None:
            problems.append(f"{each.path} is not in the repository")
            continue
        same = each.is_written_as(bytes_now)
        if same is False:
            problems.append(f"{each.path} has changed since")
        elif same is None:
            unknown.append(each.path)
    if problems:
        return Gate(name, passed=False, detail=listed(problems))
    if unknown:
        return Gate(name, passed=None, detail=f"the manifest has no checksum of {listed(unknown)}")
    return Gate(name, passed=True, detail=f"equal checksums: {len(resources)}")


def untouched(
    touched: Mapping[str, int | None], now_ms: int, least_days: int, disabled_ms: int | None = None
) -> Gate:
    """Nobody changed a file lately; `touched` is the last commit (ms) by path, None where no history tells.

    What was touched last when it was disabled, at `disabled_ms`, was touched by us.
    """
    name = "Nobody works on them"
    ours_ms = -1 if disabled_ms is None else disabled_ms + HOUR_MS
    young = {
        path: at
        for path, at in touched.items()
        if at is not None and at > max(now_ms - least_days * DAY_MS, ours_ms)
    }
    if young:
        told = listed([f"{path} was changed on {day_of(at)}" for path, at in sorted(young.items())])
        return Gate(name, passed=False, detail=f"{told}; {least_days} days of quiet are asked")
    known = [at for at in touched.values() if at is not None]
    if len(known) < len(touched):
        return Gate(name, passed=None, detail="no checkout with its history was given")
    return Gate(
        name, passed=True, detail=f"the last change was on {day_of(max(known))}" if known else "no file"
    )


def editable(edits: Edits, refused: Mapping[str, str]) -> Gate:
    """The edit can be made exactly, and only where it may; `refused` are paths with why they may not be changed."""
    problems = [str(each) for each in edits.refusals] + [
        f"{path}: {why}" for path, why in sorted(refused.items())
    ]
    gone = sum(held is None for held in edits.changes.values())
    told = f"{gone} files go, {len(edits.changes) - gone} are edited; all else stays byte for byte"
    if not problems and not edits.changes:
        problems = ["there is nothing to change"]
    return Gate("The edit is exact", not problems, listed(problems) or told)


def proven(proof: Proof) -> list[Gate]:
    """What dbt's parser, the manifests and the text say."""
    return [_parsed(proof), _equal(proof), _unmentioned(proof)]


def _parsed(proof: Proof) -> Gate:
    name = "dbt parses the project before and after"
    if proof.unverified:
        return Gate(name, passed=None, detail=f"not parse-verified: {one_line(proof.unverified)}")
    problems = [one_line(proof.failure)] if proof.failure else [one_line(each) for each in proof.warnings]
    return Gate(
        name,
        not problems,
        listed(problems) or f"dbt {proof.version} on {proof.adapter}: no error, no new warning",
    )


def _equal(proof: Proof) -> Gate:
    name = "The manifests differ by exactly these"
    if proof.unverified or proof.failure:
        return Gate(name, passed=None, detail="there are no two manifests to compare")
    told = "every other resource is equal in every field"
    return Gate(name, not proof.differences, listed(map(str, proof.differences)) or told)


def _unmentioned(proof: Proof) -> Gate:
    name = "No other text names them"
    prose = len(proof.mentions) - len(proof.blocking)
    beside = f"; mentions in documentation and remarks, which break nothing: {prose}" if prose else ""
    told = f"macros, hooks, selectors, Python, jobs and relations written out by hand{beside}"
    return Gate(name, not proof.blocking, listed(map(str, proof.blocking)) or told)


def within(members: Sequence[Member], most: int) -> Gate:
    """No more models than a reviewer can look at."""
    return Gate("It is small enough", len(members) <= most, f"models: {len(members)}, at most {most}")


def listed(problems: Iterable[str]) -> str:
    """The first few of some sentences, and how many more there are; '' for none."""
    every = list(problems)
    rest = f"; and {len(every) - _TOLD} more" if len(every) > _TOLD else ""
    return "; ".join(every[:_TOLD]) + rest


def one_line(text: str, most: int = 300) -> str:
    """A text in one line, cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def short(key: str) -> str:
    """An asset's key without its platform and account."""
    return key.split(":", 2)[-1]


def _first(sentences: Sequence[str]) -> str:
    return sentences[0] if sentences else "no reason is kept"


def _count_of(verdicts: Sequence[AssetVerdict]) -> str:
    kinds = {each.verdict for each in verdicts}
    return ", ".join(
        f"{sum(each.verdict is kind for each in verdicts)} {kind.replace('_', ' ')}" for kind in sorted(kinds)
    )
