"""The hidden comment by which a pull request is known again when the store is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assay.cleanup import markdown
from assay.cleanup.proposal import Step

if TYPE_CHECKING:
    from assay.cleanup.forges.base import PullRequest
    from assay.cleanup.proposal import Proposal

_NAME = "assay:cleanup"
_WITHDRAWN = "<!-- assay:withdrawn -->"
_LONGEST = 12_000
"""Signs it may take; where the lists make it longer they are left out, and the store alone knows them."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a body tells us of its pull request: which proposal, made from which base, and the head we left."""

    fingerprint: str
    step: Step
    base_sha: str
    head_sha: str
    evidence_ms: int
    nano_per_month: int
    assets: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()

    @classmethod
    def of(cls, proposal: Proposal, head_sha: str, evidence_ms: int) -> Marker:
        """The marker of a proposal whose branch is at `head_sha`."""
        whole = cls(
            proposal.fingerprint,
            proposal.step,
            proposal.base_sha,
            head_sha,
            evidence_ms,
            proposal.nano_per_month,
            tuple(proposal.assets),
            tuple(proposal.nodes),
        )
        return whole if len(str(whole)) <= _LONGEST else replace(whole, assets=(), nodes=())

    @classmethod
    def read(cls, pull: PullRequest) -> Marker | None:
        """The marker of a pull request; None when it has none that can be read: then it is not ours."""
        values: dict[str, Any] | None = markdown.read_hidden(_NAME, pull.body)
        if values is None:
            return None
        try:
            return cls(
                str(values["fingerprint"]),
                Step(values["step"]),
                str(values["base"]),
                str(values["head"]),
                int(values["evidence"]),
                int(values["nano"]),
                tuple(map(str, values["assets"])),
                tuple(map(str, values["nodes"])),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def __str__(self) -> str:
        values: dict[str, object] = {
            "v": 1,
            "fingerprint": self.fingerprint,
            "step": self.step.value,
            "base": self.base_sha,
            "head": self.head_sha,
            "evidence": self.evidence_ms,
            "nano": self.nano_per_month,
            "assets": list(self.assets),
            "nodes": list(self.nodes),
        }
        return markdown.hidden(_NAME, values)


def withdrawn(body: str) -> str:
    """The body of a pull request that we close ourselves, so that closing it is never taken for a no."""
    return body if is_withdrawn(body) else f"{_WITHDRAWN}\n{body}"


def standing_again(body: str) -> str:
    """The body without that mark: people opened it again, and when they close it, that is a no."""
    return body.replace(f"{_WITHDRAWN}\n", "")


def is_withdrawn(body: str) -> bool:
    """Whether we closed it ourselves."""
    return _WITHDRAWN in body
