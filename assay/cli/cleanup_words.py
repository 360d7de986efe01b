"""What the commands of `assay cleanup` say alike: gates, models, a set, a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assay.cleanup.gates import short
from assay.cli.figures import counted, credits_of, moment, money
from assay.model.time import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.cleanup.gates import Gate
    from assay.cleanup.plan import Plan
    from assay.cleanup.prospects import Member, Prospect

_MARKS = {True: "✓", False: "✗", None: "?"}


def gate_dict(gate: Gate) -> dict[str, Any]:
    """A gate as `--json` gives it; `passed` is null where it could not be looked at."""
    return {"name": gate.name, "passed": gate.passed, "detail": gate.detail}


def member_dict(member: Member) -> dict[str, Any]:
    """A model of a set as `--json` gives it."""
    verdict = member.verdict
    return {
        "model": member.unique_id,
        "asset": verdict.asset,
        "path": member.path or None,
        "verdict": verdict.verdict,
        "last_read": None if verdict.last_read_ms is None else from_ms(verdict.last_read_ms),
        "readers": dict(verdict.reads),
        "builds_per_month": member.builds,
        "bytes": member.bytes,
        "nano_credits_per_month": verdict.nano_per_month,
        "owner": verdict.owner or None,
    }


def plan_dict(plan: Plan) -> dict[str, Any]:
    """A plan as `--json` gives it."""
    proposal = plan.proposal
    return {
        "fingerprint": plan.prospect.fingerprint,
        "set": plan.prospect.set_id,
        "repository": plan.prospect.repository,
        "step": plan.prospect.step,
        "open": plan.is_open,
        "parse_verified": plan.proof.is_verified,
        "title": proposal.title if proposal else None,
        "branch": proposal.branch if proposal else None,
        "base": proposal.base_sha if proposal else None,
        "models": [member_dict(member) for member in plan.prospect.members],
        "also": list(proposal.also) if proposal else [],
        "files": {
            path: "deleted" if held is None else "edited"
            for path, held in sorted(proposal.changes.items() if proposal else ())
        },
        "gates": [gate_dict(gate) for gate in plan.gates],
        "notes": list(plan.notes),
    }


def said_of_gates(gates: Iterable[Gate]) -> str:
    """The gates, a line each: a tick, a cross, or a question mark where one could not be looked at."""
    return "\n".join(f"  {_MARKS[gate.passed]} {gate.name}: {gate.detail}" for gate in gates)


def said_of(prospect: Prospect) -> str:
    """A prospect for people: its models in the order they can go, what stays, and the gates."""
    head = (
        f"{click.style(prospect.fingerprint, bold=True)}: {counted(len(prospect.members), 'model')} to {prospect.step}"
        f", {credits_of(prospect.nano_per_month)} credits in 30 days"
    )
    models = [f"  {place}. {_said_of_member(each)}" for place, each in enumerate(prospect.members, 1)]
    stays = [f"  – {short(asset)} stays: {why}" for asset, why in sorted(prospect.stays.items())]
    return "\n".join([head, *models, *stays, said_of_gates(prospect.gates)])


def _said_of_member(member: Member) -> str:
    verdict = member.verdict
    price = money(verdict.micro_per_month, verdict.currency)
    return (
        f"{member.name}  {verdict.verdict.replace('_', ' ')}, last read {moment(verdict.last_read_ms)}, "
        f"{credits_of(verdict.nano_per_month)} credits{f', {price}' if price else ''}"
    )
