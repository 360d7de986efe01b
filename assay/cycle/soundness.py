"""The cycle's last steps: run the checks, look for what is unusual, tell who is to be told."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.horizons import read_until
from assay.cycle.quiet import quiet_sources
from assay.cycle.sources import open_sources
from assay.cycle.summary import Event, Problem, Sound, Step
from assay.cycle.unusable import unusable_checks
from assay.cycle.warehouses import opener
from assay.errors import StoppedError
from assay.incidents.dispatch import Delivered
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.incidents.routing import routable
from assay.incidents.sending import Sending
from assay.incidents.sparing import worth_keeping
from assay.incidents.weighing import weigh_anew
from assay.model.checks import CheckSource
from assay.model.time import to_ms
from assay.store import outbox
from assay.store.checks import mark_removed
from checks.anomaly.watch import watch
from checks.rhythm import due
from checks.running import run_checks
from checks.scenes import Scenes
from checks.sources.gathering import all_checks, gather, refresh, without_others

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.config import Settings
    from assay.cycle.workplace import Workplace
    from assay.model.checks import Check, CheckResult
    from assay.registry import Registry

MOST_S = 15.0
"""How long a cycle goes on sending. What is left is sent by the worker, or by the next cycle."""


def policy_of(settings: Settings) -> tuple[Policy, list[Problem]]:
    """How incidents are opened and routed; where a route names no channel, that is a problem, and all are told."""
    unrouted = routable(settings)[1]
    problems = [] if unrouted is None else [Problem.of(unrouted, "", Step.TELL)]
    return Policy.of(settings), problems


@dataclass(slots=True)
class Soundness:
    """One pass of check, detect and tell. Each step keeps what it did; one that fails stops no other."""

    place: Workplace
    registry: Registry
    checks: Counter[str] = field(default_factory=Counter)
    anomalies: Counter[str] = field(default_factory=Counter)
    delivered: Delivered = field(default_factory=Delivered)
    waiting: int = 0
    problems: list[Problem] = field(default_factory=list)

    def look(self) -> None:
        """Run the checks and look for what is unusual."""
        self._step(Step.CHECK, self._check)
        self._step(Step.DETECT, self._detect)

    def tell(self) -> Sound:
        """Tell who is to be told; what was found and happened in all, and what went wrong."""
        self._step(Step.TELL, self._tell)
        return Sound(
            checks=self.checks,
            anomalies=self.anomalies,
            incidents=self.place.happened,
            alerts={**dataclasses.asdict(self.delivered), "waiting": self.waiting},
            problems=tuple(self.problems),
        )

    def _step(self, step: Step, take: Callable[[], None]) -> None:
        self.place.on_event(Event(step, ""))
        try:
            with telemetry.step_seconds.labels(step).time():
                take()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the next step is still taken
            self.problems.append(Problem.of(error, "", step))

    def _check(self) -> None:
        """Bring the store to what is declared, run what is due of it, and let incidents hear what was found."""
        gathered = gather(self.place.settings, self.registry)
        with self.place.store.read() as session:
            gathered = without_others(session, gathered)
        self.problems += [Problem.of(error, "", Step.CHECK) for error in gathered.problems]
        with self.place.store.write() as session:
            refresh(session, gathered, to_ms(self.place.moment()))
            weigh_anew(session, self.place.policy)
        with self.place.store.read() as session:
            wanted = due(session, all_checks(session, gathered), to_ms(self.place.now))
            unusable = unusable_checks(session, gathered.problems, self.place.now)
        results = self._results(wanted)
        self._record([*results, *self._quiet(), *unusable])
        self.checks.update(result.outcome for result in results)

    def _quiet(self) -> list[CheckResult]:
        """What is to be heard of sources that have gone quiet, whether this cycle was to read them or not."""
        settings = self.place.settings
        unopened = {problem.connection: problem for problem in open_sources(settings, self.registry)[1]}
        after = settings.worker.quiet_after_cycles
        with self.place.store.read() as session:
            return quiet_sources(session, settings.connections, unopened, after, self.place.now)

    def _results(self, checks: Sequence[Check]) -> list[CheckResult]:
        """Run checks over all connections: a cycle over some of them must not call the others unreachable."""
        place, found = self.place, []
        sources = open_sources(place.settings, self.registry)[0]
        with place.store.read() as session:
            horizons = read_until(session, sources)
        with Scenes(place.store, place.now, opener(sources), place.settings.folder, horizons) as scenes:
            for result in run_checks(checks, self.registry, scenes, place.now):
                found.append(result)
                place.on_event(Event(Step.CHECK, "", result.check.name))
        return found

    def _detect(self) -> None:
        """Judge every series there is; one that is watched no longer is a check that is no longer made."""
        place = self.place
        with place.store.read() as session:
            horizons = read_until(session, open_sources(place.settings, self.registry)[0])
            results = watch(session, place.now, place.settings.detector, horizons)
            news = worth_keeping(session, results)
        with place.store.write() as session:
            names = {result.check.name for result in results}
            mark_removed(session, [CheckSource.DETECTOR], names, to_ms(place.moment()))
        self._record(news)
        self.anomalies.update({result.check.name: result.outcome for result in results}.values())

    def _record(self, results: Sequence[CheckResult]) -> None:
        place = self.place
        with place.store.write() as session:
            changes = record(session, results, place.moment(), place.policy)
        place.happened.update(change.transition for change in changes)

    def _tell(self) -> None:
        """Send what is due. All that this cycle had to say is said, so none of it waits for more of its group."""
        place = self.place
        sending = Sending.of(place.settings, place.store, self.registry, lambda: to_ms(place.moment()))
        self.problems += [Problem.of(error, name, Step.TELL) for name, error in sending.unbuilt.items()]
        with place.store.write() as session:
            outbox.hasten(session, to_ms(place.now), to_ms(place.moment()))
        self.delivered = sending.dispatcher.drain(MOST_S)
        with place.store.read() as session:
            self.waiting = outbox.counts(session)[outbox.WAITING]
