"""The cycle's step of decisions: what is needed, what is wasted, what builds cost, how budgets stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.backfills import decide_backfills
from assay.cycle.budgets import decide_budgets
from assay.cycle.cleaning import decide_cleanup
from assay.cycle.needs import decide_needs
from assay.cycle.summary import Decided, Event, Problem, Step
from assay.cycle.waste import decide_waste
from assay.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.cycle.workplace import Workplace

    Decision = Callable[[Workplace], Mapping[str, int]]

DECISIONS: dict[str, Decision] = {
    "unused": decide_needs,
    "waste": decide_waste,
    "backfills": decide_backfills,
    "budgets": decide_budgets,
    "cleanup": decide_cleanup,
}
"""What is decided in every cycle, in this order: each keeps its answer in the store and gives counts by a word."""


@dataclass(slots=True)
class Deciding:
    """One pass over all decisions; one that fails stops no other."""

    place: Workplace
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> Decided:
        """Take each decision; what was decided, and what went wrong."""
        with telemetry.step_seconds.labels(Step.DECIDE).time():
            for name, decide in DECISIONS.items():
                self._take(name, decide)
        return Decided(self.counts, tuple(self.problems))

    def _take(self, name: str, decide: Decision) -> None:
        self.place.on_event(Event(Step.DECIDE, "", name))
        try:
            self.counts.update(decide(self.place))
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - the other decisions are taken all the same
            self.problems.append(Problem.of(error, "", Step.DECIDE, name))
