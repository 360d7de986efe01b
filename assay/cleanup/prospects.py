"""A part of a dead set that could leave a repository, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.cleanup import gates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cleanup.gates import Gate
    from assay.cleanup.proposal import Step
    from assay.model.verdicts import AssetVerdict, Judgement

_HISTORY = {"incremental", "snapshot"}


@dataclass(frozen=True, slots=True)
class Member:
    """A model of a set that could go: the verdict on it, and what dbt calls it.

    `builds` is how often it was built in 30 days, `bytes` what it takes now; None where nobody tells.
    """

    verdict: AssetVerdict
    unique_id: str
    path: str = ""
    materialized: str = ""
    builds: int | None = None
    bytes: int | None = None

    @property
    def name(self) -> str:
        """The model's own name, with its version if it has one."""
        return ".".join(self.unique_id.split(".")[2:])

    @property
    def holds_history(self) -> bool:
        """Whether its data may be more than could be built again, as far as the store knows."""
        return self.materialized in _HISTORY or self.unique_id.startswith("snapshot.")


@dataclass(frozen=True, slots=True)
class Prospect:
    """The part of a dead set that could leave a repository, leaves first, and what the store says against it.

    `fingerprint` names just these models, `set_id` the dead set they are of. `stays` are the set's other assets, each
    with why. `disabled_ms` is when an earlier step was merged.
    """

    repository: str
    fingerprint: str
    set_id: str
    step: Step
    members: tuple[Member, ...]
    stays: Mapping[str, str] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    disabled_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing the store knows speaks against it."""
        return bool(self.members) and gates.is_open(self.gates)

    @property
    def ids(self) -> tuple[str, ...]:
        """What dbt calls the models."""
        return tuple(member.unique_id for member in self.members)

    @property
    def nano_per_month(self) -> int:
        """What all of it costs in 30 days, in nano-credits."""
        return sum(member.verdict.nano_per_month for member in self.members)

    def goes_by(self, name: str) -> bool:
        """Whether it is meant by the beginning of a fingerprint, its own or the set's."""
        return self.fingerprint.startswith(name) or self.set_id.startswith(name)


@dataclass(frozen=True, slots=True)
class Survey:
    """One look at the store: the judgement made now, from evidence up to `evidence_ms`, and what could go.

    `projects` are the dbt projects of the repositories looked at, by the repository's name.
    """

    judgement: Judgement
    evidence_ms: int | None
    prospects: tuple[Prospect, ...]
    projects: Mapping[str, str] = field(default_factory=dict)
